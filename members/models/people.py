from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from phonenumber_field.modelfields import PhoneNumberField
from simple_history.models import HistoricalRecords

from loyalty.identity.models import Traced, User
from loyalty.ledger.models import Holder
from loyalty.programmes.models import Store, Tier

# What a move on the ladder writes.
TIER_FIELDS = (
    *("tier", "tier_until", "tier_changed_at"),
    *("given_tier", "given_until", "earned_tier", "earned_until"),
)


class MemberKind(models.TextChoices):
    PERSON = "PERSON", _("person")
    COMPANY = "COMPANY", _("company")


class MemberState(models.TextChoices):
    ACTIVE = "ACTIVE", _("active")
    BLOCKED = "BLOCKED", _("blocked")
    CLOSED = "CLOSED", _("closed")
    MERGED = "MERGED", pgettext_lazy("member", "merged")


class MemberQuerySet(models.QuerySet["Member"]):
    """Filters read as adjectives and chain; `with_` adds columns."""

    def active(self) -> Self:
        return self.filter(state=MemberState.ACTIVE)

    def current(self) -> Self:
        """Return who is in the programme: neither left, nor merged into somebody else."""
        return self.exclude(state__in=[MemberState.CLOSED, MemberState.MERGED])

    def with_tier(self) -> Self:
        return self.select_related("tier")

    def with_survivor(self) -> Self:
        """Load tiers, and whoever a member was merged into: `survivor` asks nothing more."""
        return self.select_related("tier", "merged_into__tier")


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
    # What they say is theirs while somebody else has it: they see it as their own, so that
    # nobody learns here whether a number is a member's. Nobody is found by it.
    phone_claimed = PhoneNumberField(_("phone claimed"), null=True, blank=True, editable=False)
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
    # Only while somebody of the staff gave them a tier: what it is, and what they earned beneath.
    given_tier = models.ForeignKey(
        Tier, models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        verbose_name=_("tier given"), editable=False,
    )  # fmt: skip
    given_until = models.DateField(_("given until"), null=True, blank=True, editable=False)
    earned_tier = models.ForeignKey(
        Tier, models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        verbose_name=_("tier earned"), editable=False,
    )  # fmt: skip
    earned_until = models.DateField(_("earned until"), null=True, blank=True, editable=False)
    enrolled_at = models.DateTimeField(_("enrolled"))
    enrolment_key = models.CharField(  # noqa: DJ001 (absent is not empty)
        max_length=64, null=True, unique=True, editable=False
    )
    closed_at = models.DateTimeField(_("left"), null=True, blank=True)
    # Who has what was theirs, and answers wherever they are looked for: never somebody who was
    # merged as well.
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", editable=False,
        verbose_name=_("merged into"),
    )  # fmt: skip
    spending_locked_until = models.DateTimeField(
        _("no spending until"), null=True, blank=True, editable=False
    )
    # What the open erasure request says, so that every page of theirs can tell it.
    erasure_due_at = models.DateTimeField(_("erased on"), null=True, blank=True, editable=False)

    objects = MemberQuerySet.as_manager()
    # Moves on the ladder have rows of their own: TierChange.
    history = HistoricalRecords(bases=[Traced], excluded_fields=TIER_FIELDS)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        permissions = [
            ("adjust_points", _("Can adjust points")),
            ("give_tier", _("Can give tiers")),
            ("erase_member", _("Can erase members")),
            ("export_members", _("Can export members")),
            ("merge_member", _("Can merge members")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="CLOSED", closed_at__isnull=False)
                | (~Q(state="CLOSED") & Q(closed_at=None)),
                name="members_member_closed_has_its_moment",
            ),
            models.CheckConstraint(
                condition=Q(state="MERGED", merged_into__isnull=False)
                | (~Q(state="MERGED") & Q(merged_into=None)),
                name="members_member_merged_has_somebody_to_answer",
            ),
            models.CheckConstraint(
                condition=Q(birth_month=None, birth_day=None)
                | Q(birth_month__range=(1, 12), birth_day__range=(1, 31)),
                name="members_member_birthday_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(given_tier=None, given_until=None, earned_tier=None, earned_until=None)
                | Q(given_tier__isnull=False, given_until__isnull=False),
                name="members_member_given_tier_has_its_end",
            ),
        ]
        indexes = [
            models.Index(fields=["last_name", "first_name"], name="members_member_by_name"),
            models.Index(fields=["enrolled_at"], name="members_member_by_enrolment"),
            models.Index(fields=["source"], name="members_member_by_source"),
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

    # Properties

    @property
    def survivor(self) -> "Member":
        """Who answers for this member: themselves, unless merged. Needs `with_survivor`."""
        return self.merged_into or self


class CardState(models.TextChoices):
    ACTIVE = "ACTIVE", _("active")
    BLOCKED = "BLOCKED", _("blocked")
    REPLACED = "REPLACED", _("replaced")


class Card(models.Model):
    """A number that a member shows: printed, or made by us with a check digit."""

    moves_with_member = True

    number = models.CharField(_("number"), max_length=40, unique=True)
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="cards", verbose_name=_("member")
    )
    state = models.CharField(_("state"), max_length=8, choices=CardState, default=CardState.ACTIVE)
    issued_at = models.DateTimeField(_("issued"))
    # What took the place of which, once: two who replace a card at once issue one.
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="+", editable=False,
        verbose_name=_("replaces"),
    )  # fmt: skip
    key = models.CharField(  # noqa: DJ001 (absent is not empty)
        max_length=64, null=True, unique=True, editable=False
    )
    # When the last code that a till took from the phone was made; it is good no more.
    code_taken_at = models.DateTimeField(null=True, blank=True, editable=False)

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
    SURVEYS = "SURVEYS", _("surveys of satisfaction")


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

    member = models.ForeignKey(
        Member, models.PROTECT, related_name="consents", verbose_name=_("member")
    )
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
