"""Staff say after how many months without activity points are lost."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import translation

from loyalty.identity.models import User
from loyalty.programmes import books, summaries
from loyalty.programmes.idling import Activity, Inactivity
from loyalty.programmes.models import WalletPolicy
from tests.programmes.conftest import DESK

SINCE = datetime(2026, 3, 10, 11, tzinfo=UTC)
FIELDS = {
    "name_fr": "Points", "name_en": "Points", "expiry_kind": "NEVER", "expiry_count": "",
    "expiry_round_up": "DAY", "pending_days": "0", "refund_grace_days": "30",
}  # fmt: skip


@pytest.fixture
def turn_to(desk: Client, time_machine):
    """Stop the clock at a moment, with somebody who has just signed in."""

    def turn(moment: datetime) -> None:
        time_machine.move_to(moment, tick=False)
        desk.force_login(User.objects.get())

    return turn


def change(desk: Client, **said: str):
    policy = WalletPolicy.objects.get(wallet__code="points")
    return desk.post(f"{DESK}/walletpolicy/{policy.pk}/change/", FIELDS | said)


class TestThePage:
    def test_switches_it_on_from_now_on_and_says_so(self, desk: Client, turn_to):
        turn_to(SINCE)

        change(desk, idle_months="12", purchase_keeps="on", spending_keeps="on")

        policy = WalletPolicy.objects.get()
        assert (policy.idle_months, policy.idle_since, policy.switched_at) == (12, SINCE, SINCE)
        assert books.get_book().wallet("points").inactivity == Inactivity(
            months=12, activities=frozenset({Activity.PURCHASE, Activity.SPENDING}), since=SINCE
        )
        assert (
            "they never expire; lost after 12 months without a purchase or points used"
            in desk.get(f"{DESK}/walletpolicy/").content.decode()
        )
        assert policy.history.order_by("-history_id").first().idle_months == 12

    def test_changes_the_months_and_keeps_since_when(self, desk: Client, turn_to):
        turn_to(SINCE)
        change(desk, idle_months="12", purchase_keeps="on")
        turn_to(SINCE.replace(year=2027))

        change(desk, idle_months="6", award_keeps="on")

        policy = WalletPolicy.objects.get()
        assert (policy.idle_months, policy.idle_since, policy.switched_at) == (6, SINCE, SINCE)
        assert (policy.purchase_keeps, policy.award_keeps) == (False, True)

    def test_switches_it_off(self, desk: Client, turn_to):
        turn_to(SINCE)
        change(desk, idle_months="12", purchase_keeps="on")
        later = SINCE.replace(year=2027)
        turn_to(later)

        change(desk, idle_months="", purchase_keeps="on")

        policy = WalletPolicy.objects.get()
        assert (policy.idle_months, policy.idle_since, policy.switched_at) == (None, None, later)
        assert books.get_book().wallet("points").inactivity is None

    @pytest.mark.parametrize(
        ("said", "field", "words"),
        [
            ({"idle_months": "12"}, "__all__", "Say what counts as activity."),
            ({"idle_months": "0", "award_keeps": "on"}, "idle_months", "greater than or equal"),
            ({"idle_months": "1201", "award_keeps": "on"}, "idle_months", "less than or equal"),
        ],
    )
    def test_refuses_what_makes_no_sense(self, desk: Client, said, field, words):
        page = change(desk, **said)

        errors = page.context["adminform"].form.errors
        assert words in str(errors[field])
        policy = WalletPolicy.objects.get()
        assert (policy.idle_months, policy.idle_since) == (None, None)


class TestTheSentence:
    ALL = frozenset(Activity)

    @pytest.mark.parametrize(
        ("months", "activities", "language", "words"),
        [
            (12, ALL, "en", "12 months without a purchase, points used or points earned"),
            (1, {Activity.SPENDING}, "en", "1 month without points used"),
            (
                24, ALL, "fr",
                "perdus après 24 mois sans achat, utilisation de points ou gain de points",
            ),
            (1, {Activity.PURCHASE}, "fr", "perdus après 1 mois sans achat"),
        ],
    )  # fmt: skip
    def test_names_the_months_and_the_activities(self, months, activities, language, words):
        terms = Inactivity(months=months, activities=frozenset(activities), since=SINCE)

        with translation.override(language):
            assert summaries.inactivity(terms).endswith(words)
