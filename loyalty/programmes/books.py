"""The rulebook of this process: compiled once for each revision of the programme."""

from collections import defaultdict
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.db.models import Exists
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import Refusal
from loyalty.programmes import terms
from loyalty.programmes.campaigns import CampaignTerms
from loyalty.programmes.expiring import Expiry, ExpiryKind, RoundUpTo
from loyalty.programmes.idling import Activity, Inactivity
from loyalty.programmes.ladder import Falls, Ladder, Rung
from loyalty.programmes.merits import Measure
from loyalty.programmes.models import (
    Campaign,
    Category,
    Plan,
    Product,
    Programme,
    Rule,
    RuleState,
    RuleVersion,
    Tier,
    TierLadder,
    WalletPolicy,
)
from loyalty.programmes.rulebook import (
    CategoryTree,
    Multipliers,
    Rounding,
    Rulebook,
    RuleTerms,
    StampCard,
    Version,
    WalletTerms,
    open_up,
)
from loyalty.programmes.spans import Span, Validity, Window
from loyalty.programmes.terms import Gift

_kept: dict[str, Rulebook] = {}
_zones: list[ZoneInfo] = []


class ProgrammeMissing(Refusal):
    """Nobody has set the programme up yet."""

    code = "programme-missing"
    status = 503
    is_retryable = True
    title = _("The loyalty programme has not been set up yet.")

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "60"})


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
    programme = (
        Programme.objects.select_related("spending_wallet")
        .annotate(has_products=Exists(Product.objects.all()), has_plans=Exists(Plan.objects.all()))
        .get()
    )
    tree = _tree()
    return Rulebook(
        revision=programme.revision,
        name=programme.name,
        currency=programme.currency,
        zone=ZoneInfo(programme.time_zone),
        spending_wallet=programme.spending_wallet.code,
        value_of_point=programme.value_of_point,
        rounding=Rounding(programme.rounding),
        counts_tax=programme.counts_tax,
        unearning_means=frozenset(programme.unearning_means),
        pay_share_percent=programme.pay_share_percent,
        pay_least_points=programme.pay_least_points,
        pay_most_points=programme.pay_most_points,
        offline_points=programme.offline_points,
        attach_days=programme.attach_days,
        spend_proof=programme.spend_proof,
        multipliers=Multipliers(programme.multipliers),
        wallets=_wallets(),
        rules=_rules(tree),
        categories=tree,
        ladder=_ladder(),
        has_products=programme.has_products,
        has_plans=programme.has_plans,
        household_rule=programme.household_rule,
        household_size=programme.household_size,
        referral_days=programme.referral_days,
        referral_least_cents=programme.referral_least_cents,
        referral_most=programme.referral_most,
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
            dates=tuple(policy.expiry_dates),
        ),
        pending_days=policy.pending_days,
        refund_grace_days=policy.refund_grace_days,
        allows_debt=policy.allows_debt,
        inactivity=inactivity_of(policy),
        card=_card(policy),
    )


def inactivity_of(policy: WalletPolicy) -> Inactivity | None:
    """Return what a policy says of inactivity; None where nothing is lost by it."""
    if policy.idle_months is None or policy.idle_since is None:
        return None
    keeps = {
        Activity.PURCHASE: policy.purchase_keeps,
        Activity.SPENDING: policy.spending_keeps,
        Activity.AWARD: policy.award_keeps,
    }
    return Inactivity(
        months=policy.idle_months,
        activities=frozenset(activity for activity, does in keeps.items() if does),
        since=policy.idle_since,
    )


def _card(policy: WalletPolicy) -> StampCard | None:
    if policy.card_stamps is None:
        return None
    voucher = Gift(
        name_fr=policy.card_name_fr,
        name_en=policy.card_name_en,
        value_cents=policy.card_value_cents,
        days=policy.card_days or 0,
    )
    return StampCard(stamps=policy.card_stamps, voucher=voucher)


def _rules(tree: CategoryTree) -> tuple[RuleTerms, ...]:
    versions: dict[int, list[Version]] = defaultdict(list)
    for row in RuleVersion.objects.order_by("rule_id", "-number"):
        versions[row.rule_id].append(_version(row, tree))
    published = Rule.objects.exclude(state=RuleState.DRAFT).order_by("-priority", "code")
    published = published.select_related("campaign__audience", "audience")
    return tuple(_rule(rule, versions[rule.pk]) for rule in published)


def known(*, rule: Rule, book: Rulebook) -> RuleTerms:
    """Return a rule as a book has it; a draft, which is not in it yet, as it is written."""
    return next((one for one in book.rules if one.code == rule.code), None) or _rule(rule, ())


def _rule(row: Rule, versions: Iterable[Version]) -> RuleTerms:
    return RuleTerms(
        code=row.code,
        name_fr=row.name_fr,
        name_en=row.name_en,
        priority=row.priority,
        is_live=row.state == RuleState.LIVE,
        versions=tuple(versions),
        pk=row.pk,
        campaign=_campaign(row.campaign) if row.campaign else None,
        audience=row.audience.code if row.audience else "",
    )


def _campaign(row: Campaign) -> CampaignTerms:
    return CampaignTerms(
        code=row.code,
        pk=row.pk,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        holdout_percent=row.holdout_percent,
        budget_points=row.budget_points,
        budget_cents=row.budget_cents,
        audience=row.audience.code if row.audience else "",
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
    """Return the programme's ladder, if it has one."""
    ladder = TierLadder.objects.select_related("credit_wallet").prefetch_related("tiers").first()
    return compile_ladder(ladder=ladder, tiers=ladder.tiers.all()) if ladder else None


def compile_ladder(*, ladder: TierLadder, tiers: Iterable[Tier]) -> Ladder:
    """Return a ladder as the engine reads it, rungs from the lowest up. No statement."""
    is_counted = {
        Measure.SPEND: ladder.counts_spend,
        Measure.VISITS: ladder.counts_visits,
        Measure.CREDITS: ladder.counts_credits,
    }
    return Ladder(
        code=ladder.code,
        rungs=tuple(sorted(map(_rung, tiers), key=lambda rung: rung.rank)),
        measures=tuple(measure for measure, counts in is_counted.items() if counts),
        needs_all=ladder.needs_all,
        credit_wallet=ladder.credit_wallet.code if ladder.credit_wallet else "",
        span=Span(
            window=Window(ladder.window),
            window_months=ladder.window_months,
            validity=Validity(ladder.validity),
            validity_months=ladder.validity_months,
            grace_days=ladder.grace_days,
        ),
        falls=Falls(ladder.falls),
        falls_on_return=ladder.falls_on_return,
    )


def _rung(tier: Tier) -> Rung:
    expiry = None
    if tier.expiry_kind:
        expiry = Expiry(
            kind=ExpiryKind(tier.expiry_kind),
            count=tier.expiry_count or 0,
            round_up=RoundUpTo(tier.expiry_round_up),
        )
    return Rung(
        pk=tier.pk,
        code=tier.code,
        rank=tier.rank,
        name_fr=tier.name_fr,
        name_en=tier.name_en,
        threshold_cents=tier.threshold_cents,
        threshold_credits=tier.threshold_credits,
        threshold_visits=tier.threshold_visits,
        multiplier=tier.multiplier,
        expiry=expiry,
    )
