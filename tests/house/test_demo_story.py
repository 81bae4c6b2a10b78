from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from analytics import journal, liabilities, points
from analytics.measures.registry import get_measure
from analytics.models import Cost, Fit, Outlook
from analytics.periods import Period
from analytics.scopes import get_scope
from loyalty.clients.models import ClientKey
from loyalty.demo import credentials, seeding, story
from loyalty.events import relaying
from loyalty.events.models import Message, OutboxEvent
from loyalty.identity.models import Approval, User
from loyalty.identity.roles import Role
from loyalty.ledger import verifying
from loyalty.ledger.models import Entry
from loyalty.programmes import setting_up
from loyalty.programmes.models import Programme
from members.models import Case, Member, MemberNote, Purchase
from rewards.models import Redemption

PARIS = ZoneInfo("Europe/Paris")
TODAY = date(2026, 3, 10)
AT = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)


def told(*, seed: int = 1, members: int = 20) -> list[story.Happening]:
    return story.tell(seed=seed, members=members, today=TODAY, zone=PARIS)


class TestTheStory:
    def test_is_the_same_for_the_same_seed_and_no_other(self):
        assert told() == told()
        assert told() != told(seed=2)

    def test_goes_on_in_order_until_yesterday_evening(self):
        moments = [happening.moment for happening in told(members=300)]

        assert moments == sorted(moments)
        assert moments[0].date() >= date(2024, 3, 10)
        assert moments[-1].date() == date(2026, 3, 9)

    def test_has_more_purchases_before_christmas_than_in_august(self):
        bought = [one.moment for one in told(members=300) if isinstance(one, story.Bought)]

        by_month = Counter((moment.year, moment.month) for moment in bought)

        assert by_month[2025, 12] > 1.5 * by_month[2025, 8] > 0

    def test_lets_everybody_join_before_they_buy(self):
        joined: set[int] = set()
        for happening in told():
            if isinstance(happening, story.Joined):
                joined.add(happening.person.number)
            elif happening.person:
                assert happening.person.number in joined

        assert joined == set(range(1, 21))

    def test_keeps_the_first_members_whoever_comes_after(self):
        def first(members: int) -> list[story.Happening]:
            return [one for one in told(members=members) if one.person and one.person.number <= 5]

        assert first(5) == first(20)


