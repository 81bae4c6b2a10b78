"""What can be brought in from a file, who may, and which capability does it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import NotFound
from members.importing import categories, journal, people, products, purchases, surveying
from members.importing.journal import Report, Watch
from members.models import ImportFile
from rewards import importing, lines, pooling
from rewards.models import VoucherPool

Columns = Mapping[str, str]
PURCHASES = "purchases"


@dataclass(frozen=True, kw_only=True)
class Work:
    """One file to look at or to bring in."""

    path: Path
    options: Mapping[str, str]
    columns: Columns
    at: datetime
    is_dry_run: bool
    # Members whose card is that of who brings the file in.
    own: frozenset[int] = frozenset()
    watch: Watch = journal.unwatched


@dataclass(frozen=True)
class Kind:
    """One sort of file. `knows` names the columns that it understands, for who prepares one."""

    code: str
    title: Promise
    permissions: tuple[str, ...]
    knows: Promise
    understand: Callable[[Path], Columns]
    bring_in: Callable[[Work], Report]

    def is_for(self, has_perm: Callable[[str], bool]) -> bool:
        return all(map(has_perm, self.permissions))


def _members_columns(path: Path) -> Columns:
    return people.understand(survey=surveying.survey(path=path))


def _members(work: Work) -> Report:
    return people.bring_in(
        path=work.path,
        at=work.at,
        mapped=work.columns,
        store_code=work.options.get("store", ""),
        is_dry_run=work.is_dry_run,
        watch=work.watch,
    )


def _purchases_columns(path: Path) -> Columns:
    return purchases.understand(survey=surveying.survey(path=path))


def _purchases(work: Work) -> Report:
    return purchases.bring_in(
        path=work.path,
        at=work.at,
        mapped=work.columns,
        store_code=work.options.get("store", ""),
        is_dry_run=work.is_dry_run,
        watch=work.watch,
        own=work.own,
        does_weigh=True,
    )


def _rewards_columns(path: Path) -> Columns:
    return lines.understand(survey=surveying.survey(path=path))


def _rewards(work: Work) -> Report:
    return importing.bring_in(path=work.path, mapped=work.columns, is_dry_run=work.is_dry_run)


def _categories_columns(path: Path) -> Columns:
    return categories.understand(survey=surveying.survey(path=path))


def _categories(work: Work) -> Report:
    return categories.bring_in(
        path=work.path, mapped=work.columns, is_dry_run=work.is_dry_run, watch=work.watch
    )


def _products_columns(path: Path) -> Columns:
    return products.understand(survey=surveying.survey(path=path))


def _products(work: Work) -> Report:
    return products.bring_in(
        path=work.path, mapped=work.columns, is_dry_run=work.is_dry_run, watch=work.watch
    )


def _codes_columns(_path: Path) -> Columns:
    return {}


def _codes(work: Work) -> Report:
    pool = VoucherPool.objects.filter(pk=work.options.get("pool", 0)).first()
    if pool is None:
        raise NotFound
    if work.path.stat().st_size > pooling.MOST_BYTES:
        raise pooling.BadCodesFile
    content = work.path.read_bytes()
    return pooling.add_codes(pool=pool, content=content, is_dry_run=work.is_dry_run)


_KINDS = (
    Kind(
        "members", _("Members"), ("members.import_files", "members.add_member"),
        _("e-mail, phone, card or external id (one at least); first name, last name, birthday,"
          " language, enrolled, source"),
        _members_columns, _members,
    ),
    Kind(
        PURCHASES, _("Purchases"), ("members.import_files",),
        _("member, date, amount; receipt, store, till, channel, tax, lines"),
        _purchases_columns, _purchases,
    ),
    Kind(
        "rewards", _("Rewards"), ("rewards.add_reward", "rewards.change_reward"),
        _("id or code (one at least); kind, category, name in French, name in English, cost,"
          " stock, value, offered from, offered until"),
        _rewards_columns, _rewards,
    ),
    Kind(
        "categories", _("Categories"),
        ("programmes.add_category", "programmes.change_category"),
        _("code; name, part of (the code of another), never earns points"),
        _categories_columns, _categories,
    ),
    Kind(
        "products", _("Products"), ("programmes.add_product", "programmes.change_product"),
        _("SKU; name in French, name in English, category (its code), brand, tags"),
        _products_columns, _products,
    ),
    Kind(
        "codes", _("Voucher codes"), ("rewards.add_poolcode",),
        _("one code a line, in the first column"),
        _codes_columns, _codes,
    ),
)  # fmt: skip


def get_kinds(*, has_perm: Callable[[str], bool]) -> list[Kind]:
    """Return what somebody may bring in."""
    return [kind for kind in _KINDS if kind.is_for(has_perm)]


def get_kind(file: ImportFile) -> Kind:
    return next(kind for kind in _KINDS if kind.code == file.kind)
