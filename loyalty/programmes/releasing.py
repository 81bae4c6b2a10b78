"""Publishing what may cost much: at once below the programme's threshold, else by two persons.

What a version may cost is what it gives at most: its budget, and without one there is no end to
it. Nobody approves their own, whoever they are.
"""

from datetime import datetime

from django.db import transaction

from loyalty.core import ids, keys
from loyalty.identity import approving, permitting
from loyalty.identity.models import Approval, ApprovalKind, User
from loyalty.programmes import books, publishing, terms
from loyalty.programmes.models import Rule, RuleRequest, RuleVersion

PUBLISHES = "programmes.add_ruleversion"
REASON = "cost"


@transaction.atomic
def release(
    *,
    rule: Rule,
    said: object,
    by: User,
    at: datetime,
    takes_effect_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> RuleVersion | RuleRequest:
    """Publish a version, or let it wait for somebody else where it may cost too much.

    Raises permitting.NotPermitted, and what `publishing.publish` raises.
    """
    user = permitting.lock(user=by)
    permitting.check(user=user, permission=PUBLISHES)
    try:
        return publishing.publish(
            rule=rule,
            said=said,
            at=at,
            takes_effect_at=takes_effect_at,
            ends_at=ends_at,
            actor=f"user:{user.pk}",
        )
    except publishing.NeedsApproval:
        return _ask(rule, said, user, at=at, takes_effect_at=takes_effect_at, ends_at=ends_at)


@transaction.atomic
def approve(*, approval: Approval, decided_by: User, at: datetime) -> RuleVersion:
    """Publish what somebody else asked for, now or at its moment if that is still to come.

    Raises NotPermitted, approving.OwnRequest, DecidedAlready, ApprovalLapsed, or what has
    become wrong with it since; then it waits on.
    """
    request = _check(approval, decided_by)
    decided = approving.approve(approval=approval, decided_by=decided_by, at=at)
    starts_at = request.takes_effect_at
    version = publishing.publish(
        rule=request.rule,
        said=request.terms,
        at=at,
        takes_effect_at=starts_at if starts_at and starts_at > at else None,
        ends_at=request.ends_at,
        actor=f"user:{decided.requested_by_id}",
        approval=decided,
    )
    RuleRequest.objects.filter(pk=request.pk).update(version=version)
    return version


@transaction.atomic
def refuse(*, approval: Approval, decided_by: User, at: datetime) -> RuleRequest:
    """Say no to a version, which is never published. Raises as `approve`."""
    request = _check(approval, decided_by)
    approving.refuse(approval=approval, decided_by=decided_by, at=at)
    return request


def may_decide(user: User) -> bool:
    """Say whether somebody decides on the versions that others write."""
    return user.has_perm(approving.DECIDES) and user.has_perm(PUBLISHES)


def _check(approval: Approval, decided_by: User) -> RuleRequest:
    user = permitting.lock(user=decided_by)
    permitting.check(user=user, permission=PUBLISHES)
    return RuleRequest.objects.select_related("rule").get(approval=approval)


def _ask(
    rule: Rule,
    said: object,
    by: User,
    *,
    at: datetime,
    takes_effect_at: datetime | None,
    ends_at: datetime | None,
) -> RuleRequest:
    most = books.get_book().budget_of(terms.read(said).limits)
    approval = approving.request(
        kind=ApprovalKind.PUBLICATION,
        subject=rule.code,
        payload={"rule": rule.code, **({} if most is None else {"points": most})},
        requested_by=by,
        reason=REASON,
        key=keys.digest(scope=rule.code, key=ids.new("req")),
        at=at,
    )
    return RuleRequest.objects.create(
        rule=rule,
        terms=terms.write(terms.read(said)),
        takes_effect_at=takes_effect_at,
        ends_at=ends_at,
        approval=approval,
    )