@pytest.mark.django_db
class TestSeed:
    @pytest.fixture
    def seeded(self, settings, tmp_path) -> None:
        settings.VAR_DIR = tmp_path
        seeding.seed(number=1, members=2, at=AT, progress=lambda _done, _total: None)

    def test_lets_staff_reach_at_the_next_start_what_is_new_since(self, seeded: None):
        marketing = Group.objects.get(name=Role.MARKETING.value)
        marketing.permissions.remove(Permission.objects.get(codename="change_plan"))

        call_command("demo", "--seed-only", stdout=StringIO())

        assert marketing.permissions.filter(codename="change_plan").exists()

    def test_leaves_a_ledger_that_verifies(self, seeded: None):
        verification = verifying.verify()

        assert verification.first_fault is None
        assert verification.accounts == 4
        assert verification.entries == Entry.objects.count()

    def test_has_written_down_what_ran_out_in_the_month_it_did(self, seeded: None):
        months = [Period(date(2025, 12, 1), date(2025, 12, 31)),
                  Period(date(2026, 2, 1), date(2026, 2, 28))]  # fmt: skip
        scopes = [get_scope(period=month, at=AT) for month in months]

        books = [journal.get_journal(scope=scope) for scope in scopes]

        assert Entry.objects.filter(kind="EXPIRE").exists()
        assert not points.due_lots(scopes[-1]).exists()
        assert [book.closing.points - book.unwritten for book in books] == [
            liabilities.get_liability(scope).total for scope in scopes
        ]
        assert not OutboxEvent.objects.filter(name="points.expired", is_historic=False).exists()

    def test_gives_the_first_member_a_tier_points_and_rewards(self, seeded: None):
        camille = Member.objects.select_related("tier").get(email__startswith="camille")

        assert camille.tier is not None
        assert camille.tier.code in {"silver", "gold"}
        assert Redemption.objects.filter(member=camille).exists()
        assert Purchase.objects.filter(member=None).exists()

    def test_tells_what_the_programme_cost_and_may_cost(self, seeded: None):
        february = get_scope(period=Period(date(2026, 2, 1), date(2026, 2, 28)), at=AT)

        cost = get_measure(code="programme_cost").compute(february).columns
        budget = get_measure(code="budget").compute(february)

        told = {name: column.value for name, column in cost.items() if name != "rewards"}
        assert {name: cents for name, cents in told.items() if cents} == {
            "maintenance": 1_841, "service": 2_500, "staff": 16_000, "technology": 4_900,
        }  # fmt: skip
        assert budget.columns["staff_left"].value == 190_000 - 32_000
        assert {cost.note for cost in Cost.objects.filter(category="PROMOTION")} == {
            "Affiches : Dégustation de thé", "Affiches : Les semaines du café",
            "Vitrines et e-mails de Noël",
            "Plan d’action\N{NO-BREAK SPACE}: Rappeler la carte à chaque passage",
        }  # fmt: skip

    def test_reaches_no_member(self, seeded: None):
        while relaying.relay(at=AT):
            pass

        assert Message.objects.count() == 0

    def test_lets_staff_in_with_one_password_and_the_till_with_its_key(self, seeded: None):
        known = credentials.get(at=AT)

        for email in (credentials.ADMINISTRATOR, credentials.CASHIER):
            user = User.objects.get(email=email)
            assert user.check_password(known.password)
        assert ClientKey.objects.is_valid(known.till_key)
        assert credentials.get(at=AT) == known
        assert ClientKey.objects.count() == 1

    def test_makes_a_new_key_where_the_kept_one_is_of_another_database(
        self, seeded: None, tmp_path
    ):
        (tmp_path / "demo_till_key").write_text("abcdefgh.of-another-database")

        key = credentials.get(at=AT).till_key

        assert ClientKey.objects.is_valid(key)
        assert (tmp_path / "demo_till_key").read_text() == key


@pytest.mark.django_db
class TestTheMorningAfter:
    def test_finds_a_request_that_waits_a_gesture_notes_and_somebody_blocked(
        self, settings, tmp_path
    ):
        settings.VAR_DIR = tmp_path
        seeding.seed(number=1, members=8, at=AT, progress=lambda _done, _total: None)

        waiting, posted = Approval.objects.get(), Entry.objects.filter(kind="ADJUST")
        assert waiting.state == "WAITING"
        assert waiting.requested_by.email == credentials.CARE
        assert [entry.points for entry in posted] == [60]
        assert MemberNote.objects.count() == 3
        assert Case.objects.late(at=AT).count() == 1
        assert Case.objects.filter(state="RESOLVED").exists()
        assert Member.objects.filter(state="BLOCKED").count() == 1
        assert verifying.verify().first_fault is None

    def test_finds_what_members_are_expected_to_buy_from_then_on(self, settings, tmp_path):
        settings.VAR_DIR = tmp_path
        seeding.seed(number=1, members=60, at=AT, progress=lambda _done, _total: None)

        assert Fit.objects.get().as_of == date(2026, 3, 9)
        assert Outlook.objects.filter(alive__gt=0).exists()


@pytest.mark.django_db
class TestSomebodysOwnProgramme:
    def test_is_left_alone(self, settings, tmp_path):
        settings.VAR_DIR = tmp_path
        setting_up.set_up(
            name="Chez Ada",
            currency="EUR",
            time_zone="Europe/Paris",
            points_per=Decimal(1),
            expire_after_days=365,
            at=AT,
        )

        call_command("demo", "--seed-only", stdout=StringIO())

        assert Programme.objects.get().name == "Chez Ada"
        assert (Member.objects.count(), User.objects.count()) == (0, 0)
