"""What is signed is what the official verifier accepts, and nothing else."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from loyalty.webhooks import signing


def now() -> datetime:
    return datetime.now(UTC)


def sign(body: bytes, *secrets: str, at: datetime | None = None) -> dict[str, str]:
    return signing.headers(
        message_id="evt_1", body=body, secrets_in_force=list(secrets), at=at or now()
    )


class TestSecret:
    def test_is_256_bits_of_chance_after_a_prefix(self):
        first, second = signing.make_secret(), signing.make_secret()

        assert first != second
        assert first.startswith("whsec_")
        assert len(base64.b64decode(first.removeprefix("whsec_"), validate=True)) == 32

    def test_is_kept_sealed_and_can_be_read_again(self):
        secret = signing.make_secret()

        sealed = signing.seal(secret)

        assert secret.removeprefix("whsec_") not in sealed
        assert signing.unseal(sealed) == secret


class TestHeaders:
    @given(st.text(max_size=300))
    def test_are_accepted_by_the_official_verifier(self, text: str):
        secret = signing.make_secret()
        body = text.encode("utf-8", "surrogatepass")[:1_000].decode("utf-8", "ignore").encode()

        Webhook(secret).verify(body, sign(body, secret), json_parse=False)

    def test_hold_two_signatures_while_a_secret_is_replaced(self):
        new, old = signing.make_secret(), signing.make_secret()
        headers = sign(b"{}", new, old)

        assert headers["webhook-signature"].count("v1,") == 2
        for secret in (new, old):
            assert Webhook(secret).verify(b"{}", headers) == {}

    @pytest.mark.parametrize(
        ("header", "value"),
        [("webhook-id", "evt_2"), ("webhook-timestamp", "1"), ("webhook-signature", "v1,AAAA")],
    )
    def test_are_refused_when_one_of_them_is_another(self, header: str, value: str):
        secret = signing.make_secret()
        headers = sign(b"{}", secret) | {header: value}

        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(b"{}", headers)

    def test_are_refused_for_another_body_and_another_secret(self):
        secret = signing.make_secret()
        headers = sign(b"{}", secret)

        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(b"[]", headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(signing.make_secret()).verify(b"{}", headers)

    def test_are_those_of_the_published_example(self):
        """https://github.com/standard-webhooks/standard-webhooks, libraries' tests."""
        headers = signing.headers(
            message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
            body=b'{"test": 2432232314}',
            secrets_in_force=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
            at=datetime.fromtimestamp(1614265330, UTC),
        )

        assert headers == {
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp": "1614265330",
            "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        }
