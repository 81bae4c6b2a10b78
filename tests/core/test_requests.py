from django.http import HttpRequest, HttpResponse

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
