"""Personal offers as the desk asks for them: what each is called, and for whom it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import Refusal
from loyalty.identity.models import User
from loyalty.programmes.models import Rule
from members import listing, seeing
from members.listing import Listed
from members.models import Member, SegmentStay

LATEST, SHOWN = 30, 100
_MOST_BYTES = 2_000_000


class ListForm(forms.Form):
    """Members by card or e-mail: typed, pasted, or in a file."""

    members = forms.CharField(
        label=_("For whom"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=_("Cards, e-mails, member numbers or external ids, one a line."),
    )
    file = forms.FileField(
        label=_("or a file of them"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
        help_text=_("Text or CSV, up to 2 MB."),
    )

    # Who reads the list, set by the door: whom they may not see is nobody.
    reader: User

    def clean_file(self) -> str:
        """Return what the file says, whichever of the usual letters it is written in."""
        uploaded: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if uploaded is None:
            return ""
        if (uploaded.size or 0) > _MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 2 MB."), "too-large")
        content: bytes = uploaded.read()
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return content.decode("cp1252", errors="replace")

    def clean(self) -> dict[str, Any]:
        """Find whom the list names: `listed`. It must name somebody."""
        cleaned = super().clean() or {}
        text = "\n".join((cleaned.get("members") or "", cleaned.get("file") or ""))
        try:
            listed = listing.find(
                names=listing.names_of(text), within=seeing.visible_to(self.reader)
            )
        except Refusal as refusal:
            self.add_error("members", str(refusal.detail))
            return cleaned
        if not listed.members:
            self.add_error("members", _("The list names no member."))
        return cleaned | {"listed": listed}


class OfferForm(ListForm):
    """A new offer: its code and names, and for whom it is. What it gives is a rule's version."""

    code = forms.SlugField(
        label=_("code"), max_length=40, help_text=_("As tills are told: coffee-week-5x.")
    )
    name_fr = forms.CharField(label=_("name in French"), max_length=80)
    name_en = forms.CharField(label=_("name in English"), max_length=80)

    field_order = ("code", "name_fr", "name_en", "members", "file")


@dataclass(frozen=True)
class Audience:
    """The first hundred members of an offer, by name, and how many there are."""

    members: Sequence[Member]
    count: int


def get_latest(*, at: datetime) -> QuerySet[Rule, Any]:
    """Return the newest offers, each with how many members it is for, `offered`."""
    stays = SegmentStay.objects.filter(segment=OuterRef("audience")).at(at)
    counted = stays.order_by().values("segment").annotate(members=Count("pk")).values("members")
    offers = Rule.objects.exclude(audience=None).order_by("-pk")[:LATEST]
    return offers.annotate(offered=Coalesce(Subquery(counted), 0))


def get_audience(*, rule: Rule, reader: User, at: datetime) -> Audience:
    """Return for whom an offer is, as far as the reader sees them."""
    stays = SegmentStay.objects.filter(segment=rule.audience_id).at(at)
    members = seeing.visible_to(reader).filter(pk__in=stays.values("member"))
    shown = members.order_by("last_name", "first_name", "pk")[:SHOWN]
    return Audience(members=list(shown), count=members.count())


def left_out(listed: Listed) -> str:
    """Return the first names that nobody has, for who wrote them."""
    return ", ".join(listed.unknown[:10]) + ("…" if len(listed.unknown) > 10 else "")
