import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from loyalty.core import requests


def answer(asked: str | None) -> tuple[str, str]:
    """Return what the view saw and what the caller got."""
    request, seen = HttpRequest(), []
    if asked is not None:
        request.META["HTTP_X_REQUEST_ID"] = asked

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(requests.get_id(request))
        return HttpResponse()

    response = requests.RequestIds(view)(request)
    return seen[0], response["X-Request-Id"]


class TestRequestIds:
    def test_keep_the_caller_s(self):
        assert answer("till-1.42_a") == ("till-1.42_a", "till-1.42_a")

    def test_make_one_where_there_is_none_or_a_harmful_one(self):
        for asked in (None, "", "short", "a\nb-injected", "é" * 10, "x" * 65):
            seen, given = answer(asked)
            assert seen == given
            assert given.startswith("req_")


class TestWhereToGoNext:
    @pytest.mark.parametrize("wanted", ["/desk/jobs/?before=2026-03-01", "/me/", "/"])
    def test_is_on_this_site(self, wanted: str):
        assert requests.safe_next(RequestFactory().get("/", {"next": wanted})) == wanted
        assert requests.safe_next(RequestFactory().post("/", {"next": wanted})) == wanted

    @pytest.mark.parametrize(
        "wanted",
        ["", "home", "//evil.test/", "https://evil.test/", "/\\evil.test", "javascript:alert(1)"],
    )
    def test_is_nowhere_else(self, wanted: str):
        assert requests.safe_next(RequestFactory().get("/", {"next": wanted})) == ""


class TestGetIp:
    @pytest.mark.parametrize(
        ("proxies", "forwarded", "seen"),
        [
            (0, "203.0.113.9", "10.0.0.1"),
            (1, "", "10.0.0.1"),
            (1, "203.0.113.9", "203.0.113.9"),
            (1, "1.2.3.4, 203.0.113.9", "203.0.113.9"),
            (2, "1.2.3.4, 203.0.113.9, 10.0.0.7", "203.0.113.9"),
            (2, "1.2.3.4,5.6.7.8 , 203.0.113.9,10.0.0.7", "203.0.113.9"),
            # Somebody came in behind the first proxy.
            (2, "203.0.113.9", "203.0.113.9"),
        ],
    )
    def test_is_what_the_first_proxy_of_ours_saw(
        self, settings: Settings, proxies: int, forwarded: str, seen: str
    ):
        settings.TRUSTED_PROXIES = proxies
        headers = {"X-Forwarded-For": forwarded} if forwarded else {}

        request = RequestFactory(REMOTE_ADDR="10.0.0.1").get("/", headers=headers)

        assert requests.get_ip(request) == seen
