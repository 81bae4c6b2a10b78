"""What members are asked, who was asked, and what they answered."""

from datetime import date, datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from loyalty.core import languages
from loyalty.programmes.models import Store
from members.models import Case, Member


class SurveyKind(models.TextChoices):
    """What a question measures, and so the scale that it is answered on."""

    NPS = "NPS", _("NPS")
    CSAT = "CSAT", _("satisfaction (CSAT)")
    CES = "CES", _("effort (CES)")

    # Properties

    @property
    def scale(self) -> range:
        return _SCALES[self.value]

    @property
    def lowest(self) -> Promise:
        """What the lowest score says."""
        return _ENDS[self.value][0]

    @property
    def highest(self) -> Promise:
        """What the highest score says."""
        return _ENDS[self.value][1]


_SCALES = {"NPS": range(11), "CSAT": range(1, 6), "CES": range(1, 8)}
_ENDS = {
    "NPS": (_("Not at all likely"), _("Very likely")),
    "CSAT": (_("Not satisfied at all"), _("Very satisfied")),
    "CES": (_("I do not agree at all"), _("I fully agree")),
}
_ON_SCALE = {
    kind: Q(kind=kind, score__gte=scale[0], score__lte=scale[-1])
    for kind, scale in _SCALES.items()
}


class SurveyTrigger(models.TextChoices):
    """What makes us ask."""

    PURCHASE = "PURCHASE", _("a purchase")
    REDEMPTION = "REDEMPTION", _("a reward that was taken")
    CASE = "CASE", _("a request that was resolved")
    VISIT = "VISIT", _("opening the member page")


class SurveyQuerySet(models.QuerySet["Survey"]):
    def running(self, *, on: date) -> Self:
        """Return those that are asked on a day."""
        begun = Q(starts_on=None) | Q(starts_on__lte=on)
        return self.filter(begun, Q(ends_on=None) | Q(ends_on__gte=on), is_active=True)


