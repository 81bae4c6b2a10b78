"""Laying a letter out: a subject, a text, and HTML whose styles survive every reader."""

import re
from dataclasses import dataclass
from functools import cache

from css_inline import CSSInliner
from django.template.loader import render_to_string
from django.utils import translation

from loyalty.mailing.letters import Letter

_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+\n")


@dataclass(frozen=True)
class Mail:
    """An e-mail as it is handed over."""

    subject: str
    text: str
    html: str


def render(*, letter: Letter) -> Mail:
    """Lay a letter out in its language."""
    with translation.override(letter.language):
        subject = _subject(letter)
        return Mail(
            subject=subject,
            text=_text(letter, subject),
            html=_inliner().inline(_html(letter, subject)),
        )


def get_subject(*, letter: Letter) -> str:
    """Return a letter's subject in its language."""
    with translation.override(letter.language):
        return _subject(letter)


def render_page(*, letter: Letter, nonce: str) -> str:
    """Return the same HTML with its styles apart, under a nonce: as our own pages may show it."""
    with translation.override(letter.language):
        return _html(letter, _subject(letter), nonce=nonce)


def _subject(letter: Letter) -> str:
    """Return one line, whatever names hold: a second line would be another header."""
    words = render_to_string(f"emails/{letter.template}_subject.txt", {"letter": letter})
    return " ".join(words.split())


def _text(letter: Letter, subject: str) -> str:
    context = {"letter": letter, "subject": subject}
    text = render_to_string(f"emails/{letter.template}.txt", context)
    return _BLANK_LINES.sub("\n\n", text).strip() + "\n"


def _html(letter: Letter, subject: str, *, nonce: str = "") -> str:
    context = {"letter": letter, "subject": subject, "nonce": nonce}
    return render_to_string(f"emails/{letter.template}.html", context).strip()


@cache
def _inliner() -> CSSInliner:
    """Return the one of this process. Rules for dark readers stay: they cannot be inlined."""
    return CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
