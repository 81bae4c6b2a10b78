from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField
from simple_history.models import HistoricalRecords

from loyalty.identity.models import User
from loyalty.ledger.models import Holder
from loyalty.programmes.models import Store, Tier


class MemberKind(models.TextChoices):
    PERSON = "PERSON", _("person")
    COMPANY = "COMPANY", _("company")


class MemberState(models.TextChoices):
    ACTIVE = "ACTIVE", _("active")
    BLOCKED = "BLOCKED", _("blocked")
    CLOSED = "CLOSED", _("closed")


class MemberQuerySet(models.QuerySet["Member"]):
    """Filters read as adjectives and chain; `with_` adds columns."""

    def active(self) -> Self:
        return self.filter(state=MemberState.ACTIVE)

    def with_tier(self) -> Self:
        return self.select_related("tier")


class Member(models.Model):
    """Somebody in the programme. Points down to the holder of their points."""

    public_id = models.CharField(_("id"), max_length=40, unique=True, editable=False)
    holder = models.OneToOneField(Holder, models.PROTECT, related_name="+", editable=False)
    user = models.OneToOneField(User, models.SET_NULL, null=True, blank=True, related_name="+")
    external_id = models.CharField(
        _("external id"),
        max_length=80,
        null=True,
        blank=True,
        unique=True,
    )
    kind = models.CharField(_("kind"), max_length=7, choices=MemberKind, default=MemberKind.PERSON)
    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    last_name = models.CharField(_("last name"), max_length=80, blank=True)
    email = models.EmailField(_("e-mail"), null=True, blank=True, unique=True)
    phone = PhoneNumberField(_("phone"), null=True, blank=True, unique=True)
    birth_month = models.PositiveSmallIntegerField(_("month of birth"), null=True, blank=True)
    birth_day = models.PositiveSmallIntegerField(_("day of birth"), null=True, blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=[("fr", "Français"), ("en", "English")], default="fr"
    )
    source = models.CharField(_("acquisition source"), max_length=40, blank=True)
    state = models.CharField(
        _("state"), max_length=7, choices=MemberState, default=MemberState.ACTIVE
    )
    store = models.ForeignKey(
        Store, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("store of enrolment"),
    )  # fmt: skip
    tier = models.ForeignKey(
        Tier, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("tier")
    )
    tier_until = models.DateField(_("tier kept until"), null=True, blank=True)
    tier_changed_at = models.DateTimeField(_("tier since"), null=True, blank=True, editable=False)
    enrolled_at = models.DateTimeField(_("enrolled"))
    enrolment_key = models.CharField(  # noqa: DJ001 (absent is not empty)
        max_length=64, null=True, unique=True, editable=False
    )
    closed_at = models.DateTimeField(_("left"), null=True, blank=True)

    objects = MemberQuerySet.as_manager()
    # Moves on the ladder have rows of their own: TierChange.
    history = HistoricalRecords(excluded_fields=["tier", "tier_until", "tier_changed_at"])

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="CLOSED", closed_at__isnull=False)
                | (~Q(state="CLOSED") & Q(closed_at=None)),
                name="members_member_closed_has_its_moment",
            ),
            models.CheckConstraint(
                condition=Q(birth_month=None, birth_day=None)
                | Q(birth_month__range=(1, 12), birth_day__range=(1, 31)),
                name="members_member_birthday_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["last_name", "first_name"], name="members_member_by_name"),
            models.Index(fields=["enrolled_at"], name="members_member_by_enrolment"),
            models.Index(
                fields=["birth_month", "birth_day", "id"],
                condition=Q(birth_month__isnull=False),
                name="members_member_by_birthday",
            ),
            models.Index(
                fields=["tier_until", "id"],
                condition=Q(tier_until__isnull=False),
                name="members_member_tier_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.public_id


class CardState(models.TextChoices):
    ACTIVE = "ACTIVE", _("active")
    BLOCKED = "BLOCKED", _("blocked")
    REPLACED = "REPLACED", _("replaced")


class Card(models.Model):
    """A number that a member shows: printed, or made by us with a check digit."""

    number = models.CharField(_("number"), max_length=40, unique=True)
    member = models.ForeignKey(Member, models.PROTECT, related_name="cards")
    state = models.CharField(_("state"), max_length=8, choices=CardState, default=CardState.ACTIVE)
    issued_at = models.DateTimeField(_("issued"))

    class Meta:
        verbose_name = _("loyalty card")
        verbose_name_plural = _("loyalty cards")

    def __str__(self) -> str:
        return self.number


class ConsentChannel(models.TextChoices):
    EMAIL = "EMAIL", _("e-mail")
    SMS = "SMS", _("SMS")
    POST = "POST", _("post")
    PHONE = "PHONE", _("phone")


class ConsentPurpose(models.TextChoices):
    MARKETING = "MARKETING", _("offers and news")
    PROFILING = "PROFILING", _("personal offers from purchases")


class ConsentQuerySet(models.QuerySet["Consent"]):
    def in_force(self) -> Self:
        """Return the last answer of each member, channel and purpose."""
        last = (
            Consent.objects.filter(
                member=models.OuterRef("member"),
                channel=models.OuterRef("channel"),
                purpose=models.OuterRef("purpose"),
            )
            .order_by("-said_at", "-pk")
            .values("pk")[:1]
        )
        return self.filter(pk=models.Subquery(last))


class Consent(models.Model):
    """What a member answered once, to which text. The last row is the answer in force."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="consents")
    channel = models.CharField(_("channel"), max_length=5, choices=ConsentChannel)
    purpose = models.CharField(_("purpose"), max_length=9, choices=ConsentPurpose)
    is_given = models.BooleanField(_("given"))
    text_version = models.CharField(_("text version"), max_length=40)
    said_at = models.DateTimeField(_("said"))
    said_where = models.CharField(_("where"), max_length=80, blank=True)
    recorded_by = models.CharField(_("recorded by"), max_length=60, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes = [
            models.Index(
                fields=["member", "channel", "purpose", "-said_at"],
                name="members_consent_in_force",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(channel__in=ConsentChannel.values, purpose__in=ConsentPurpose.values),
                name="members_consent_is_for_what_we_ask",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.purpose}"


class TierChange(models.Model):
    """One move of a member on the ladder: from, to, when, why, by what, until when."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="tier_changes")
    from_tier = models.ForeignKey(
        Tier, models.PROTECT, null=True, related_name="+", verbose_name=_("from")
    )
    to_tier = models.ForeignKey(
        Tier, models.PROTECT, null=True, related_name="+", verbose_name=_("to")
    )
    reason = models.CharField(_("reason"), max_length=40)
    actor = models.CharField(_("by"), max_length=60, blank=True)
    changed_at = models.DateTimeField(_("moment"))
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("tier change")
        verbose_name_plural = _("tier changes")
        indexes = [models.Index(fields=["member", "-changed_at"], name="members_tier_history")]

    def __str__(self) -> str:
        return f"{self.reason} {self.changed_at:%Y-%m-%d}"