class Survey(models.Model):
    """One question, when it is asked, and of whom.

    `share_percent` of what would make us ask does, drawn by a hash. Nobody is asked anything
    within `pause_days` of the last time, nor while another question waits for them.
    """

    public_id = models.CharField(_("id"), max_length=40, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=4, choices=SurveyKind)
    question_fr = models.CharField(_("question in French"), max_length=200)
    question_en = models.CharField(_("question in English"), max_length=200, blank=True)
    trigger = models.CharField(_("asked after"), max_length=10, choices=SurveyTrigger)
    delay_hours = models.PositiveSmallIntegerField(
        _("asked so many hours later"), default=24,
        help_text=_("Never at night: between 9 in the morning and 8 in the evening."),
    )  # fmt: skip
    share_percent = models.PositiveSmallIntegerField(
        _("share of them (%)"), default=100,
        help_text=_("Who is drawn follows from the survey and the occasion alone."),
    )  # fmt: skip
    pause_days = models.PositiveSmallIntegerField(
        _("at most once in so many days"), default=90,
        help_text=_("Counts every survey: nobody is asked again sooner, whatever about."),
    )  # fmt: skip
    open_days = models.PositiveSmallIntegerField(_("open for so many days"), default=14)
    is_emailed = models.BooleanField(_("asked by e-mail"), default=True)
    is_shown = models.BooleanField(_("asked on the member page"), default=True)
    low_score = models.PositiveSmallIntegerField(
        _("a score of this or less opens a request"), null=True, blank=True,
        help_text=_("Somebody of the care team then answers. Empty: none is opened."),
    )  # fmt: skip
    is_active = models.BooleanField(_("active"), default=False)
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        constraints = [
            models.CheckConstraint(
                condition=Q(share_percent__gte=1, share_percent__lte=100),
                name="analytics_survey_asks_a_share",
            ),
            models.CheckConstraint(
                condition=Q(open_days__gte=1), name="analytics_survey_is_open_for_a_day_or_more"
            ),
            models.CheckConstraint(
                condition=Q(is_shown=True) | (Q(is_emailed=True) & ~Q(trigger="VISIT")),
                name="analytics_survey_reaches_somebody",
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="analytics_survey_ends_after_it_starts",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    # Properties

    @property
    def question(self) -> str:
        return languages.in_language(french=self.question_fr, english=self.question_en)

    @property
    def scale_kind(self) -> SurveyKind:
        return SurveyKind(self.kind)

    @property
    def pause(self) -> timedelta:
        return timedelta(days=self.pause_days)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self, *, at: datetime) -> Self:
        """Return those that may be answered now."""
        return self.filter(answer=None, opens_at__lte=at, expires_at__gt=at)


class Invitation(models.Model):
    """One member was asked one question, once, about what `cause` names.

    `store`, `channel` and `tier` are those of that occasion. Of the link's secret only a hash
    is kept. It may be answered from `opens_at` until `expires_at`, and once.
    """

    moves_with_member = True

    public_id = models.CharField(_("id"), max_length=40, unique=True)
    survey = models.ForeignKey(
        Survey, models.PROTECT, related_name="invitations", verbose_name=_("survey")
    )
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="+", verbose_name=_("member"), db_index=False
    )
    cause = models.CharField(_("about"), max_length=60)
    store = models.ForeignKey(
        Store, models.PROTECT, null=True, related_name="+", verbose_name=_("store")
    )
    channel = models.CharField(_("channel"), max_length=20, blank=True)
    tier = models.CharField(_("tier then"), max_length=40, blank=True)
    is_emailed = models.BooleanField(_("by e-mail"))
    token_hash = models.CharField(  # noqa: DJ001 (absent is not empty)
        max_length=64, null=True, unique=True, editable=False
    )
    opens_at = models.DateTimeField(_("asked"))
    expires_at = models.DateTimeField(_("closes"))

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey invitation")
        verbose_name_plural = _("survey invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["survey", "cause"], name="analytics_invitation_is_made_once"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("opens_at")),
                name="analytics_invitation_is_open_for_a_while",
            ),
        ]
        indexes = [
            models.Index(fields=["member", "-opens_at"], name="analytics_invitation_of_member"),
            models.Index(fields=["survey", "opens_at"], name="analytics_invitation_by_time"),
        ]

    def __str__(self) -> str:
        return self.public_id


class AnswerPlace(models.TextChoices):
    """By which way an answer came."""

    LINK = "LINK", _("by the link in the e-mail")
    PAGE = "PAGE", _("on the member page")


class Answer(models.Model):
    """What somebody answered, once. The comment goes when they are forgotten; the score stays."""

    public_id = models.CharField(_("id"), max_length=40, unique=True)
    invitation = models.OneToOneField(
        Invitation, models.PROTECT, related_name="answer", verbose_name=_("survey invitation")
    )
    kind = models.CharField(_("kind"), max_length=4, choices=SurveyKind)
    score = models.PositiveSmallIntegerField(_("score"))
    comment = models.TextField(_("comment"), blank=True)
    place = models.CharField(_("where"), max_length=4, choices=AnswerPlace)
    answered_at = models.DateTimeField(_("answered"))
    answered_on = models.DateField(_("business day"))
    case = models.OneToOneField(
        Case,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=pgettext_lazy("case", "request"),
    )

    class Meta:
        verbose_name = _("survey answer")
        verbose_name_plural = _("survey answers")
        constraints = [
            models.CheckConstraint(
                condition=_ON_SCALE["NPS"] | _ON_SCALE["CSAT"] | _ON_SCALE["CES"],
                name="analytics_answer_is_on_its_scale",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "answered_on", "id"], name="analytics_answer_by_day"),
            models.Index(
                fields=["kind", "answered_on", "id"],
                condition=~Q(comment=""),
                name="analytics_answer_with_words",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.score}"

    # Properties

    @property
    def highest(self) -> int:
        return SurveyKind(self.kind).scale[-1]
