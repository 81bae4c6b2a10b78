"""Who somebody is: their identity and what it was, cards, tiers, consents, sign-in, messages."""

from collections.abc import Iterator
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from loyalty.core import languages
from loyalty.dossier.sections import Section, Value, table
from loyalty.events.models import Message
from loyalty.programmes.models import Tier
from members import codes, consent_texts, words
from members.models import (
    Card,
    Consent,
    ErasureRequest,
    HouseholdInvitation,
    HouseholdStay,
    Member,
    Referral,
    ReferralCode,
    ReferralEnd,
    SegmentStay,
    SignInDay,
    TierChange,
)


def sections(*, member: Member) -> Iterator[Section]:
    """Yield what is held of who a member is and what they were asked."""
    yield _identity(member)
    yield _corrections(member)
    yield _cards(member)
    yield _consents(member)
    yield _tiers(member)
    yield _segments(member)
    yield _households(member)
    yield _invitations(member)
    yield _referral_code(member)
    yield _referrals(member)
    yield _messages(member)
    yield _sign_in(member)
    yield _sign_in_days(member)
    yield _erasures(member)


def _identity(member: Member) -> Section:
    said: list[tuple[str, str, Value]] = [
        ("id", _("Member number"), member.public_id),
        ("first_name", _("First name"), member.first_name),
        ("last_name", _("Last name"), member.last_name),
        ("email", _("E-mail"), member.email),
        ("phone", _("Phone"), _phone(member)),
        ("birthday", _("Birthday (day/month)"), _birthday(member)),
        ("language", _("Language"), member.get_language_display()),
        ("external_id", _("Number in another system"), member.external_id),
        ("kind", _("Person or company"), member.get_kind_display()),
        ("source", _("Where you joined"), member.source),
        ("store", _("Store of enrolment"), member.store.name if member.store else None),
        ("state", _("State"), member.get_state_display()),
        ("enrolled_at", _("Member since"), member.enrolled_at),
        ("closed_at", _("Left"), member.closed_at),
        ("tier", _("Tier"), _tier(member.tier)),
        ("tier_until", _("Tier kept until"), member.tier_until),
        ("spending_locked_until", _("No spending until"), member.spending_locked_until),
        ("erasure_due_at", _("Erased on"), member.erasure_due_at),
    ]
    columns = [(code, words) for code, words, _value in said]
    return table("identity", _("Who you are"), columns, [[value for *_rest, value in said]])


def _birthday(member: Member) -> str | None:
    if not member.birth_month or not member.birth_day:
        return None
    return f"{member.birth_day:02d}/{member.birth_month:02d}"


def _phone(member: Member) -> str | None:
    """Return a member's number as they know it, whoever else has it."""
    number = member.phone or member.phone_claimed
    return str(number) if number else None


def _tier(tier: Tier | None) -> str | None:
    return languages.in_language(french=tier.name_fr, english=tier.name_en) if tier else None


def _corrections(member: Member) -> Section:
    columns = [
        ("changed_at", _("When")),
        ("first_name", _("First name")),
        ("last_name", _("Last name")),
        ("email", _("E-mail")),
        ("phone", _("Phone")),
        ("birthday", _("Birthday (day/month)")),
        ("language", _("Language")),
        ("external_id", _("Number in another system")),
        ("state", _("State")),
    ]
    rows = (
        (
            row.history_date, row.first_name, row.last_name, row.email,
            _phone(row), _birthday(row), row.language,
            row.external_id, row.get_state_display(),
        )
        for row in Member.history.filter(id=member.pk).order_by("history_date", "history_id")
    )  # fmt: skip
    return table("corrections", _("What was written of you, each time it changed"), columns, rows)


def _cards(member: Member) -> Section:
    columns = [("number", _("Card")), ("state", _("State")), ("issued_at", _("Issued"))]
    rows = (
        (card.number, card.get_state_display(), card.issued_at)
        for card in Card.objects.filter(member=member).order_by("issued_at", "pk")
    )
    return table("cards", _("Cards"), columns, rows)


def _consents(member: Member) -> Section:
    columns = [
        ("channel", _("By")),
        ("purpose", _("What for")),
        ("given", _("Answer")),
        ("text_version", _("Version of the text")),
        ("text", _("Text")),
        ("said_at", _("When")),
        ("said_where", _("Where")),
        ("recorded_by", _("Recorded by")),
    ]
    rows = (
        (
            answer.get_channel_display(), answer.get_purpose_display(), answer.is_given,
            answer.text_version, _text(answer.text_version), answer.said_at,
            words.of_place(answer.said_where), answer.recorded_by,
        )
        for answer in Consent.objects.filter(member=member).order_by("said_at", "pk")
    )  # fmt: skip
    return table("consents", _("Consents, with every answer"), columns, rows)


def _text(version: str) -> str:
    text = consent_texts.text_of(version)
    return text.words(language=get_language() or "fr") if text else ""


def _sign_in_days(member: Member) -> Section:
    days = SignInDay.objects.filter(member=member).order_by("signed_in_on")
    rows = ((day,) for day in days.values_list("signed_in_on", flat=True))
    return table("sign_in_days", _("Days on which you signed in"), [("day", _("Day"))], rows)


