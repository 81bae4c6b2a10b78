"""How somebody answers a request that waits for another person, whatever it is about."""

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.http import HttpRequest
from django.utils.functional import Promise

from loyalty.core.refusals import Refusal


def answer(
    request: HttpRequest,
    *,
    answers: Mapping[str, Callable[[], object]],
    said: Mapping[str, Promise],
) -> str:
    """Do what the pressed button says, and say what came of it; return the answer if it was done.

    What is refused is said, and nothing else happens. Any other word is no answer.
    """
    word = request.POST.get("answer", "")
    if word not in answers:
        return ""
    try:
        answers[word]()
    except Refusal as refusal:
        messages.error(request, str(refusal.detail))
        return ""
    if word in said:
        messages.success(request, str(said[word]))
    return word
