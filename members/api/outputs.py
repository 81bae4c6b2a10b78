"""The shapes of the answers of `answers.py`, for OpenAPI. The tests hold one against the other."""

from typing import Any

from rest_framework import serializers

from loyalty.programmes.merits import Measure


class ExpiryOutput(serializers.Serializer[Any]):
    """The next points to expire, at which instant, and the last day they can be used."""

    points = serializers.IntegerField()
    at = serializers.DateTimeField()
    valid_until = serializers.DateField()


class BalanceOutput(serializers.Serializer[Any]):
    """Points by what can be done with them. `available` is below zero when some are owed."""

    available = serializers.IntegerField()
    pending = serializers.IntegerField(min_value=0)
    held = serializers.IntegerField(min_value=0)
    next_expiry = ExpiryOutput(allow_null=True)


class PointsOutput(BalanceOutput):
    """A member's balance."""

    member = serializers.CharField()


_MEASURES = [measure.value for measure in Measure]


class MissingOutput(serializers.Serializer[Any]):
    """How much of one measure is missing: an amount of money, credits, or days with a visit."""

    measure = serializers.ChoiceField(choices=_MEASURES)
    missing = serializers.CharField(help_text="A decimal string; whole for credits and visits.")


class AheadOutput(MissingOutput):
    """What is missing to reach or to keep a tier, by a day, included, where there is one.

    `measure` and `missing` are the first of `measures`; with several, any of them is enough
    or it takes all.
    """

    tier = serializers.CharField()
    by = serializers.DateField(allow_null=True)
    takes = serializers.ChoiceField(choices=["any", "all"])
    measures = MissingOutput(many=True)


class TierOutput(serializers.Serializer[Any]):
    """The tier that holds today, its last day, and how far the next and this one are.

    `is_given` says that somebody of the staff gave it.
    """

    code = serializers.CharField(allow_null=True)
    until = serializers.DateField(allow_null=True)
    is_given = serializers.BooleanField()
    to_next = AheadOutput(allow_null=True)
    to_keep = AheadOutput(allow_null=True)


class IdentityOutput(serializers.Serializer[Any]):
    """Who a member is."""

    first_name = serializers.CharField(allow_blank=True)
    last_name = serializers.CharField(allow_blank=True)
    email = serializers.CharField(allow_null=True)
    phone = serializers.CharField(allow_null=True)
    birthday = serializers.CharField(allow_null=True, help_text="Month and day: 05-17.")


class VoucherOutput(serializers.Serializer[Any]):
    """A voucher that can be used now, and its last day.

    Its code spends: it is null without `points:spend` or `rewards:write`, and of a member who did
    not show the code on their phone where the programme asks for it.
    """

    code = serializers.CharField(allow_null=True)
    name = serializers.CharField(help_text="In the language of Accept-Language.")
    value = serializers.CharField(allow_null=True, help_text="A decimal string.")
    expires_at = serializers.DateTimeField()
    valid_until = serializers.DateField()


class OneVoucherOutput(VoucherOutput):
    """A voucher as it is now. `expired` is told from its date."""

    state = serializers.ChoiceField(choices=["open", "used", "cancelled", "expired"])
    member = serializers.CharField()
    issued_at = serializers.DateTimeField()
    used_at = serializers.DateTimeField(allow_null=True)


class PersonalOfferOutput(serializers.Serializer[Any]):
    """A rule for the members of a list, this one among them, that holds now."""

    rule = serializers.CharField()
    name = serializers.CharField(help_text="In the language of Accept-Language.")
    valid_from = serializers.DateField(allow_null=True)
    valid_until = serializers.DateField(allow_null=True, help_text="The last day.")


class StampsOutput(serializers.Serializer[Any]):
    """How full a stamp card is, and the voucher that a full one gives."""

    wallet = serializers.CharField()
    stamps = serializers.IntegerField(help_text="Below zero while some are owed.")
    full_at = serializers.IntegerField(min_value=1)
    voucher = serializers.CharField(help_text="In the language of Accept-Language.")


class MembershipOutput(serializers.Serializer[Any]):
    """What a member pays for: the plan, its first day and the last that is paid.

    `cancelled`: it will not be renewed, and holds until then.
    """

    id = serializers.CharField()
    plan = serializers.CharField()
    name = serializers.CharField(help_text="In the language of Accept-Language.")
    state = serializers.ChoiceField(choices=["active", "cancelled", "ended"])
    since = serializers.DateField()
    until = serializers.DateField(help_text="The last day.")


