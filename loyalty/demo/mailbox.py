"""The demo's post office: each e-mail is a file in VAR_DIR/mail, for its page to show."""

import email
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage as Parsed
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from loyalty.core import ids

_KEPT = 200
_SUFFIX = ".eml"


class Backend(BaseEmailBackend):
    """Keeps what the demo would send, the last two hundred."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            # Ids sort by the millisecond, in which a quick post office sends several letters.
            path = folder / f"{time.time_ns():016x}{ids.new('eml')}{_SUFFIX}"
            # Written beside and then renamed: the page never reads half a letter.
            draft = path.with_suffix(".part")
            draft.write_bytes(message.message().as_bytes())
            draft.rename(path)
        for old in _paths()[_KEPT:]:
            old.unlink(missing_ok=True)
        return len(email_messages)

    def forget(self, *, addresses: Collection[str]) -> None:
        """Throw away every letter to one of these addresses."""
        for path in _paths():
            if _read(path).to.casefold() in addresses:
                path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Letter:
    """One e-mail as its page shows it."""

    name: str
    to: str
    subject: str
    text: str
    html: str
    sent_at: datetime


def get_letters(*, limit: int = 30) -> list[Letter]:
    """Return the letters, newest first."""
    return [_read(path) for path in _paths()[:limit]]


def get_letter(*, name: str) -> Letter | None:
    """Return one letter by its name, or None."""
    return next((_read(path) for path in _paths() if path.stem == name), None)


def _folder() -> Path:
    return Path(settings.MAILBOX)


def _paths() -> list[Path]:
    """Return the letters' files, newest first: their names sort by creation."""
    return sorted(_folder().glob(f"*{_SUFFIX}"), reverse=True)


def _read(path: Path) -> Letter:
    parsed = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    sent_at = datetime.fromtimestamp(path.stat().st_mtime, tz=timezone.get_current_timezone())
    return Letter(
        name=path.stem,
        to=str(parsed["To"]),
        subject=str(parsed["Subject"]),
        text=_part(parsed, "plain"),
        html=_part(parsed, "html"),
        sent_at=sent_at,
    )


def _part(parsed: Parsed, kind: str) -> str:
    body = parsed.get_body(preferencelist=(kind,))
    return str(body.get_content()) if body else ""
