"""The rulebook of this process: compiled once for each revision of the programme."""

from collections import defaultdict
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import Refusal
from loyalty.programmes import terms
from loyalty.programmes.expiring import Expiry, ExpiryKind, RoundUpTo
from loyalty.programmes.ladder import Ladder, Rung
from loyalty.programmes.models import (
    Category,
    Programme,
    Rule,
    RuleState,
    RuleVersion,
    TierLadder,
    WalletPolicy,
)
from loyalty.programmes.rulebook import (
    CategoryTree,
    Multipliers,
    Rounding,
    Rulebook,
    RuleTerms,
    Version,
    WalletTerms,
    open_up,
)

_kept: dict[str, Rulebook] = {}
_zones: list[ZoneInfo] = []


class ProgrammeMissing(Refusal):
    """Nobody has set the programme up yet."""

    code = "programme-missing"
    status = 503
    is_retryable = True
    title = _("The loyalty programme has not been set up yet.")


def get_book(*, revision: str | None = None) -> Rulebook:
    """Return the rulebook in force: one cheap statement, unless the revision is new here.

    None at all for a caller who has just read the revision. Raises ProgrammeMissing before
    the programme is set up.
    """
    if revision is None:
        revision = Programme.objects.filter(pk=1).values_list("revision", flat=True).first()
    if revision is None:
        raise ProgrammeMissing
    book = _kept.get(revision)
    if book is None:
        book = compile_book()
        _kept.clear()
        _kept[book.revision] = book
    return book


def get_zone() -> ZoneInfo:
    """Return the time zone as this process last knew it: for showing moments, not for points.

    No statement once it or a book was read here. Raises ProgrammeMissing.
    """
    if book := next(iter(_kept.values()), None):
        return book.zone
    if not _zones:
        name = Programme.objects.filter(pk=1).values_list("time_zone", flat=True).first()
        if name is None:
            raise ProgrammeMissing
        _zones.append(ZoneInfo(name))
    return _zones[0]


def compile_book() -> Rulebook:
    """Read and compile the whole programme, whatever this process remembers."""
    programme = Programme.objects.select_related("spending_wallet").get()
    tree = _tree()
    return Rulebook(
        revision=programme.revision,
        name=programme.name,
        currency=programme.currency,
        zone=ZoneInfo(programme.time_zone),
        spending_wallet=programme.spending_wallet.code,
        value_of_point=programme.value_of_point,
        rounding=Rounding(programme.rounding),
        multipliers=Multipliers(programme.multipliers),
        wallets=_wallets(),
        rules=_rules(tree),
        categories=tree,
        ladder=_ladder(),
    )


def _tree() -> CategoryTree:
    rows = list(Category.objects.values_list("code", "parent__code", "is_excluded"))
    return CategoryTree(
        parents={code: parent for code, parent, _excluded in rows if parent},
        excluded=frozenset(code for code, _parent, is_excluded in rows if is_excluded),
    )


def _wallets() -> dict[str, WalletTerms]:
    policies = WalletPolicy.objects.select_related("wallet")
    return {policy.wallet.code: _wallet(policy) for policy in policies}


def _wallet(policy: WalletPolicy) -> WalletTerms:
    return WalletTerms(
        code=policy.wallet.code,
        name_fr=policy.name_fr,
        name_en=policy.name_en,
        expiry=Expiry(
            kind=ExpiryKind(policy.expiry_kind),
            count=policy.expiry_count or 0,
            round_up=RoundUpTo(policy.expiry_round_up),
        ),
        pending_days=policy.pending_days,
        refund_grace_days=policy.refund_grace_days,
    )


def _rules(tree: CategoryTree) -> tuple[RuleTerms, ...]:
    versions: dict[int, list[Version]] = defaultdict(list)
    for row in RuleVersion.objects.order_by("rule_id", "-number"):
        versions[row.rule_id].append(_version(row, tree))
    published = Rule.objects.exclude(state=RuleState.DRAFT).order_by("-priority", "code")
    return tuple(
        RuleTerms(
            code=rule.code,
            name_fr=rule.name_fr,
            name_en=rule.name_en,
            priority=rule.priority,
            is_live=rule.state == RuleState.LIVE,
            versions=tuple(versions[rule.pk]),
        )
        for rule in published
    )


def _version(row: RuleVersion, tree: CategoryTree) -> Version:
    version = Version(
        pk=row.pk,
        number=row.number,
        terms=terms.read(row.terms),
        takes_effect_at=row.takes_effect_at,
        ends_at=row.ends_at,
        stopped_at=row.stopped_at,
    )
    return open_up(version=version, tree=tree)


def _ladder() -> Ladder | None:
    """Return the programme's ladder, the first if it has several."""
    ladder = TierLadder.objects.prefetch_related("tiers").order_by("pk").first()
    if ladder is None:
        return None
    rungs = [
        Rung(
            pk=tier.pk,
            code=tier.code,
            rank=tier.rank,
            threshold_cents=tier.threshold_cents,
            name_fr=tier.name_fr,
            name_en=tier.name_en,
            multiplier=tier.multiplier,
        )
        for tier in ladder.tiers.all()
    ]
    return Ladder(
        code=ladder.code,
        rungs=tuple(sorted(rungs, key=lambda rung: rung.threshold_cents)),
        window_months=ladder.window_months,
        validity_months=ladder.validity_months,
    )