def _segments(member: Member) -> Section:
    columns = [("segment", _("Segment")), ("since_at", _("Since")), ("until_at", _("Until"))]
    rows = (
        (str(stay.segment), stay.since_at, stay.until_at)
        for stay in SegmentStay.objects.filter(member=member)
        .select_related("segment")
        .order_by("since_at", "pk")
    )
    return table("segments", _("Groups in which we counted you"), columns, rows)


def _tiers(member: Member) -> Section:
    columns = [
        ("changed_at", _("When")),
        ("from", _("From")),
        ("to", _("To")),
        ("reason", _("Why")),
        ("until", _("Until")),
    ]
    changes = TierChange.objects.filter(member=member).select_related("from_tier", "to_tier")
    rows = (
        (
            row.changed_at, _tier(row.from_tier), _tier(row.to_tier),
            words.of_move(row.reason, left=row.from_tier, reached=row.to_tier), row.until,
        )
        for row in changes.order_by("changed_at", "pk")
    )  # fmt: skip
    return table("tiers", _("Tiers"), columns, rows)


def _households(member: Member) -> Section:
    columns = [
        ("household", _("Household")),
        ("since_at", _("Since")),
        ("until_at", _("Until")),
        ("rule", _("What you take along")),
        ("brought", _("Points brought")),
        ("taken", _("Points taken along")),
    ]
    stays = HouseholdStay.objects.filter(member=member).select_related("household")
    rows = (
        (
            stay.household.public_id, stay.since_at, stay.until_at, stay.get_rule_display(),
            stay.brought, stay.taken,
        )
        for stay in stays.order_by("since_at", "pk")
    )  # fmt: skip
    return table("households", _("Households you were in"), columns, rows)


def _invitations(member: Member) -> Section:
    columns = [
        ("household", _("Household")),
        ("by_you", _("By you")),
        ("state", _("State")),
        ("invited_at", _("Invited")),
        ("answered_at", _("Answered")),
    ]
    told = HouseholdInvitation.objects.filter(Q(member=member) | Q(invited_by=member))
    rows = (
        (
            one.household.public_id, one.invited_by_id == member.pk, one.get_state_display(),
            one.invited_at, one.answered_at,
        )
        for one in told.select_related("household").order_by("invited_at", "pk")
    )  # fmt: skip
    return table("invitations", _("Invitations to a household"), columns, rows)


def _referral_code(member: Member) -> Section:
    columns = [("code", _("Code")), ("issued_at", _("Issued"))]
    own = ReferralCode.objects.filter(member=member)
    rows = ((codes.spell_to_say(one.code), one.issued_at) for one in own)
    return table("referral_code", _("Your referral code"), columns, rows)


def _referrals(member: Member) -> Section:
    """Tell of both sides what became of it, and not who the other is."""
    columns = [
        ("referral", _("Referral")),
        ("by_you", _("By you")),
        ("code", _("Code")),
        ("joined_at", _("Joined")),
        ("state", _("State")),
        ("why", _("Why")),
        ("ended_at", _("Ended")),
    ]
    told = Referral.objects.filter(Q(referrer=member) | Q(friend=member))
    rows = (
        (
            one.public_id, one.referrer_id == member.pk, codes.spell_to_say(one.code),
            one.joined_at, one.get_state_display(), _why(one, member), one.ended_at,
        )
        for one in told.order_by("joined_at", "pk")
    )  # fmt: skip
    return table("referrals", _("Friends you brought, and who brought you"), columns, rows)


def _why(referral: Referral, reader: Member) -> str:
    """Say why, unless it is that the other one has left."""
    is_friend = referral.friend_id == reader.pk
    others = ReferralEnd.REFERRER_LEFT if is_friend else ReferralEnd.FRIEND_LEFT
    return "" if referral.why == others else referral.get_why_display()


def _messages(member: Member) -> Section:
    columns = [("about", _("About")), ("state", _("State")), ("written_at", _("Written")),
               ("sent_at", _("Sent"))]  # fmt: skip
    written = Message.objects.filter(recipient=member.public_id).order_by("created_at", "pk")
    rows = (
        (row.get_kind_display(), row.get_state_display(), row.created_at, row.sent_at)
        for row in written
    )
    return table("messages", _("Messages sent to you"), columns, rows)


def _sign_in(member: Member) -> Section:
    columns = [("what", _("What")), ("since", _("Since")), ("last_used_at", _("Last used"))]
    rows: list[tuple[str, datetime | None, datetime | None]] = []
    if member.user is not None:
        user = member.user
        # Of their own: what the user is called is the product's.
        said = _("Sign-in by e-mail: %(email)s") % {"email": member.email or "–"}
        rows.append((said, user.date_joined, user.last_login))
    keys = Authenticator.objects.filter(user=member.user_id).order_by("pk")
    rows += [(key.get_type_display(), key.created_at, key.last_used_at) for key in keys]
    return table("sign_in", _("How you sign in"), columns, rows)


def _erasures(member: Member) -> Section:
    columns = [("requested_at", _("Asked")), ("due_at", _("Due")), ("state", _("State")),
               ("ended_at", _("Ended"))]  # fmt: skip
    asked = ErasureRequest.objects.filter(member=member).order_by("requested_at")
    rows = ((row.requested_at, row.due_at, row.get_state_display(), row.ended_at) for row in asked)
    return table("erasures", _("Erasures asked for"), columns, rows)
