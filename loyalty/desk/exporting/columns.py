"""What a column of an exported list is called, and what it says of a row. No statement here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty.core import money
from loyalty.programmes.rulebook import Rulebook
from members.models import Member, Purchase, Voucher
from members.models.vouchers import ENDING
from rewards.models import Reward

Value = str | int | bool | Decimal | date | datetime | None


@dataclass(frozen=True)
class Column:
    """`code` is for machines and stays; `title` is what the reader calls it."""

    code: str
    title: str | Promise
    of: Callable[[Any], Value]


def of_members(*, channel: str, may_see_contacts: bool) -> Sequence[Column]:
    """Return what is told of a member; how to reach them, to whoever may use it.

    A list for a channel tells the way of that channel alone, of those who agreed to it.
    """
    by_mail = may_see_contacts or channel == "EMAIL"
    by_phone = may_see_contacts or channel in ("SMS", "PHONE")
    ways = (
        *([Column("email", _("e-mail"), lambda row: row.email)] if by_mail else ()),
        *([Column("phone", _("phone"), _phone)] if by_phone else ()),
    )  # fmt: skip
    return (
        Column("public_id", _("member id"), lambda row: row.public_id),
        Column("external_id", _("external id"), lambda row: row.external_id),
        Column("first_name", _("first name"), lambda row: row.first_name),
        Column("last_name", _("last name"), lambda row: row.last_name),
        *ways,
        Column("card", _("card number"), _card),
        Column("birthday", _("birthday"), _birthday),
        Column("language", _("language"), lambda row: row.language),
        Column("enrolled_at", _("enrolled"), lambda row: row.enrolled_at),
        Column("source", _("acquisition source"), lambda row: row.source),
        Column("state", _("state"), lambda row: row.state),
        Column("store", _("store"), lambda row: row.store.code if row.store else None),
        Column("tier", _("tier"), lambda row: row.tier.code if row.tier else None),
    )


def _phone(member: Member) -> str | None:
    return str(member.phone) if member.phone else None


def _buyer(purchase: Purchase) -> str | None:
    return purchase.member.public_id if purchase.member else None


def _card(member: Member) -> str | None:
    numbers = [card.number for card in member.active_cards]  # type: ignore[attr-defined]  # prefetched
    return numbers[0] if numbers else None


def _birthday(member: Member) -> str | None:
    if member.birth_month is None or member.birth_day is None:
        return None
    return f"{member.birth_month:02}-{member.birth_day:02}"


def of_losses(*, book: Rulebook) -> Sequence[Column]:
    """Return what is told of a lost member beside who they are."""

    def worth(row: Any) -> Decimal:
        return Decimal(money.to_text(cents=row.revenue_cents, currency=book.currency))

    return (
        Column("last_on", _("last purchase"), lambda row: row.last_on),
        Column("revenue", _("total spent"), worth),
        Column("reason", _("reason"), lambda row: row.loss),
    )


def of_purchases(*, book: Rulebook) -> Sequence[Column]:
    """Return what is told of a sale. Who bought is an id: names are in the list of members."""

    def total(row: Purchase) -> Decimal:
        return Decimal(money.to_text(cents=row.total_cents, currency=book.currency))

    return (
        Column("public_id", _("purchase id"), lambda row: row.public_id),
        Column("at", _("date"), lambda row: row.occurred_at),
        Column("business_on", _("business day"), lambda row: row.business_on),
        Column("member_public_id", _("member id"), _buyer),
        Column("member", _("member"), lambda row: row.member and row.member.external_id),
        Column("store", _("store"), lambda row: row.store.code if row.store else None),
        Column("till", _("till"), lambda row: row.till),
        Column("channel", _("channel"), lambda row: row.channel),
        Column("receipt", _("receipt"), lambda row: row.receipt),
        Column("amount", _("amount"), total),
        Column("points", _("points"), lambda row: row.points),
        Column("is_historic", _("imported"), lambda row: row.is_historic),
    )


def of_rewards(*, book: Rulebook) -> Sequence[Column]:
    """Return what a file of rewards is read by, so that it comes back as it went."""

    def worth(row: Reward) -> Decimal | None:
        if row.value_cents is None:
            return None
        return Decimal(money.to_text(cents=row.value_cents, currency=book.currency))

    return (
        Column("id", "id", lambda row: row.public_id),
        Column("external_id", _("your code"), lambda row: row.external_id),
        Column("kind", _("kind"), lambda row: row.kind),
        Column("category", _("category"), lambda row: row.category.code if row.category else None),
        Column("name_fr", _("name in French"), lambda row: row.name_fr),
        Column("name_en", _("name in English"), lambda row: row.name_en),
        Column("description_fr", _("description in French"), lambda row: row.description_fr),
        Column("description_en", _("description in English"), lambda row: row.description_en),
        Column("cost", _("cost in points"), lambda row: row.cost),
        Column("value", _("worth"), worth),
        Column("stock", _("stock"), lambda row: row.stock),
        Column("voucher_days", _("voucher valid for days"), lambda row: row.voucher_days),
        Column("starts_at", _("offered from"), lambda row: row.starts_at),
        Column("ends_at", _("offered until"), lambda row: row.ends_at),
        Column("appears_at", _("shown from"), lambda row: row.appears_at),
        Column("disappears_at", _("shown until"), lambda row: row.disappears_at),
        Column("is_active", _("offered"), lambda row: row.is_active),
    )


def of_categories() -> Sequence[Column]:
    """Return what a file of categories is read by, so that it comes back as it went."""
    return (
        Column("code", _("code"), lambda row: row.code),
        Column("name", _("name"), lambda row: row.name),
        Column("parent", _("part of"), lambda row: row.parent.code if row.parent else None),
        Column("is_excluded", _("never earns points"), lambda row: row.is_excluded),
    )


def of_products() -> Sequence[Column]:
    """Return what a file of products is read by, so that it comes back as it went."""
    return (
        Column("sku", _("SKU"), lambda row: row.sku),
        Column("name_fr", _("name in French"), lambda row: row.name_fr),
        Column("name_en", _("name in English"), lambda row: row.name_en),
        Column("category", _("category"), lambda row: row.category.code if row.category else None),
        Column("brand", _("brand"), lambda row: row.brand),
        Column("tags", _("tags"), lambda row: ", ".join(row.tags)),
    )


def of_vouchers(*, book: Rulebook, at: datetime, may_see_codes: bool) -> Sequence[Column]:
    """Return what is told of a voucher; its whole code, which spends, to few."""

    def code(row: Voucher) -> str:
        return row.spelled if may_see_codes else f"… {row.spelled[-ENDING:]}"

    def worth(row: Voucher) -> Decimal | None:
        if row.value_cents is None:
            return None
        return Decimal(money.to_text(cents=row.value_cents, currency=book.currency))

    return (
        Column("code", _("code"), code),
        Column("member_public_id", _("member id"), lambda row: row.member.public_id),
        Column("name_fr", _("name in French"), lambda row: row.name_fr),
        Column("name_en", _("name in English"), lambda row: row.name_en),
        Column("value", _("worth"), worth),
        Column("state", _("state"), lambda row: row.state_at(at).value),
        Column("issued_at", _("issued"), lambda row: row.issued_at),
        Column("expires_at", _("expires"), lambda row: row.expires_at),
        Column("used_at", _("used"), lambda row: row.used_at),
    )
