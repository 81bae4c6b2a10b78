"""What a till left out of the lines of a sale, said by the merchant's products."""

from collections.abc import Iterable
from dataclasses import replace

from loyalty.core.languages import DEFAULT
from loyalty.programmes import shelving
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.shelving import Label, Labels
from members.models import Member
from members.selling import Sale, SaleLine


def label(*, sale: Sale, book: Rulebook) -> Sale:
    """Return a sale whose lines say what their products do and the till did not.

    One statement, whatever there is to sell. None where there are no products, or where no line
    that names one leaves anything out.
    """
    lacking = (line.sku for line in sale.lines if _leaves_out(line))
    return labelled(sale=sale, labels=get_labels(skus=lacking, book=book), member=sale.member)


def get_labels(*, skus: Iterable[str], book: Rulebook) -> Labels:
    """Return what products say, by SKU, of all lines that will be labelled together."""
    return shelving.get_labels(skus=filter(None, skus)) if book.has_products else {}


def labelled(*, sale: Sale, labels: Labels, member: Member | None) -> Sale:
    """Return a sale with what the labels say and the till did not. No statement.

    Products are called as the member's language does; of nobody, in French.
    """
    language = member.language if member else DEFAULT
    lines = [
        _completed(line, labels[line.sku], language) if line.sku in labels else line
        for line in sale.lines
    ]
    return replace(sale, lines=lines)


def _leaves_out(line: SaleLine) -> bool:
    return not (line.name and line.category and line.brand and line.tags)


def _completed(line: SaleLine, product: Label, language: str) -> SaleLine:
    name = line.name or product.name_in(language)
    return replace(line, name=name, **product.left_out_of(line))