class MemberOutput(serializers.Serializer[Any]):
    """A member. `identity` and `cards` need `members:read`; they are null without it."""

    id = serializers.CharField()
    kind = serializers.ChoiceField(choices=["person", "company"])
    state = serializers.ChoiceField(choices=["active", "blocked", "closed"])
    language = serializers.ChoiceField(choices=["fr", "en"])
    enrolled_at = serializers.DateTimeField()
    identity = IdentityOutput(allow_null=True)
    cards = serializers.ListField(child=serializers.CharField(), allow_null=True)
    balance = BalanceOutput()
    tier = TierOutput(allow_null=True)
    stamps = StampsOutput(many=True)
    membership = MembershipOutput(allow_null=True)
    vouchers = VoucherOutput(many=True, help_text="Those that can be used now.")
    offers = PersonalOfferOutput(many=True, help_text="Those for this member, soonest over first.")


class SpendProofOutput(serializers.Serializer[Any]):
    """What shows `createHold` and `redeemReward` that the member is there."""

    token = serializers.CharField()
    expires_at = serializers.DateTimeField()


class FoundOutput(MemberOutput):
    """A member who was looked for.

    `spend_proof` is null unless the code on their phone was scanned, by a client that may spend.
    """

    spend_proof = SpendProofOutput(allow_null=True)


class PendingOutput(serializers.Serializer[Any]):
    """The event that points wait for, and the last day on which it is not too late."""

    event = serializers.CharField()
    until = serializers.DateField()


class AwardLineOutput(serializers.Serializer[Any]):
    """What one rule gave. `wallet` is told when it is not the one points are spent from,
    `pending` of points that wait for an event: `recordEvent` tells it."""

    rule = serializers.CharField()
    name = serializers.CharField(help_text="In the language of Accept-Language.")
    points = serializers.IntegerField()
    wallet = serializers.CharField(required=False)
    voucher = serializers.CharField(
        required=False, help_text="What a voucher is called, if the rule gives one."
    )
    pending = PendingOutput(required=False)


class RefusedOutput(serializers.Serializer[Any]):
    """A rule that gave nothing, and why."""

    rule = serializers.CharField()
    why = serializers.CharField()


class CarriedOutput(serializers.Serializer[Any]):
    """An amount below one step of a rule, which counts with the member's next purchase."""

    rule = serializers.CharField()
    amount = serializers.CharField(help_text="A decimal string.")


class AwardOutput(serializers.Serializer[Any]):
    """What a purchase is awarded, rule by rule."""

    points = serializers.IntegerField()
    lines = AwardLineOutput(many=True)
    refused = RefusedOutput(many=True)
    carried = CarriedOutput(many=True, required=False)


class PreviewOutput(serializers.Serializer[Any]):
    """What a purchase would be awarded."""

    member = serializers.CharField(allow_null=True)
    total = serializers.CharField(help_text="A decimal string.")
    award = AwardOutput()


class PaymentOutput(serializers.Serializer[Any]):
    """What one means paid of a purchase: with points, how many of which hold.

    Of points let go without a network, `short` is how many were not there to be taken.
    """

    means = serializers.CharField()
    amount = serializers.CharField(help_text="A decimal string.")
    hold = serializers.CharField(required=False)
    points = serializers.IntegerField(required=False)
    offline = serializers.BooleanField(required=False)
    short = serializers.IntegerField(required=False)


class PurchaseOutput(PreviewOutput):
    """A purchase, its award, and what its member has now; null for an anonymous one."""

    id = serializers.CharField()
    receipt = serializers.CharField(allow_blank=True)
    balance = BalanceOutput(allow_null=True)
    tier = TierOutput(allow_null=True)
    vouchers = VoucherOutput(many=True)
    payments = PaymentOutput(many=True)


class TakenBackOutput(serializers.Serializer[Any]):
    """Points that a return asks back in one wallet, spent or expired ones included."""

    wallet = serializers.CharField()
    points = serializers.IntegerField(min_value=1)


class RefundOutput(PaymentOutput):
    """How much of one payment comes back: points to their lots, a voucher as a new one."""

    voucher = VoucherOutput(required=False)


class AskedBackOutput(VoucherOutput):
    """A voucher that the sale gave and is asked back. One that was used stays used."""

    state = serializers.ChoiceField(choices=["used", "cancelled", "expired"])


class ReturnOutput(serializers.Serializer[Any]):
    """A return, what it takes back, and what its member has now; null for an anonymous sale.

    `left` is what can still come back of the sale. `taken_back` is what was taken or is owed: not
    what had expired, and nothing of who has left. `refund` is empty where no payment was told.
    """

    id = serializers.CharField()
    purchase = serializers.CharField()
    receipt = serializers.CharField(allow_blank=True)
    member = serializers.CharField(allow_null=True)
    total = serializers.CharField(help_text="A decimal string.")
    left = serializers.CharField(help_text="A decimal string.")
    taken_back = TakenBackOutput(many=True)
    refund = RefundOutput(many=True)
    vouchers = AskedBackOutput(many=True)
    balance = BalanceOutput(allow_null=True)
    tier = TierOutput(allow_null=True)
