from django.db import models
from django.utils.translation import gettext_lazy as _

from loyalty.identity.models.people import User


class EmailedCode(models.Model):
    """One code that one browser asked for, to prove an address. Forgotten soon after its end.

    The code itself is kept nowhere: it follows from SECRET_KEY, `public_id` and `sendings`.
    `answers` are what somebody said who is about to join, until the address is theirs.
    """

    public_id = models.CharField(_("id"), max_length=40, unique=True)
    address = models.EmailField(_("e-mail"))
    origin = models.CharField(_("asked from"), max_length=64)
    language = models.CharField(_("language"), max_length=5)
    answers = models.JSONField(_("answers"), null=True)
    sendings = models.PositiveSmallIntegerField(_("times sent"), default=1)
    tries = models.PositiveSmallIntegerField(_("wrong tries"), default=0)
    sent_at = models.DateTimeField(_("last sent"))
    expires_at = models.DateTimeField(_("good until"))
    proved_at = models.DateTimeField(_("proved"), null=True)

    class Meta:
        verbose_name = _("e-mailed code")
        verbose_name_plural = _("e-mailed codes")
        indexes = [
            models.Index(fields=["address", "sent_at"], name="identity_code_by_address"),
            models.Index(fields=["origin", "sent_at"], name="identity_code_by_origin"),
            models.Index(fields=["sent_at"], name="identity_code_by_age"),
        ]

    def __str__(self) -> str:
        return self.public_id


class Guesses(models.Model):
    """How often somebody, past their password, guessed their second factor wrongly of late."""

    user = models.OneToOneField(User, models.CASCADE, related_name="+", verbose_name=_("user"))
    wrong = models.PositiveSmallIntegerField(_("wrong guesses"), default=0)
    last_at = models.DateTimeField(_("last one"), null=True)

    class Meta:
        verbose_name = _("guesses at a second factor")
        verbose_name_plural = _("guesses at second factors")

    def __str__(self) -> str:
        return f"{self.user_id}: {self.wrong}"
