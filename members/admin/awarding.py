"""Why a purchase gave its points: which rule, on which lines, from what was known."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from loyalty.core import languages
from loyalty.ledger.models import Account, Entry
from loyalty.programmes import books, circumstances, wording
from loyalty.programmes.models import Category
from loyalty.programmes.occasions import MemberFacts
from loyalty.programmes.rulebook import Rulebook
from members import sharing, words
from members.models import Purchase, PurchaseLine, Return

_LEAP = 2000


@dataclass(frozen=True)
class Line:
    """One line of the basket in words."""

    name: str
    sku: str
    category: str
    quantity: str
    amount: str


def show_basket(*, purchase: Purchase) -> SafeString:
    """Return the lines of the receipt as they were sold. Two statements."""
    rows = list(PurchaseLine.objects.filter(purchase=purchase).order_by("position"))
    codes = {row.category for row in rows}
    names = dict(Category.objects.filter(code__in=codes).values_list("code", "name"))
    currency = books.get_book().currency
    lines = [
        Line(
            name=row.name,
            sku=row.sku,
            category=names.get(row.category, row.category),
            quantity=words.of_number(row.quantity),
            amount=words.of_amount(cents=row.amount_cents, currency=currency),
        )
        for row in rows
    ]
    return render_to_string("admin/members/_basket.html", {"lines": lines})


def show_given(*, purchase: Purchase) -> SafeString:
    """Return what each rule gave, on which amount and which lines of the basket."""
    book = books.get_book()
    lines = PurchaseLine.objects.filter(purchase=purchase).order_by("position")
    names = {line.position: line.name or line.sku for line in lines}
    parts = [_given(line, book, names) for line in _parts(purchase, "lines")]
    told = {
        "parts": parts,
        "carried": [_carried(one, book) for one in _parts(purchase, "carried")],
        "has_wallets": any(part["wallet"] for part in parts),
        "has_lines": any(part["lines"] for part in parts),
    }
    return render_to_string("admin/members/_given.html", told)


def show_refused(*, purchase: Purchase) -> SafeString:
    """Return which rules gave nothing, and why."""
    book = books.get_book()
    parts = [
        (words.of_rule(part.get("rule", ""), book=book), wording.of_reason(part["why"]))
        for part in _parts(purchase, "refused")
    ]
    return render_to_string("admin/members/_refused.html", {"parts": parts})


def show_facts(*, purchase: Purchase) -> SafeString:
    """Return what was known of the member at the moment, as the award used it."""
    book = books.get_book()
    told = {"facts": list(_facts(purchase.facts, book)) if purchase.facts else []}
    return render_to_string("admin/members/_facts.html", told)


def show_entries(*, purchase: Purchase) -> SafeString:
    """Return the entries of the ledger that the purchase made, each leading to its page."""
    entries: list[Entry] = []
    if purchase.member is not None:
        # Booked where they were made: a merged member's in their account, or in a household's.
        theirs = Account.objects.filter(sharing.holders_of(member=purchase.member))
        accounts = list(theirs.values_list("pk", flat=True))
        made = Entry.objects.filter(account__in=accounts, reference=purchase.public_id)
        entries = list(made.order_by("pk"))
    return render_to_string("admin/members/_entries.html", {"entries": entries})


def show_returns(*, purchase: Purchase) -> SafeString:
    """Return what came back of the purchase, and by which rules it took what. Three statements."""
    book = books.get_book()
    before, rows = _points_of(purchase.award), []
    for given in (
        purchase.returns.order_by("pk").select_related("store").prefetch_related("lines__line")
    ):
        after = _points_of(given.left) if given.left else before
        rows.append(_returned(given, before, after, book))
        before = after
    return render_to_string("admin/members/_returns.html", {"returns": rows})


def _points_of(award: Mapping[str, Any]) -> dict[str, int]:
    return {line["rule"]: line["points"] for line in award.get("lines", ())}


def _returned(
    given: Return, before: Mapping[str, int], after: Mapping[str, int], book: Rulebook
) -> dict[str, Any]:
    """Return one return in words. Without goods, points go by its share of the amount."""
    fallen = [code for code in before if after.get(code, 0) != before[code]]
    return {
        "at": given.occurred_at,
        "store": given.store.name if given.store else "",
        "receipt": given.receipt,
        "goods": [f"{words.of_number(one.quantity)} × {one.line}" for one in given.lines.all()],
        "amount": words.of_amount(cents=given.total_cents, currency=book.currency),
        "taken": [
            (words.of_wallet(wallet, book=book), points) for wallet, points in given.taken.items()
        ],
        "why": [
            (words.of_rule(code, book=book), before[code], after.get(code, 0)) for code in fallen
        ],
    }


def _parts(purchase: Purchase, name: str) -> Iterator[dict[str, Any]]:
    yield from purchase.award.get(name, ())


def _given(line: dict[str, Any], book: Rulebook, names: Mapping[int, str]) -> dict[str, Any]:
    """Return what one rule gave, by the names it had when it gave it."""
    basis, code, wallet = line.get("basis_cents", 0), line.get("rule", ""), line.get("wallet", "")
    called = languages.in_language(french=line.get("name_fr", ""), english=line.get("name_en", ""))
    return {
        "rule": called or words.of_rule(code, book=book),
        "basis": words.of_amount(cents=basis, currency=book.currency) if basis else "–",
        # Said only where it is not what everybody spends.
        "wallet": words.of_wallet(wallet, book=book)
        if wallet not in ("", book.spending_wallet)
        else "",
        "lines": ", ".join(names[at] for at in line.get("positions", ()) if names.get(at)),
        "points": line.get("points", 0),
        "voucher": _called(line.get("voucher")),
    }


def _called(voucher: Mapping[str, str] | None) -> str:
    """Return what a voucher is called that a rule gave."""
    if voucher is None:
        return ""
    return languages.in_language(french=voucher["name_fr"], english=voucher["name_en"])


def _carried(one: dict[str, Any], book: Rulebook) -> dict[str, str]:
    """Return what a rule carried over, before the purchase and after it."""
    return {
        "rule": words.of_rule(one["rule"], book=book),
        "before": words.of_amount(cents=one["before_cents"], currency=book.currency),
        "after": words.of_amount(cents=one["after_cents"], currency=book.currency),
    }


def _facts(kept: Mapping[str, Any], book: Rulebook) -> Iterator[tuple[str, str]]:
    known = MemberFacts.from_json(kept)
    yield _("tier"), words.of_tier(book.tier(known.tier)) if known.tier else "–"
    if known.multiplier is not None:
        yield _("multiplier of the tier"), f"× {words.of_number(known.multiplier)}"
    if (spent := kept.get("spent_cents")) is not None:
        yield _("spend counted before"), words.of_amount(cents=spent, currency=book.currency)
    if known.birthday:
        born = date(_LEAP, *known.birthday)
        yield _("birthday"), date_format(born, "MONTH_DAY_FORMAT")
    if known.enrolled_on:
        yield _("enrolled"), date_format(known.enrolled_on)
    if known.source:
        yield _("acquisition source"), known.source
    yield from _looked_up(known)


def _looked_up(known: MemberFacts) -> Iterator[tuple[str, str]]:
    """Yield what was looked up because a rule asked for it."""
    if known.segments:
        yield _("segments"), ", ".join(known.segments)
    if known.in_household:
        yield _("household"), _("yes")
    if known.plans:
        yield _("membership plans"), ", ".join(known.plans)
    if known.consents:
        channels = [str(circumstances.CHANNELS[channel]) for channel in known.consents]
        yield _("agreed to offers by"), ", ".join(channels)
    if known.visits is not None:
        yield _("purchases before, as far as rules count"), words.of_number(Decimal(known.visits))
