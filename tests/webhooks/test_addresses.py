"""Where webhooks may lead. A way inside, in whatever form, is refused."""

import socket

import pytest

from loyalty.webhooks import addresses
from loyalty.webhooks.addresses import Destination, DestinationRefused
from tests.webhooks.receivers import leads_to

# What somebody might type to make us call ourselves, a neighbour, or the cloud's metadata.
TYPED = [
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://0/",
    "https://0.0.0.0/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fd00:ec2::254]/",
    "https://169.254.169.254/latest/meta-data/",
    "https://2852039166/",
    "https://0xa9fea9fe/",
    "https://0251.0376.0251.0376/",
    "https://8.8.8.8/",
    "https://localhost/",
    "https://LOCALHOST/",
    "https://localhost./",
    "https://shop.localhost/",
    "https://metadata.google.internal/",
    "https://printer.local/",
    "https://redis/",
    "https://①②⑦.⓪.⓪.①/",
    "https://127。0。0。1/",
    "https://hooks.example.org@127.0.0.1/",
    "https://127.0.0.1@hooks.example.org/",
    "https://name:word@hooks.example.org/",
    "https://hooks.example.org\\@127.0.0.1/",
    "https://hooks.example.org#@127.0.0.1/",
    "https://hooks.example.org/\r\nHost: 127.0.0.1",
    "https://hooks.example.org /",
    "https://hooks.example.org:22/",
    "https://hooks.example.org:6379/",
    "https://hooks.example.org:0/",
    "https://hooks.example.org:70000/",
    "https://hooks.example.org:x/",
    "http://hooks.example.org:443/",
    "ftp://hooks.example.org/",
    "file:///etc/passwd",
    "gopher://hooks.example.org/",
    "//hooks.example.org/",
    "hooks.example.org",
    "https:///loyalty",
    "https://[v1.x]/",
    "https://-hooks.example.org/",
    "https://hooks..example.org/",
    "https://" + "a" * 500 + ".example.org/",
    "",
]

# Where a name may lead that looks like any other.
LED = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.9",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "3fff::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "5f00::1",
    "nonsense",
]


class TestParse:
    @pytest.mark.parametrize("url", TYPED)
    def test_refuses_whatever_is_no_public_name_in_plain_letters(self, url: str):
        with pytest.raises(DestinationRefused) as refusal:
            addresses.parse(url)

        assert refusal.value.code == "webhook-destination-refused"

    @pytest.mark.parametrize(
        ("url", "destination"),
        [
            ("https://hooks.example.org", Destination("hooks.example.org", 443, "/", True)),
            ("https://HOOKS.Example.org/A", Destination("hooks.example.org", 443, "/A", True)),
            (
                "https://hooks.example.org:8443/in?shop=1&x=%20",
                Destination("hooks.example.org", 8443, "/in?shop=1&x=%20", True),
            ),
            (
                "https://xn--caf-dma.example.org/",
                Destination("xn--caf-dma.example.org", 443, "/", True),
            ),
        ],
    )
    def test_reads_a_name_a_port_and_a_path(self, url: str, destination: Destination):
        assert addresses.parse(url) == destination

    def test_lets_the_demo_do_without_https(self):
        assert addresses.parse("http://hooks.example.org:8080/") == Destination(
            "hooks.example.org", 8080, "/", False
        )

    def test_refuses_http_outside_the_demo(self, settings):
        settings.DEMO = False

        with pytest.raises(DestinationRefused):
            addresses.parse("http://hooks.example.org/")

    def test_lets_a_developer_s_demo_call_this_machine(self, settings):
        settings.WEBHOOKS_MAY_STAY_HERE = True

        assert addresses.parse("http://127.0.0.1:5000/") == Destination(
            "127.0.0.1", 5000, "/", False
        )


class TestResolve:
    @pytest.mark.parametrize("address", LED)
    def test_refuses_a_name_that_leads_where_the_public_does_not_go(
        self, address: str, monkeypatch
    ):
        leads_to(monkeypatch, [address])

        with pytest.raises(DestinationRefused):
            addresses.resolve(addresses.parse("https://hooks.example.org/"))

    @pytest.mark.parametrize("address", LED)
    def test_refuses_it_beside_a_public_address_too(self, address: str, monkeypatch):
        leads_to(monkeypatch, ["93.184.215.14", address])

        with pytest.raises(DestinationRefused):
            addresses.resolve(addresses.parse("https://hooks.example.org/"))

    def test_gives_every_public_address_once(self, monkeypatch):
        public = ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]
        asked = leads_to(monkeypatch, [*public, public[0]])

        found = addresses.resolve(addresses.parse("https://hooks.example.org/"))

        assert found == public
        assert asked == ["hooks.example.org"]

    def test_says_that_a_name_leads_nowhere(self, monkeypatch):
        def look_up(*_: object, **__: object) -> None:
            raise socket.gaierror

        monkeypatch.setattr(socket, "getaddrinfo", look_up)

        with pytest.raises(socket.gaierror):
            addresses.resolve(addresses.parse("https://hooks.example.org/"))
