"""What may cost much is published by two persons, never by one alone."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from loyalty import grants
from loyalty.identity import approving, permitting, staffing
from loyalty.identity.models import Approval, ApprovalState, User
from loyalty.identity.roles import Role
from loyalty.programmes import publishing, releasing
from loyalty.programmes.books import get_book
from loyalty.programmes.models import Programme, Rule, RuleRequest, RuleState, RuleVersion
from tests.programmes.build import fixed, said
from tests.programmes.conftest import DESK, SET_UP

NOON = SET_UP + timedelta(days=9)

pytestmark = pytest.mark.django_db


@pytest.fixture
def threshold(programme: Programme) -> None:
    Programme.objects.update(approval_above_points=1_000)


@pytest.fixture
def marie(programme: Programme) -> User:
    return User.objects.create_superuser("marie@example.org")


@pytest.fixture
def paul(programme: Programme) -> User:
    return User.objects.create_superuser("paul@example.org")


def worth(budget: int | None = None) -> dict[str, Any]:
    return said(fixed(5)) | ({} if budget is None else {"limits": {"budget_points": budget}})


def moved() -> tuple[int, str]:
    return RuleVersion.objects.count(), get_book().revision


class TestBelowTheThreshold:
    def test_one_person_publishes_at_once(self, threshold, week: Rule, marie: User):
        released = releasing.release(rule=week, said=worth(1_000), by=marie, at=NOON)

        assert isinstance(released, RuleVersion)
        assert released.created_by == f"user:{marie.pk}"
        assert Approval.objects.exists() is False

    def test_is_everything_where_there_is_none(self, week: Rule, marie: User):
        assert isinstance(
            releasing.release(rule=week, said=worth(), by=marie, at=NOON), RuleVersion
        )


@pytest.mark.usefixtures("threshold")
class TestAboveIt:
    @pytest.mark.parametrize("budget", [1_001, None])
    def test_nothing_is_published_until_another_agrees(self, week, marie, paul, budget):
        before = moved()

        asked = releasing.release(rule=week, said=worth(budget), by=marie, at=NOON)

        assert isinstance(asked, RuleRequest)
        assert moved() == before
        week.refresh_from_db()
        assert week.state == RuleState.DRAFT

        version = releasing.approve(approval=asked.approval, decided_by=paul, at=NOON)

        assert (version.number, version.terms) == (1, asked.terms)
        assert (version.created_by, version.takes_effect_at) == (f"user:{marie.pk}", NOON)
        assert get_book().rules[-1].code == "week"
        asked.refresh_from_db()
        assert asked.version == version

    def test_nobody_approves_their_own(self, week, marie):
        asked = releasing.release(rule=week, said=worth(), by=marie, at=NOON)
        before = moved()

        with pytest.raises(approving.OwnRequest):
            releasing.approve(approval=asked.approval, decided_by=marie, at=NOON)

        assert moved() == before
        asked.approval.refresh_from_db()
        assert asked.approval.state == ApprovalState.WAITING

    def test_nobody_approves_who_may_not_publish(self, week, marie):
        grants.sync()
        carer = staffing.appoint(email="care@example.org", role=Role.CUSTOMER_CARE)
        asked = releasing.release(rule=week, said=worth(), by=marie, at=NOON)

        with pytest.raises(permitting.NotPermitted):
            releasing.approve(approval=asked.approval, decided_by=carer, at=NOON)

        assert RuleVersion.objects.filter(rule=week).exists() is False

    def test_whoever_publishes_past_this_door_is_refused_as_well(self, week, marie, paul):
        before = moved()

        with pytest.raises(publishing.NeedsApproval):
            publishing.publish(rule=week, said=worth(), at=NOON)

        asked = releasing.release(rule=week, said=worth(), by=marie, at=NOON)
        with pytest.raises(publishing.NeedsApproval):
            publishing.publish(rule=week, said=worth(), at=NOON, approval=asked.approval)

        assert moved() == before

    def test_an_approval_publishes_what_was_asked_once_and_nothing_else(self, week, marie, paul):
        asked = releasing.release(rule=week, said=worth(2_000), by=marie, at=NOON)
        releasing.approve(approval=asked.approval, decided_by=paul, at=NOON)
        asked.approval.refresh_from_db()

        for terms in (worth(2_000), worth(9_000)):
            with pytest.raises(publishing.NeedsApproval):
                publishing.publish(rule=week, said=terms, at=NOON, approval=asked.approval)
        with pytest.raises(approving.DecidedAlready):
            releasing.approve(approval=asked.approval, decided_by=paul, at=NOON)

        assert RuleVersion.objects.filter(rule=week).count() == 1

    def test_a_moment_still_to_come_is_kept(self, week, marie, paul):
        soon = NOON + timedelta(days=5)
        asked = releasing.release(rule=week, said=worth(), by=marie, at=NOON, takes_effect_at=soon)

        version = releasing.approve(approval=asked.approval, decided_by=paul, at=NOON)

        assert version.takes_effect_at == soon

    def test_a_refusal_publishes_nothing(self, week, marie, paul):
        asked = releasing.release(rule=week, said=worth(), by=marie, at=NOON)
        before = moved()

        releasing.refuse(approval=asked.approval, decided_by=paul, at=NOON)

        assert moved() == before

    def test_pausing_and_resuming_ask_nobody(self, week, marie, paul):
        asked = releasing.release(rule=week, said=worth(), by=marie, at=NOON)
        releasing.approve(approval=asked.approval, decided_by=paul, at=NOON)

        publishing.pause(rule=week, at=NOON + timedelta(hours=1))
        publishing.resume(rule=week, at=NOON + timedelta(hours=2))

        week.refresh_from_db()
        assert week.state == RuleState.LIVE


@pytest.mark.usefixtures("threshold")
class TestTheForm:
    FIELDS = {
        "event": "purchase", "give": "fixed", "points": "5", "mode": "sum",
        "expiry_kind": "", "expiry_round_up": "DAY",
    }  # fmt: skip

    def test_lets_it_wait_and_says_so(self, desk: Client, week: Rule):
        page = desk.post(
            f"{DESK}/ruleversion/add/", self.FIELDS | {"rule": str(week.pk)}, follow=True
        )

        text = page.content.decode()
        assert page.redirect_chain[-1][0] == f"{DESK}/rule/{week.pk}/change/"
        assert "a second person must approve it" in text
        assert "5 points." in text
        assert week.versions.exists() is False
        assert RuleRequest.objects.get().rule == week

    @pytest.mark.parametrize(("role", "after"), [(Role.MARKETING, 1_000), (None, 5_000_000)])
    def test_of_the_programme_lets_administrators_alone_set_the_threshold(
        self, programme, client: Client, role: Role | None, after: int
    ):
        grants.sync()
        if role:
            user = staffing.appoint(email="m@example.org", role=role)
        else:
            user = User.objects.create_superuser("admin@example.org")
        client.force_login(user)
        fields = {
            "name": "Café", "value_of_point": "0.01", "rounding": "FLOOR", "multipliers": "BEST",
            "attach_days": "7", "approval_above_points": "5000000", "pay_share_percent": "100",
            "pay_least_points": "1", "pay_most_points": "",
            "offline_points": "0", "household_rule": "",
            "household_size": "6", "spend_proof": "CARD", "referral_days": "14",
            "referral_least_cents": "0.00", "referral_most": "",
        }  # fmt: skip

        answer = client.post(f"{DESK}/programme/1/change/", fields)

        assert answer.status_code == 302
        assert Programme.objects.get().approval_above_points == after


class TestTheHistoryOfARule:
    def test_says_what_each_version_changed(self, desk: Client, week: Rule):
        publishing.publish(rule=week, said=said(fixed(5), weekdays=[6]), at=SET_UP)
        publishing.publish(rule=week, said=said(fixed(7), weekdays=[6]), at=NOON)

        page = desk.get(f"{DESK}/rule/{week.pk}/change/").content.decode()

        assert "<del>5 points</del> <ins>7 points</ins>" in page
        assert "the first version" in page

    def test_shows_one_version_in_both_languages(self, desk: Client, week: Rule):
        version = publishing.publish(rule=week, said=said(fixed(5), weekdays=[6]), at=SET_UP)

        page = desk.get(f"{DESK}/ruleversion/{version.pk}/change/").content.decode()

        assert '<span lang="fr">5 points, les jours suivants\xa0: samedi.</span>' in page
        assert '<span lang="en">5 points, on the weekdays Saturday.</span>' in page
