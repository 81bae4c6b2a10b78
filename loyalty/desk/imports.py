"""Files brought in at the desk: what is asked for, and what the page of a file shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from loyalty.core.refusals import NotFound, Refusal
from loyalty.desk import seeing
from loyalty.filing import asking, keeping, kinds, working
from loyalty.filing.kinds import Kind
from loyalty.identity import approving
from loyalty.identity.models import User
from loyalty.programmes.models import Store
from members.importing import categories, columns, receiving, sheets
from members.importing.surveying import BadFile
from members.models import FileState, ImportFile
from rewards import importing, pooling
from rewards.models import VoucherPool

SEES_ALL = "members.view_importfile"
MOST_LINES = 200
_LATEST = 20
_ACCEPTED = ".csv,.txt,.xlsx,text/csv,text/plain"
_REFUSALS: tuple[type[Refusal], ...] = (
    BadFile, sheets.NotATable, sheets.TooLarge, receiving.UnknownEncoding,
    columns.NoUsableColumn, categories.TooManyCategories, importing.TooManyRewards,
    pooling.BadCodesFile, working.FileGone, NotFound, asking.ImportRefused,
)  # fmt: skip
_FIELDS: Mapping[str, Promise] = {
    "member": _("member"), "at": _("date"), "amount": _("amount"), "receipt": _("receipt"),
    "store": _("store"), "till": _("till"), "channel": _("channel"), "lines": _("lines"),
    "tax": _("tax in it"), "sku": _("SKU"), "brand": _("brand"), "tags": _("tags"),
    "code": _("code"), "name": _("name"), "parent": _("part of"),
    "is_excluded": _("never earns points"),
    "external_id": _("external id"), "first_name": _("first name"), "last_name": _("last name"),
    "email": _("e-mail"), "phone": _("phone"), "card": _("loyalty card"),
    "birthday": _("birthday"), "language": _("language"), "enrolled_at": _("enrolled"),
    "source": _("acquisition source"), "id": _("id"), "kind": _("kind"),
    "category": _("category"), "name_fr": _("name in French"), "name_en": _("name in English"),
    "description_fr": _("description in French"), "description_en": _("description in English"),
    "cost": _("cost in points"), "stock": _("stock"), "value": _("worth"),
    "voucher_days": _("voucher valid for days"), "starts_at": _("offered from"),
    "ends_at": _("offered until"), "appears_at": _("shown from"),
    "disappears_at": _("shown until"), "is_active": _("offered"),
}  # fmt: skip


class UploadForm(forms.Form):
    """What to bring in, the file, and what the file does not say itself."""

    kind = forms.ChoiceField(label=_("What the file holds"), widget=forms.RadioSelect)
    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": _ACCEPTED}),
        help_text=_("CSV up to 50 MB, or Excel (.xlsx) up to 20 MB. The first line names the"
                    " columns. Nothing is written before you have seen what would happen."),
    )  # fmt: skip
    store = forms.ModelChoiceField(
        Store.objects.none(),
        label=_("Store"),
        required=False,
        to_field_name="code",
        empty_label=_("as the file says"),
        help_text=_("For members and purchases: where a line says none."),
    )
    pool = forms.ModelChoiceField(
        VoucherPool.objects.none(),
        label=_("Voucher pool"),
        required=False,
        empty_label=_("Choose a pool"),
        help_text=_("For voucher codes: where they go."),
    )

    def __init__(self, *args: Any, offered: Sequence[Kind], **options: Any) -> None:
        super().__init__(*args, **options)
        codes = {kind.code for kind in offered}
        cast("forms.ChoiceField", self.fields["kind"]).choices = [
            (kind.code, kind.title) for kind in offered
        ]
        self.initial.setdefault("kind", offered[0].code)
        stores = cast("forms.ModelChoiceField[Store]", self.fields["store"])
        stores.queryset = Store.objects.filter(is_training=False).order_by("name")
        pools = cast("forms.ModelChoiceField[VoucherPool]", self.fields["pool"])
        pools.queryset = VoucherPool.objects.order_by("name")
        if not codes & {"members", "purchases"}:
            del self.fields["store"]
        if "codes" not in codes:
            del self.fields["pool"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if (
            cleaned.get("kind") == "codes"
            and not cleaned.get("pool")
            and not self.has_error("pool")
        ):
            self.add_error("pool", _("Choose the pool that the codes go to."))
        return cleaned

    # Properties

    @property
    def options(self) -> dict[str, Any]:
        """What the capability has to know besides the file."""
        kind, said = self.cleaned_data["kind"], self.cleaned_data
        if kind == "codes":
            return {"pool": said["pool"].pk}
        store = said.get("store")
        return {"store": store.code} if store and kind in ("members", "purchases") else {}


@dataclass(frozen=True)
class Figure:
    """So many lines of one fate."""

    title: str | Promise
    count: int


@dataclass(frozen=True)
class Told:
    """What would happen, or has happened: figures, and the first refused lines."""

    figures: Sequence[Figure]
    errors: Sequence[Mapping[str, Any]]
    refused: int
    kept: int
    says_nothing_new: bool


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One file as its page shows it."""

    file: ImportFile
    title: str | Promise
    state: str
    is_at_work: bool
    is_silent: bool
    may_start: bool
    may_look: bool
    columns: Sequence[tuple[str | Promise, str]]
    told: Told | None
    refusal: str | Promise
    knows: str | Promise
    kept_until: datetime
    points: int
    approval: str


