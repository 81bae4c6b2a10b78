"""What members took, and what was paid for it."""

from typing import cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from loyalty.core import keys
from loyalty.core.refusals import Refusal
from loyalty.core.showing import ShownOnly
from loyalty.identity.models import User
from members import codes
from members.admin.listing import OfMembers, Shown
from members.models import Voucher
from members.models.vouchers import ENDING, ends_with
from rewards import redeeming
from rewards.models import CancelReason, ReadyNotice, Redemption, RedemptionPayment

_MOST = 100


class PaymentInline(Shown):
    model = RedemptionPayment
    fields = ("entry", "points")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RedemptionPayment]:
        rows: QuerySet[RedemptionPayment] = super().get_queryset(request)
        return rows.select_related("entry__account__wallet")


class CancelForm(ActionForm):
    """Why: asked wherever a partner's code was shown."""

    reason = forms.ChoiceField(
        label=_("Why it is cancelled"),
        required=False,
        choices=[("", "–"), *CancelReason.choices],
    )


@admin.register(Redemption)
class RedemptionAdmin(OfMembers, ShownOnly, admin.ModelAdmin[Redemption]):
    list_display = (
        "public_id",
        "redeemed_at",
        "member",
        "reward",
        "points",
        "ending",
        "state",
        "cancelled_at",
    )
    list_filter = ("reward", "voucher__state")
    list_select_related = ("member", "reward", "voucher")
    search_help_text = _(
        "The id of a redemption, a voucher's code or its last five characters, or whose: an id,"
        " a card, an e-mail…"
    )
    action_form = CancelForm
    actions = ("cancel_redemptions",)
    inlines = (PaymentInline,)
    fields = (
        ("public_id", "reward", "points"),
        ("member", "redeemed_at", "actor"),
        ("voucher", "is_from_stock"),
        ("cancelled_at", "cancelled_by", "cancel_reason"),
    )

    def own(self, term: str) -> Q:
        """Find the vouchers first, by index; then what gave them, by index."""
        term = term.strip()
        if len(term) == ENDING:
            found = Voucher.objects.filter(ends_with(term))
        else:
            known = [code for code in (codes.read(term), codes.fold(term)) if code]
            found = Voucher.objects.filter(code__in=known)
        vouchers = list(found.values_list("pk", flat=True)[:_MOST])
        return Q(public_id=term) | Q(voucher__in=vouchers)

    @admin.display(description=_("voucher"))
    def ending(self, redemption: Redemption) -> str:
        return str(redemption.voucher)

    @admin.display(description=_("state"))
    def state(self, redemption: Redemption) -> str:
        return str(redemption.voucher.state_at(timezone.now()).label)

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(redeeming.CANCELS)

    @admin.action(description=_("Cancel and give the points back"), permissions=["cancel"])
    def cancel_redemptions(self, request: HttpRequest, chosen: QuerySet[Redemption]) -> None:
        """Cancel each; what is refused is said, and keeps none of the others."""
        done = 0
        for redemption in chosen.with_details():  # type: ignore[attr-defined]
            done += self._cancel(request, redemption)
        if done:
            said = ngettext("%d redemption cancelled.", "%d redemptions cancelled.", done)
            messages.success(request, said % done)

    def _cancel(self, request: HttpRequest, redemption: Redemption) -> bool:
        try:
            redeeming.cancel(
                redemption=redemption,
                key=keys.digest(scope="desk", key=f"cancel:{redemption.public_id}"),
                at=timezone.now(),
                actor=f"user:{request.user.pk}",
                by=cast("User", request.user),
                reason=request.POST.get("reason", ""),
            )
        except Refusal as refusal:
            messages.error(request, f"{redemption.public_id}: {refusal.detail}")
            return False
        return True


@admin.register(RedemptionPayment)
class RedemptionPaymentAdmin(ShownOnly, admin.ModelAdmin[RedemptionPayment]):
    """What was paid from another wallet than a reward's first."""

    list_display = ("redemption", "points")
    list_select_related = ("redemption",)
    ordering = ("-pk",)
    show_full_result_count = False
    fields = ("redemption", "entry", "points")
    search_fields = ("=redemption__public_id",)


@admin.register(ReadyNotice)
class ReadyNoticeAdmin(OfMembers, ShownOnly, admin.ModelAdmin[ReadyNotice]):
    """Whom we found to have enough for a reward, and when."""

    list_display = ("said_at", "member", "reward", "turn")
    list_select_related = ("member", "reward")
    fields = (("member", "reward"), ("said_at", "turn"))
