"""Staff open a case for a member who told them: at the counter, by phone, by letter."""

from datetime import datetime

from django.db import transaction

from loyalty.identity import permitting
from loyalty.identity.models import User
from loyalty.programmes.models import Store
from members import answering, blocking, opening, owning, seeing
from members.models import Case, CaseKind, Member

# What members open themselves; the other kinds come of a claim, and of a survey.
KINDS = (CaseKind.QUESTION, CaseKind.COMPLAINT)
_SOURCE = "staff"


@transaction.atomic
def lodge(
    *,
    member: Member,
    kind: CaseKind,
    subject: str,
    body: str,
    store: Store | None,
    by: User,
    at: datetime,
    key: str,
) -> Case:
    """Open a case as the member would have, in their words, and keep who wrote them down.

    Whoever is bound to stores sees the member, and says in which of these they were told. A
    repeated key returns the case. Raises NotPermitted, OwnCard, and as `opening.open_case`.
    """
    user = permitting.lock(user=by)
    permitting.check(user=user, permission=answering.PERMISSION)
    if not (_is_theirs(user, store) and seeing.may_see(user=user, member=member)):
        raise permitting.NotPermitted
    owning.check_not_own(member=member, user=user)
    blocking.check_is_current(member=member)
    return opening.open_case(
        member=member,
        kind=kind,
        subject=subject,
        body=body,
        at=at,
        source=_SOURCE,
        store=store,
        key=f"{member.public_id}:{key}",
        author=user,
    )


def _is_theirs(user: User, store: Store | None) -> bool:
    stores = seeing.get_stores(user)
    return stores is None or (store is not None and stores.filter(pk=store.pk).exists())
