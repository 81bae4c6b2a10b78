"""Changes what rules say. A version that was published is never edited: the next replaces it."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import FieldRefusal, Refusal, ValidationFailed
from loyalty.identity.models import Approval, ApprovalState
from loyalty.programmes import books, revising, terms, wording
from loyalty.programmes.models import (
    Category,
    Plan,
    Programme,
    Rule,
    RuleRequest,
    RuleState,
    RuleVersion,
    Segment,
    Store,
    Tier,
    WalletPolicy,
)
from loyalty.programmes.shapes import Fault, Malformed
from loyalty.programmes.terms import Stacking, Terms


class RuleNotInThatState(Refusal):
    """What was asked does not go with the rule's state: only a live rule can be paused."""

    code = "rule-not-in-that-state"
    title = _("The rule's state does not allow this.")


class NeedsApproval(Refusal):
    """What the version may cost is above what one person publishes alone."""

    code = "needs-approval"
    title = _("This may cost so much that a second person must approve it.")


@transaction.atomic
def publish(
    *,
    rule: Rule,
    said: object,
    at: datetime,
    takes_effect_at: datetime | None = None,
    ends_at: datetime | None = None,
    actor: str = "",
    approval: Approval | None = None,
) -> RuleVersion:
    """Let a rule say something new from a moment on, now unless told otherwise; it is live then.

    `said` is JSON as `terms.write` gives it. A version scheduled before and not yet in effect
    never takes effect: the last word counts. `approval` is the second person's, where what it
    may cost asks for one.

    Raises ValidationFailed with every fault, RuleNotInThatState for a rule that has ended, or
    NeedsApproval.
    """
    rule = _lock(rule, refused=(RuleState.ENDED,))
    read = check(rule=rule, said=said, at=at, takes_effect_at=takes_effect_at, ends_at=ends_at)
    _check_cost(rule, read, approval)
    starts_at = takes_effect_at or at
    version = _write(rule, said, starts_at=starts_at, ends_at=ends_at, at=at, actor=actor)
    _become(rule, RuleState.LIVE, f"version {version.number}")
    return version


@transaction.atomic
def pause(*, rule: Rule, at: datetime) -> Rule:
    """Stop a live rule from this moment on. Sales from before, told later, still earn by it."""
    rule = _lock(rule, refused=(RuleState.DRAFT, RuleState.PAUSED, RuleState.ENDED))
    _stop(rule, at)
    return _become(rule, RuleState.PAUSED, "paused")


@transaction.atomic
def resume(*, rule: Rule, at: datetime, actor: str = "") -> Rule:
    """Let a paused rule say again what it said, and will say, as new versions from now on."""
    rule = _lock(rule, refused=(RuleState.DRAFT, RuleState.LIVE, RuleState.ENDED))
    for version in _interrupted(rule):
        starts_at = max(version.takes_effect_at or at, at)
        if version.ends_at is None or version.ends_at > starts_at:
            _write(
                rule,
                version.terms,
                starts_at=starts_at,
                ends_at=version.ends_at,
                at=at,
                actor=actor,
            )
    return _become(rule, RuleState.LIVE, "resumed")


@transaction.atomic
def end(*, rule: Rule, at: datetime) -> Rule:
    """Stop a rule for good."""
    rule = _lock(rule, refused=(RuleState.ENDED,))
    _stop(rule, at)
    return _become(rule, RuleState.ENDED, "ended")