def get_files(request: HttpRequest) -> QuerySet[ImportFile]:
    """Return the files that the reader may see: their own, those they decide on, or all."""
    files = ImportFile.objects.select_related("uploaded_by", "approval")
    if request.user.has_perm(SEES_ALL):
        return files
    own = Q(uploaded_by=cast("User", request.user))
    if request.user.has_perm(approving.DECIDES) and seeing.get_stores(request) is None:
        own |= Q(approval__isnull=False)
    return files.filter(own)


def get_latest(request: HttpRequest, *, at: datetime) -> list[Shown]:
    """Return the last twenty files. One statement."""
    files = get_files(request).order_by("-pk")
    return [show(file=file, at=at) for file in files[:_LATEST]]


def show(*, file: ImportFile, at: datetime) -> Shown:
    """Return what the page of a file shows. Asks nothing."""
    kind = kinds.get_kind(file)
    is_silent = working.is_silent(file, at=at)
    is_over = file.state == FileState.DONE
    at_work = (FileState.RECEIVED, FileState.LOOKING, FileState.WAITING, FileState.RUNNING)
    return Shown(
        file=file,
        title=kind.title,
        state=FileState.STOPPED if is_silent else FileState(file.state),
        is_at_work=file.state in at_work and not is_silent,
        is_silent=is_silent,
        may_start=file.state in (FileState.LOOKED, FileState.STOPPED)
        or (is_silent and file.state != FileState.LOOKING),
        may_look=file.state == FileState.RECEIVED
        or (is_silent and file.state == FileState.LOOKING),
        columns=_columns(file),
        told=_told(file.result if is_over else file.report, kind, is_over=is_over),
        refusal=_refusal(file.refusal),
        knows=kind.knows,
        kept_until=file.uploaded_at + keeping.LIFE,
        points=file.points,
        approval=_waiting(file, at=at),
    )


def _waiting(file: ImportFile, *, at: datetime) -> str:
    """Return the id of the request that a file waits for, or nothing."""
    approval = file.approval
    if file.state != FileState.ASKED or approval is None or approval.lapses_at <= at:
        return ""
    return approval.public_id


def _columns(file: ImportFile) -> list[tuple[str | Promise, str]]:
    if file.state == FileState.REFUSED:
        return []
    return [(_FIELDS.get(name, name), column) for name, column in file.columns.items()]


def _told(said: Mapping[str, Any], kind: Kind, *, is_over: bool) -> Told | None:
    if not said:
        return None
    figures = [
        Figure(pgettext_lazy("import", "Lines read"), said["lines"]),
        Figure(_("Added") if is_over else _("To be added"), said["added"]),
        Figure(_("Already known"), said["known"]),
        Figure(_("Refused"), said["refused"]),
    ]
    if "changed" in said:
        changed = Figure(_("Changed") if is_over else _("To be changed"), said["changed"])
        figures.insert(2, changed)
    return Told(
        figures=figures,
        errors=said["errors"][:MOST_LINES],
        refused=said["refused"],
        kept=len(said["errors"]),
        says_nothing_new=not (said["added"] or said.get("changed")),
    )


def _refusal(code: str) -> str | Promise:
    titles = {refusal.code: refusal.title for refusal in _REFUSALS}
    return titles.get(code, BadFile.title) if code else ""
