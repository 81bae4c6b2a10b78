"""What may wait for another person, and what is particular about each kind."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loyalty.desk import approvals, export_requests, file_requests, rule_requests
from loyalty.desk.exporting import waiting
from loyalty.desk.views import imports
from loyalty.desk.views.deciding import Answers, Found, Kind
from loyalty.filing import asking
from loyalty.identity import approving
from loyalty.identity.models import Approval, ApprovalKind, User
from loyalty.programmes import releasing
from members import adjusting
from members.models import ImportFile


def _find_adjustment(request: HttpRequest, public_id: str, at: datetime) -> Found:
    user = cast("User", request.user)
    return approvals.get_request(request, user=user, public_id=public_id, at=at)


def _of_adjustment(approval: Approval, user: User, at: datetime, word: str) -> Answers:
    return {
        "approve": lambda: adjusting.approve(approval=approval, decided_by=user, at=at, word=word),
        "refuse": lambda: adjusting.refuse(approval=approval, decided_by=user, at=at, word=word),
        "withdraw": lambda: adjusting.withdraw(approval=approval, by=user, at=at, word=word),
    }


def _find_file(request: HttpRequest, public_id: str, at: datetime) -> Found:
    return file_requests.get_one(request, public_id=public_id, at=at)


def _of_file(approval: Approval, user: User, at: datetime, _word: str) -> Answers:
    return {
        "approve": lambda: asking.approve(approval=approval, decided_by=user, at=at),
        "refuse": lambda: asking.refuse(approval=approval, decided_by=user, at=at),
        "withdraw": lambda: asking.withdraw(approval=approval, by=user, at=at),
    }


def _bring_in(request: HttpRequest, approval: Approval) -> None:
    if imports.bring_in(request, ImportFile.objects.get(approval=approval)):
        messages.success(request, _("Approved: the file is being brought in."))


def _find_list(request: HttpRequest, public_id: str, at: datetime) -> Found:
    return export_requests.get_one(request, public_id=public_id, at=at)


def _of_list(approval: Approval, user: User, at: datetime, _word: str) -> Answers:
    return {
        "approve": lambda: waiting.approve(approval=approval, decided_by=user, at=at),
        "refuse": lambda: waiting.refuse(approval=approval, decided_by=user, at=at),
        "withdraw": lambda: approving.withdraw(approval=approval, by=user, at=at),
    }


def _find_rule(request: HttpRequest, public_id: str, at: datetime) -> Found:
    return rule_requests.get_one(request, public_id=public_id, at=at)


def _of_rule(approval: Approval, user: User, at: datetime, _word: str) -> Answers:
    return {
        "approve": lambda: releasing.approve(approval=approval, decided_by=user, at=at),
        "refuse": lambda: releasing.refuse(approval=approval, decided_by=user, at=at),
        "withdraw": lambda: approving.withdraw(approval=approval, by=user, at=at),
    }


KINDS: Mapping[ApprovalKind, Kind] = {
    ApprovalKind.ADJUSTMENT: Kind(
        find=_find_adjustment,
        answers=_of_adjustment,
        named="desk/_asked.html",
        told="desk/_request.html",
        said={
            "approve": gettext_lazy("Approved, and posted."),
            "refuse": gettext_lazy("Refused. Nothing has moved."),
            "withdraw": gettext_lazy("Withdrawn. Nothing has moved."),
        },
        longest=adjusting.LONGEST_NOTE,
    ),
    ApprovalKind.IMPORT: Kind(
        find=_find_file,
        answers=_of_file,
        named="desk/_file_asked.html",
        told="desk/_file_request.html",
        said={
            "refuse": gettext_lazy("Refused. Nothing was written."),
            "withdraw": gettext_lazy("Withdrawn. Nothing was written."),
        },
        after=_bring_in,
    ),
    ApprovalKind.EXPORT: Kind(
        find=_find_list,
        answers=_of_list,
        named="desk/_export_asked.html",
        told="desk/_export_request.html",
        said={
            "approve": gettext_lazy("Approved: they can take the list once, for 24 hours."),
            "refuse": gettext_lazy("Refused. No list leaves."),
            "withdraw": gettext_lazy("Withdrawn. No list leaves."),
        },
    ),
    ApprovalKind.PUBLICATION: Kind(
        find=_find_rule,
        answers=_of_rule,
        named="desk/_rule_asked.html",
        told="desk/_rule_request.html",
        said={
            "approve": gettext_lazy("Approved, and published."),
            "refuse": gettext_lazy("Refused. The rule says what it said."),
            "withdraw": gettext_lazy("Withdrawn. The rule says what it said."),
        },
    ),
}