def check(
    *,
    rule: Rule,
    said: object,
    at: datetime,
    takes_effect_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Terms:
    """Return the terms that JSON says, if they could be published as a version of the rule.

    Raises ValidationFailed with every fault in words: in the terms, their codes, the moments.
    """
    try:
        read = terms.read(said)
    except Malformed as malformed:
        raise ValidationFailed(errors=_in_words(malformed.faults)) from malformed
    faults = [
        *_faults_of_moments(starts_at=takes_effect_at or at, ends_at=ends_at, at=at),
        *_faults_of_references(rule, read),
    ]
    if faults:
        raise ValidationFailed(errors=_in_words(faults))
    return read


def _check_cost(rule: Rule, said: Terms, approval: Approval | None) -> None:
    """Refuse what may cost more than the programme lets one person publish."""
    above = Programme.objects.values_list("approval_above_points", flat=True).get()
    if above is None:
        return
    most = books.get_book().budget_of(said.limits)
    if most is not None and most <= above:
        return
    if approval is None or approval.state != ApprovalState.APPROVED:
        raise NeedsApproval
    asked = RuleRequest.objects.filter(rule=rule, approval=approval, version=None)
    if terms.write(said) not in asked.values_list("terms", flat=True):
        raise NeedsApproval


def _lock(rule: Rule, *, refused: tuple[RuleState, ...]) -> Rule:
    """Return the rule as it is now, locked, unless its state does not allow what comes next."""
    locked = Rule.objects.select_for_update().get(pk=rule.pk)
    if locked.state in refused:
        raise RuleNotInThatState(state=locked.state)
    return locked


def _faults_of_moments(
    *, starts_at: datetime, ends_at: datetime | None, at: datetime
) -> Iterator[Fault]:
    if starts_at < at:
        yield Fault("/takes_effect_at", "in-the-past")
    if ends_at is not None and ends_at <= starts_at:
        yield Fault("/ends_at", "ends-before-it-starts")


def _faults_of_references(rule: Rule, said: Terms) -> Iterator[Fault]:
    """Yield codes of nothing, and a group whose other rules stack in another way."""
    when = said.when
    yield from _unknown("/when/stores", when.stores, Store)
    yield from _unknown("/when/categories", when.categories, Category)
    yield from _unknown("/when/excluded_categories", when.excluded_categories, Category)
    yield from _unknown("/when/tiers", when.tiers, Tier)
    yield from _unknown("/when/segments", when.segments, Segment)
    yield from _unknown("/when/plans", when.plans, Plan)
    wallet = said.then.wallet
    if wallet and not WalletPolicy.objects.filter(wallet__code=wallet).exists():
        yield Fault("/then/wallet", "unknown-code")
    if said.group and _modes_of_group(said.group, but=rule) - {said.stacking}:
        yield Fault("/stacking/mode", "group-stacks-otherwise")


def _unknown(
    pointer: str, codes: tuple[str, ...], model: type[Store | Category | Tier | Segment | Plan]
) -> list[Fault]:
    if not codes:
        return []
    known = set(model._default_manager.filter(code__in=codes).values_list("code", flat=True))
    return [
        Fault(f"{pointer}/{place}", "unknown-code")
        for place, code in enumerate(codes)
        if code not in known
    ]


def _modes_of_group(group: str, *, but: Rule) -> set[Stacking]:
    """Return how the newest versions of the group's other live rules stack."""
    versions = RuleVersion.objects.filter(rule__state=RuleState.LIVE).exclude(rule=but)
    newest = dict(versions.order_by("number").values_list("rule_id", "terms"))
    read = (terms.read(said) for said in newest.values())
    return {said.stacking for said in read if said.group == group}


def _write(
    rule: Rule,
    said: object,
    *,
    starts_at: datetime,
    ends_at: datetime | None,
    at: datetime,
    actor: str,
) -> RuleVersion:
    last = rule.versions.order_by("-number").values_list("number", flat=True).first()
    return RuleVersion.objects.create(
        rule=rule,
        number=(last or 0) + 1,
        terms=terms.write(terms.read(said)),
        takes_effect_at=starts_at,
        ends_at=ends_at,
        created_at=at,
        created_by=actor,
    )


def _stop(rule: Rule, at: datetime) -> None:
    """Mark what has begun as stopped. What has not begun has no mark, and begins no more."""
    begun = Q(takes_effect_at=None) | Q(takes_effect_at__lte=at)
    rule.versions.filter(begun, stopped_at=None).update(stopped_at=at)


def _interrupted(rule: Rule) -> list[RuleVersion]:
    """Return the version that was in force when the rule was paused, and those due after it."""
    due: list[RuleVersion] = []
    for version in rule.versions.order_by("-number"):
        due.append(version)
        if version.stopped_at is not None:
            break
    return due[::-1]


def _become(rule: Rule, state: RuleState, reason: str) -> Rule:
    rule.state = state
    rule._change_reason = reason  # type: ignore[attr-defined]
    rule.save(update_fields=["state"])
    revising.touch()
    return rule


def _in_words(faults: Iterable[Fault]) -> list[FieldRefusal]:
    return [
        FieldRefusal(fault.pointer, fault.code, wording.of_fault(fault.code)) for fault in faults
    ]
