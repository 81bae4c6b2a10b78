"""Members and receipts made directly, with the changes that their owner would record."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from analytics import losing
from analytics.models import Budget, Cost, Fit, Loss, LossReason, Outlook, WonBackBy
from analytics.periods import Period, day
from analytics.scopes import WHOLE, Cut, Scope, get_scope
from loyalty.core import ids
from loyalty.events import changes
from loyalty.identity.models import User
from loyalty.ledger import posting
from loyalty.ledger.models import NEVER, Entry, Wallet
from loyalty.ledger.posting import Grant
from loyalty.programmes import setting_up
from loyalty.programmes.models import Programme, Store, Tier, TierLadder
from members import answering, opening, resolving, vouchering
from members.importing import purchases
from members.models import (
    Case,
    CaseKind,
    Member,
    Purchase,
    PurchaseLine,
    Referral,
    Return,
    ReturnLine,
    TierChange,
    Voucher,
)

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SAMPLE = Path(__file__).parent.parent / "data" / "cdnow_sample.csv.gz"
_keys = count(1)


@dataclass(frozen=True)
class Sold:
    """One receipt to make: of a member, or of nobody."""

    member: Member | None
    on: date
    cents: int
    store: Store | None = None
    channel: str = "store"
    hour: int = 12
    # What was sold, by category: as many lines, of cents in it.
    lines: tuple[tuple[str, int], ...] = ()


def make_programme(*, time_zone: str = "Europe/Paris") -> Programme:
    wallet, _ = Wallet.objects.get_or_create(code="points")
    return Programme.objects.create(
        pk=1, name="Fleurs", time_zone=time_zone, spending_wallet=wallet, created_at=NOW
    )


def make_stores(*codes: str) -> list[Store]:
    return Store.objects.bulk_create([Store(code=code, name=code) for code in codes])


def make_members(
    names: Sequence[str], *, enrolled_at: datetime = datetime(1996, 12, 31, 12, tzinfo=UTC)
) -> dict[str, Member]:
    """Enrol members under these external ids, in this order."""
    with transaction.atomic():
        holders = posting.open_holders(count=len(names), at=enrolled_at)
    members = Member.objects.bulk_create(
        [
            Member(
                public_id=ids.new("mem"), holder=holder, external_id=name, enrolled_at=enrolled_at
            )
            for name, holder in zip(names, holders, strict=True)
        ]
    )
    return dict(zip(names, members, strict=True))


def sell(sales: Iterable[Sold], *, zone: ZoneInfo = PARIS) -> list[Purchase]:
    """Record receipts as the owner of purchases does: with their changes."""
    sales = list(sales)
    purchases = Purchase.objects.bulk_create([_purchase(sold, zone) for sold in sales])
    PurchaseLine.objects.bulk_create(
        PurchaseLine(purchase=purchase, position=place, category=category, amount_cents=cents)
        for purchase, sold in zip(purchases, sales, strict=True)
        for place, (category, cents) in enumerate(sold.lines)
    )
    changes.record(
        "purchases", [(purchase.member_id, purchase.business_on) for purchase in purchases]
    )
    return purchases


def give_back(
    purchase: Purchase,
    cents: int,
    on: date,
    *,
    store: Store | None = None,
    channel: str = "store",
    has_goods: bool = False,
) -> Return:
    """Record a return as its owner does, with its change: of its first line, or of an amount."""
    returned = Return.objects.create(
        public_id=ids.new("ret"),
        purchase=purchase,
        store=store,
        channel=channel,
        key=f"key-{next(_keys)}",
        occurred_at=datetime.combine(on, time(12), tzinfo=PARIS),
        business_on=on,
        recorded_at=NOW,
        total_cents=cents,
    )
    if has_goods:
        line = purchase.lines.order_by("position").first()
        ReturnLine.objects.create(returned=returned, line=line, quantity=1, amount_cents=cents)
    changes.record("purchases", [(purchase.member_id, on)])
    return returned


def _purchase(sold: Sold, zone: ZoneInfo) -> Purchase:
    occurred_at = datetime.combine(sold.on, time(sold.hour), tzinfo=zone)
    return Purchase(
        public_id=ids.new("pur"),
        member=sold.member,
        store=sold.store,
        channel=sold.channel,
        key=f"key-{next(_keys)}",
        occurred_at=occurred_at,
        business_on=sold.on,
        recorded_at=NOW,
        total_cents=sold.cents,
    )


def move(
    member: Member,
    points: int,
    at: datetime,
    *,
    expires_at: datetime = NEVER,
    available_at: datetime | None = None,
    idle: posting.Idle | None = None,
) -> Entry:
    """Let a member earn points at a moment, or redeem them when they are negative."""
    with transaction.atomic():
        account = posting.lock(member.holder)["points"]
        key = f"key-{next(_keys)}"
        if points < 0:
            return posting.redeem(
                account=account, points=-points, reference=key, key=key, at=at, idle=idle
            )
        grant = Grant("points", points, available_at or at, expires_at)
        return posting.earn(
            account=account, grants=[grant], reference=key, key=key, at=at, idle=idle
        )


def foresee(outlooks: Sequence[tuple[Member, int]], *, on: date) -> None:
    """Keep a fit of a day that expects so many cents of each member, one day, and even odds."""
    if not outlooks:
        return
    count = len(outlooks)
    fit = Fit.objects.create(
        as_of=on, fitted_at=NOW, members=count, repeaters=count, r=1, alpha=1, a=1, b=1,
        log_likelihood=-1, told=count, alive=count / 2, expected_days=count,
        expected_cents=sum(cents for _, cents in outlooks),
    )  # fmt: skip
    Outlook.objects.bulk_create(
        Outlook(member=member, fit=fit, alive=0.5, expected_days=1, expected_cents=cents)
        for member, cents in outlooks
    )


def climb(member: Member, tier: str, at: datetime) -> None:
    """Let a member move to a tier of this code, made if there is none; to none if it is empty."""
    before = TierChange.objects.filter(member=member).order_by("-changed_at", "-pk").first()
    TierChange.objects.create(
        member=member,
        from_tier=before.to_tier if before else None,
        to_tier=get_tier(tier) if tier else None,
        reason="test",
        changed_at=at,
    )


def get_tier(code: str) -> Tier:
    """Return a tier by its code: bronze, silver or gold, from the lowest."""
    rank = ("bronze", "silver", "gold").index(code) + 1
    ladder, _ = TierLadder.objects.get_or_create(code="ladder")
    tier, _ = Tier.objects.get_or_create(
        code=code, ladder=ladder, rank=rank, threshold_cents=rank * 100
    )
    return tier


def refer(referrer: Member, friend: Member, at: datetime, **said: Any) -> Referral:
    """Let a member have brought another one at a moment."""
    return Referral.objects.create(
        public_id=ids.new("ref"), referrer=referrer, friend=friend, joined_at=at, **said
    )


def hand_out(member: Member, cents: int | None, at: datetime) -> Voucher:
    """Give a member a voucher that is worth so much, as a rule would."""
    with transaction.atomic():
        return vouchering.issue(
            member=member, origin=f"pur_{next(_keys)}", name_fr="Un café", name_en="A coffee",
            value_cents=cents, days=90, at=at,
        )  # fmt: skip


def hear(member: Member, case: tuple[str, str, str, str, bool]) -> Case:
    """Let a member ask, and staff answer, resolve and reopen, each at noon of a day."""
    kind, opened, answered, resolved, is_reopened = case
    boss, _ = User.objects.get_or_create(
        email="boss@example.org", is_staff=True, is_superuser=True
    )
    done = opening.open_case(
        member=member, kind=CaseKind(kind), subject="Why", body="Why?", at=_noon(opened),
        key=str(next(_keys)),
    )  # fmt: skip
    if answered:
        told = {"by": boss, "seen": done.version, "at": _noon(answered)}
        done = answering.answer(case=done, text="So.", **told)
    if resolved:
        told = {"by": boss, "seen": done.version, "at": _noon(resolved)}
        done = resolving.resolve(case=done, **told)
    if is_reopened:
        done = resolving.reopen(case=done, **(told | {"seen": done.version}))
    return done


def _noon(on: str) -> datetime:
    return datetime.combine(day(on), time(12), tzinfo=PARIS)


def enter_costs(costs: Iterable[tuple[str, str, str, int]]) -> None:
    """Enter costs: category, first day, last day, cents."""
    Cost.objects.bulk_create(
        Cost(
            category=category,
            first_on=day(first),
            last_on=day(last),
            amount_cents=cents,
            entered_at=NOW,
        )
        for category, first, last, cents in costs
    )


def plan_budgets(budgets: Iterable[tuple[str, int, int]]) -> None:
    """Plan budgets: category, year, cents."""
    Budget.objects.bulk_create(
        Budget(category=category, year=year, planned_cents=cents)
        for category, year, cents in budgets
    )


def lose(losses: Sequence[tuple[Member, str, str, str, str]]) -> None:
    """Let staff tell of losses: member, day, reason, competitor, and how they were won back.

    Who bought afterwards, before it is told, is taken to have done so after that day.
    """
    somebody = User.objects.first() or User.objects.create_user("grace@staff.example")
    for member, on, reason, competitor, way in losses:
        at = datetime.combine(day(on), time(15), tzinfo=PARIS)
        last_on = Purchase.objects.filter(member=member, occurred_at__lt=at).latest("occurred_at")
        loss = Loss.objects.create(
            member=member, last_on=last_on.business_on, reason=LossReason(reason),
            competitor=losing.get_competitor(name=competitor, at=at), recorded_by=somebody,
            recorded_at=at, recorded_on=day(on),
        )  # fmt: skip
        losing.notice(at=NOW)
        if way:
            losing.explain(loss=loss, way=WonBackBy(way), by=somebody, at=NOW)


def import_cdnow() -> None:
    """Set the programme of the published points up and import the sample into it."""
    setting_up.set_up(
        name="CDNOW",
        currency="USD",
        time_zone="Europe/Paris",
        points_per=Decimal(1),
        expire_after_days=365,
        at=NOW,
    )
    report = purchases.bring_in(
        path=SAMPLE, at=NOW, mapped={"member": "customer_id", "at": "date", "amount": "amount"}
    )
    assert (report.added, report.refused) == (6_919, 0)


def scope(first: str, last: str, *, at: datetime = NOW, cut: Cut = WHOLE) -> Scope:
    return get_scope(period=Period(day(first), day(last)), at=at, cut=cut)
