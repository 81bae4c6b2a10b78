"""What points were spent on, by the entries of the ledger that spent them."""

from collections.abc import Collection

from django.db.models import Q

from members.models import Member, Voucher
from rewards.models import Redemption


def get_names(*, member: Member, entry_ids: Collection[int]) -> dict[int, str]:
    """Return the name that each reward had when a member paid for it, by paying entry.

    In the language of whoever is reading. One statement, none without entries.
    """
    if not entry_ids:
        return {}
    paid = Redemption.objects.filter(
        Q(payment__in=entry_ids) | Q(extra_payments__entry__in=entry_ids), member=member
    )
    rows = paid.values_list(
        "payment", "extra_payments__entry", "voucher__name_fr", "voucher__name_en"
    )
    return {
        entry: Voucher(name_fr=french, name_en=english).name
        for first, extra, french, english in rows
        for entry in (first, extra)
        if entry in entry_ids
    }
