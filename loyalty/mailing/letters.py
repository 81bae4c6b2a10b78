"""An e-mail before it is laid out: to whom it speaks, what it says, where its links lead."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.urls import reverse


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What the templates of one kind need: `emails/<template>.html`, `.txt`, `_subject.txt`.

    `says` holds what only this kind knows, `action` where its button leads. Links are
    absolute. Without `unsubscribe` it is no advertising; without `choices` there is nothing
    that the reader could choose. `is_survey` says what it is the way out of. `reason` says why
    somebody receives it who is perhaps no member; members are told in the same words every time.
    """

    template: str
    language: str
    programme: str
    says: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    first_name: str = ""
    action: str = ""
    choices: str = ""
    unsubscribe: str = ""
    is_survey: bool = False

    # Properties

    @property
    def home(self) -> str:
        return link("portal:home")


def link(name: str, *args: str) -> str:
    """Return the absolute address of one of our pages."""
    return f"{settings.SITE_URL}{reverse(name, args=args)}"
