"""Makes the programme of this installation, once, with what it needs to give points."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import FieldRefusal, Refusal, ValidationFailed
from loyalty.ledger.models import Wallet
from loyalty.programmes import money, terms
from loyalty.programmes.models import (
    ExpiryKind,
    Programme,
    Rule,
    RuleState,
    RuleVersion,
    Tier,
    TierLadder,
    WalletPolicy,
)
from loyalty.programmes.terms import Rate, Terms, Then

BOTTOM = "member"
MOST_DAYS = 36_500
_TIER_NAMES = {
    BOTTOM: ("Membre", "Member"),
    "bronze": ("Bronze", "Bronze"),
    "silver": ("Argent", "Silver"),
    "gold": ("Or", "Gold"),
    "platinum": ("Platine", "Platinum"),
}


class ProgrammeExists(Refusal):
    """An installation has one programme; this one has it already. Nothing was changed."""

    code = "programme-exists"
    status = 409
    title = _("This installation already has its programme.")


def set_up(
    *,
    name: str,
    currency: str,
    time_zone: str,
    points_per: Decimal,
    expire_after_days: int | None,
    value_of_point: Decimal = Decimal("0.01"),
    tiers: Sequence[tuple[str, int]] = (),
    at: datetime,
) -> Programme:
    """Create the programme: its wallet, a base rule without a start, a ladder if tiers are given.

    The base rule gives 1 point for each whole `points_per` of the currency. Tiers are codes
    with thresholds in cents; a bottom tier from 0 is added. Without `expire_after_days` points
    never expire; with it they can be used through the day they became available + that.

    Raises ProgrammeExists, or ValidationFailed with every fault; nothing is written then.
    """
    if Programme.objects.exists():
        raise ProgrammeExists
    faults = [
        *_programme_faults(name, currency, time_zone, value_of_point),
        *_points_faults(currency, points_per, expire_after_days),
        *_tier_faults(tiers),
    ]
    if faults:
        raise ValidationFailed(errors=faults)
    try:
        with transaction.atomic():
            programme = _create_programme(name, currency, time_zone, value_of_point, at)
            _create_policy(programme.spending_wallet, expire_after_days)
            _create_base_rule(points_per, currency, at)
            _create_ladder(tiers)
    except IntegrityError as error:
        if Programme.objects.exists():
            # Somebody else set it up between our look and our write.
            raise ProgrammeExists from error
        raise
    return programme


@cache
def _get_time_zones() -> frozenset[str]:
    """Return the names of all zones, which are read from hundreds of files."""
    return frozenset(available_timezones())


def _programme_faults(
    name: str, currency: str, time_zone: str, value_of_point: Decimal
) -> list[FieldRefusal]:
    faults = []
    if not name.strip() or len(name) > 80:
        faults.append(FieldRefusal("/name", "bad-length", _("A name has 1 to 80 characters.")))
    if not money.is_currency(code=currency):
        words = _("Not a currency of ISO 4217 that people pay with.")
        faults.append(FieldRefusal("/currency", "unknown-currency", words))
    if time_zone not in _get_time_zones():
        words = _("Not a time zone such as Europe/Paris.")
        faults.append(FieldRefusal("/time_zone", "unknown-time-zone", words))
    if not _fits(value_of_point, least=Decimal(0), most=Decimal(100_000), places=4):
        words = _("The value of a point is at least 0 and has at most four decimals.")
        faults.append(FieldRefusal("/value_of_point", "out-of-range", words))
    return faults


def _points_faults(
    currency: str, points_per: Decimal, expire_after_days: int | None
) -> list[FieldRefusal]:
    faults = []
    if money.is_currency(code=currency):
        places = money.places(currency=currency)
        smallest, most = Decimal(1).scaleb(-places), Decimal(terms.MOST_CENTS).scaleb(-places)
        if not _fits(points_per, least=smallest, most=most, places=places):
            words = _("Points are given per positive amount that can be paid in the currency.")
            faults.append(FieldRefusal("/points_per", "out-of-range", words))
    if expire_after_days is not None and not 1 <= expire_after_days <= MOST_DAYS:
        words = _("Points live from 1 to 36,500 days.")
        faults.append(FieldRefusal("/expire_after_days", "out-of-range", words))
    return faults


def _tier_faults(tiers: Sequence[tuple[str, int]]) -> list[FieldRefusal]:
    faults = []
    codes: set[str] = set()
    thresholds: set[int] = set()
    for place, (code, cents) in enumerate(tiers):
        pointer = f"/tiers/{place}"
        if not code or len(code) > 30 or slugify(code) != code:
            words = _("A tier's code has up to 30 lower-case letters, digits, - and _.")
            faults.append(FieldRefusal(pointer, "bad-code", words))
        if cents < 0 or (code == BOTTOM and cents > 0):
            words = _("A tier starts at 0 or above; the tier “member” is the bottom, at 0.")
            faults.append(FieldRefusal(pointer, "out-of-range", words))
        if code in codes or cents in thresholds:
            words = _("Two tiers have the same code or the same threshold.")
            faults.append(FieldRefusal(pointer, "repeated", words))
        codes.add(code)
        thresholds.add(cents)
    return faults


def _fits(number: Decimal, *, least: Decimal, most: Decimal, places: int) -> bool:
    return number.is_finite() and least <= number <= most and number == round(number, places)


def _create_programme(
    name: str, currency: str, time_zone: str, value_of_point: Decimal, at: datetime
) -> Programme:
    wallet, _is_new = Wallet.objects.get_or_create(code="points")
    return Programme.objects.create(
        pk=1,
        name=name.strip(),
        currency=currency,
        time_zone=time_zone,
        value_of_point=value_of_point,
        spending_wallet=wallet,
        created_at=at,
    )


def _create_policy(wallet: Wallet, expire_after_days: int | None) -> None:
    WalletPolicy.objects.create(
        wallet=wallet,
        name_fr="Points",
        name_en="Points",
        expiry_kind=ExpiryKind.DAYS if expire_after_days else ExpiryKind.NEVER,
        expiry_count=expire_after_days,
    )


def _create_base_rule(points_per: Decimal, currency: str, at: datetime) -> None:
    """Create the rule that has always been so, which is what an import of old sales needs."""
    cents = money.to_cents(amount=points_per, currency=currency)
    per_fr = money.to_words(cents=cents, currency=currency, language="fr")
    per_en = money.to_words(cents=cents, currency=currency, language="en")
    rule = Rule.objects.create(
        code="base",
        name_fr=f"1 point par tranche de {per_fr}",
        name_en=f"1 point per {per_en}",
        state=RuleState.LIVE,
    )
    rate = Rate(points=Decimal(1), per_cents=cents)
    said = terms.write(Terms(then=Then(effect=rate)))
    RuleVersion.objects.create(rule=rule, number=1, terms=said, created_at=at)


def _create_ladder(tiers: Sequence[tuple[str, int]]) -> None:
    if not tiers:
        return
    ladder = TierLadder.objects.create(code="tiers", name_fr="Niveaux", name_en="Tiers")
    thresholds = dict(tiers)
    if 0 not in thresholds.values():
        thresholds[BOTTOM] = 0
    rungs = sorted(thresholds.items(), key=lambda rung: rung[1])
    for rank, (code, cents) in enumerate(rungs):
        name_fr, name_en = _TIER_NAMES.get(code, (code.capitalize(), code.capitalize()))
        Tier.objects.create(
            ladder=ladder, code=code, rank=rank, name_fr=name_fr, name_en=name_en,
            threshold_cents=cents,
        )  # fmt: skip
