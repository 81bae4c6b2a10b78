"""The desk's first page: today's figures, what needs somebody, a few measures."""

from datetime import date, timedelta

import pytest
from django.test import Client
from time_machine import travel

from analytics import facts
from analytics.models import PointsDay, StoreDay
from loyalty import night
from loyalty.desk.home import days
from loyalty.desk.home.days import Points, Sales, Window
from loyalty.events.models import JobRun, JobState
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.programmes import books
from loyalty.programmes.models import Programme, Store, StoreAssignment
from members import enrolling, purchasing
from members.models import ImportRun, Member, OfflineSpending
from members.models.offline import Shortage
from rewards import pooling
from rewards.models import Reward, VoucherPool
from tests.conftest import NOON
from tests.desk.conftest import SignIn
from tests.desk.reading import is_by_index, queries_of, statements_about, words_of
from tests.members.builders import sale

HOME = "/desk/"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _noon() -> object:
    with travel(NOON, tick=False):
        yield


@pytest.fixture
def ada(shop: Programme) -> Member:
    return enrolling.enrol(at=NOON - 30 * DAY, last_name="Lovelace")


def sell(member: Member | None, euros: str, *, days_ago: int = 0, later: int = 0) -> None:
    at = NOON - days_ago * DAY + timedelta(hours=later)
    key = f"{days_ago}-{later}-{euros}-{member}"
    # Booked when it happened: nothing here is late.
    purchasing.record(sale=sale(member, euros, occurred_at=at), key=key, at=at)


class TestToday:
    def test_is_told_beside_the_same_weekday_last_week(self, ada: Member, desk: Client):
        sell(ada, "20.00", days_ago=7, later=-1)
        sell(ada, "99.00", days_ago=7, later=1)  # not yet sold at this time, a week ago
        sell(ada, "30.00", later=-1)
        sell(None, "10.00", later=-1)
        enrolling.enrol(at=NOON, last_name="Hopper")

        told = words_of(desk, HOME)

        assert "Enrolments 1 +1 on last Tuesday at this time" in told
        assert "Revenue €40.00 2 purchases +€20.00 on last Tuesday at this time" in told
        assert "Receipts with a member 50% 1 of 2 receipts −50 pp on last Tuesday" in told
        assert "Points issued 30 0 redeemed 0 expired +10 on last Tuesday" in told

    def test_draws_days_that_are_over_alone(self, ada: Member, desk: Client):
        sell(ada, "20.00", days_ago=1)

        drawn = desk.get(HOME).content.decode().split('points="')[2].partition('"')[0].split()

        # Of fourteen days today is left out: yesterday, at the end, is the highest.
        assert (len(drawn), drawn[-1]) == (13, "140.0,1.0")

    def test_is_told_in_french(self, ada: Member, desk: Client):
        sell(ada, "1030.00", later=-1)

        told = words_of(desk, HOME, "fr")

        assert "Aujourd’hui mardi 10 mars 2026" in told
        assert "Chiffre d’affaires 1 030,00 € 1 achat +1 030,00 € par rapport" in told
        assert "Tickets avec un membre 100 % 1 sur 1 ticket" in told

    def test_counts_the_same_from_facts_as_from_rows(self, ada: Member):
        for days_ago in (9, 3, 1, 0):
            sell(ada, f"{days_ago + 10}.00", days_ago=days_ago, later=-1)
            sell(None, "5.00", days_ago=days_ago, later=-2)
        window = Window(at=NOON, zone=books.get_zone())
        sales, points = days.get_sales(window), days.get_points(window, wallet="points")

        facts.refresh(at=NOON)

        fresh = Window(at=NOON, zone=books.get_zone())
        assert StoreDay.objects.exists()
        assert PointsDay.objects.exists()
        assert days.get_sales(fresh) == sales
        assert days.get_points(fresh, wallet="points") == points
        assert sales[0][date(2026, 3, 7)] == Sales(receipts=2, of_members=1, cents=1_800)
        assert points[0][date(2026, 3, 7)] == Points(issued=13)

    def test_asks_the_same_of_20_sales_as_of_200_and_always_by_index(
        self, ada: Member, desk: Client
    ):
        for n in range(20):
            sell(ada, f"{n + 1}.00", days_ago=n % 14, later=-1)
        queries_of(desk, HOME)
        at_20 = queries_of(desk, HOME)
        for n in range(20, 200):
            sell(ada, f"{n + 1}.00", days_ago=n % 14, later=-1)

        assert queries_of(desk, HOME) == at_20
        read = [
            statement
            for table in ("members_purchase", "members_member", "ledger_movement")
            for statement in statements_about(table, desk, HOME)
        ]
        assert len(read) == 5
        assert all(map(is_by_index, read))


class TestTheFirstDay:
    def test_says_what_to_do_before_the_first_purchase(self, programme: Programme, desk: Client):
        told = words_of(desk, HOME)

        assert "Before the first purchase" in told
        assert "Add your stores. Add a store Choose what points are exchanged for." in told
        assert "Measures of" not in told

    def test_marks_what_is_there_already(self, shop: Programme, desk: Client):
        told = words_of(desk, HOME, "fr")

        assert "Ajoutez vos magasins. fait Ajouter un magasin" in told
        assert "Raccordez votre caisse. Ajouter une caisse" in told

    def test_is_over_with_the_first_purchase(self, ada: Member, desk: Client):
        sell(ada, "10.00")

        told = words_of(desk, HOME)

        assert "Before the first purchase" not in told
        assert "Nothing to measure in these two months" in told

    def test_is_over_however_long_ago_that_was(self, ada: Member, desk: Client):
        sell(ada, "10.00", days_ago=300)

        assert "Before the first purchase" not in words_of(desk, HOME)

    def test_shows_nobody_what_they_may_not_do(self, programme: Programme, sign_in: SignIn):
        told = words_of(sign_in(Role.ANALYST), HOME)

        assert "Add a store" not in told


class TestWhatNeedsSomebody:
    def test_is_nothing_on_a_calm_day(self, desk: Client, programme: Programme):
        night.run(day=date(2026, 3, 9), at=NOON)

        assert "Nothing waits for you." in words_of(desk, HOME)

    def test_is_said_with_what_to_do(self, shop: Programme, desk: Client):
        JobRun.objects.create(
            job="settle", business_day=date(2026, 3, 9), state=JobState.FAILED, started_at=NOON
        )
        ImportRun.objects.create(kind="members", content_hash="a", started_at=NOON)

        english, french = words_of(desk, HOME), words_of(desk, HOME, "fr")

        assert "1 job failed. See the jobs" in english
        assert "1 night’s work is late. See the jobs" in english
        assert "1 import is not finished. See the imports" in english
        assert "A tin of shortbread: 4 left. Restock" in english
        assert "Workshop: none left. Restock" in english
        assert english.index("Workshop") < english.index("shortbread")
        assert "1 traitement a échoué." in french
        assert "Boîte de sablés : il en reste 4." in french

    def test_is_a_pool_that_a_reward_draws_from_and_few_codes_are_left_of(
        self, shop: Programme, desk: Client
    ):
        night.run(day=date(2026, 3, 9), at=NOON)
        wallet = shop.spending_wallet
        for name, count in (("Cinema", 20), ("Museum", 0), ("Theatre", 21), ("Opera", 3)):
            pool = VoucherPool.objects.create(name=name)
            content = "\n".join(f"{name}-{n:04}" for n in range(count)).encode()
            if content:
                pooling.add_codes(pool=pool, content=content)
            Reward.objects.create(
                public_id=f"rew_{name}", pool=pool, name_fr=name, name_en=name, kind="VOUCHER",
                wallet=wallet, cost=1, is_active=name != "Opera",
            )  # fmt: skip
        VoucherPool.objects.create(name="Of nobody")

        told = words_of(desk, HOME)

        assert "Museum: 0 codes left. Add codes" in told
        assert "Cinema: 20 codes left. Add codes" in told
        assert told.index("Museum") < told.index("Cinema")
        assert [name in told for name in ("Theatre", "Opera", "Of nobody")] == [False] * 3

    def test_is_points_let_go_offline_of_members_whom_one_sees(self, ada: Member, sign_in: SignIn):
        Store.objects.update(is_training=False)
        mine, other = Store.objects.get(code="bastille"), Store.objects.get(code="school")
        bought = purchasing.record(
            sale=sale(ada, "20.00", occurred_at=NOON, store=other), key="k", at=NOON
        )
        OfflineSpending.objects.create(
            purchase=bought, member=ada, spent_on=bought.business_on, asked=5, taken=0,
            shortage=Shortage.BALANCE,
        )  # fmt: skip
        manager = sign_in(Role.STORE_MANAGER)
        own = StoreAssignment.objects.create(user=User.objects.get(), store=mine)
        elsewhere = words_of(manager, HOME)

        StoreAssignment.objects.filter(pk=own.pk).update(store=other)

        assert "not covered" not in elsewhere
        assert "1 payment with points offline was not covered." in words_of(manager, HOME)


class TestMeasures:
    def test_are_those_of_the_last_whole_month_beside_the_month_before(
        self, ada: Member, desk: Client
    ):
        sell(ada, "20.00", days_ago=50)
        sell(ada, "30.00", days_ago=20)
        facts.refresh(at=NOON)

        english, french = words_of(desk, HOME), words_of(desk, HOME, "fr")

        assert "Measures of February 2026" in english
        assert "Retention rate" in english
        assert "Average basket" in english
        assert "rising €30.00 €20.00" in english
        assert "Indicateurs de février 2026" in french
        assert "en hausse 30,00 € 20,00 €" in french


class TestWhoReads:
    def test_an_analyst_sees_figures_and_nobody_s_name(self, ada: Member, sign_in: SignIn):
        sell(ada, "20.00")

        told = words_of(sign_in(Role.ANALYST), HOME)

        assert "Revenue €20.00" in told
        assert "Points issued 20" in told
        assert "Find a member" not in told
        assert "Lovelace" not in told

    def test_a_cashier_sees_who_joined_and_no_revenue(self, ada: Member, sign_in: SignIn):
        sell(ada, "20.00")

        told = words_of(sign_in(Role.CASHIER), HOME)

        assert "Find a member" in told
        assert "Enrolments 0" in told
        assert "Revenue" not in told
        assert "Points issued" not in told
        assert "Measures of" not in told

    def test_a_store_manager_sees_their_stores_alone(self, ada: Member, sign_in: SignIn):
        mine, other = Store.objects.get(code="bastille"), Store.objects.get(code="school")
        Store.objects.update(is_training=False)
        for store, euros in ((mine, "20.00"), (other, "70.00")):
            said = sale(ada, euros, occurred_at=NOON, store=store)
            purchasing.record(sale=said, key=euros, at=NOON)
        enrolling.enrol(at=NOON, store=mine)
        enrolling.enrol(at=NOON, store=other)
        manager = sign_in(Role.STORE_MANAGER)
        StoreAssignment.objects.create(user=User.objects.get(), store=mine)

        told = words_of(manager, HOME)

        assert "Enrolments 1 " in told
        assert "Revenue €20.00 1 purchase" in told
        assert "Points issued" not in told

    def test_a_store_manager_reads_the_measures_of_their_store(self, ada: Member, sign_in: SignIn):
        Store.objects.update(is_training=False)
        mine, other = Store.objects.get(code="bastille"), Store.objects.get(code="school")
        for store, euros in ((mine, "20.00"), (other, "70.00")):
            at = NOON - 20 * DAY
            purchasing.record(sale=sale(ada, euros, occurred_at=at, store=store), key=euros, at=at)
        facts.refresh(at=NOON)
        manager = sign_in(Role.STORE_MANAGER)
        assert "Measures of" not in words_of(manager, HOME)
        StoreAssignment.objects.create(user=User.objects.get(), store=mine)

        told = words_of(manager, HOME)

        assert "Average basket" in told
        assert "€20.00" in told
        assert "€45.00" not in told
        assert "Redemption rate" not in told
        href = '?period=2026-02&amp;store=bastille"'
        assert href in manager.get(HOME).content.decode()

    def test_before_the_programme_is_set_up_says_how(self, desk: Client):
        assert "The programme is not set up yet" in words_of(desk, HOME)


class TestTheMenu:
    def test_marks_where_one_is_and_opens_its_group(self, shop: Programme, desk: Client):
        page = " ".join(desk.get("/desk/jobs/").content.decode().split())

        assert page.count('<a href="/desk/jobs/" aria-current="page">') == 2
        assert page.count('<details class="desk-menu__group" open>') == 2
        assert 'aria-current="page"' in desk.get(HOME).content.decode()

    def test_holds_only_what_the_reader_may_open(self, shop: Programme, sign_in: SignIn):
        groups = sign_in(Role.CASHIER).get(HOME).context["menu"]

        assert [group.title for group in groups][:3] == ["Members", "Purchases", "Rewards"]
        assert "Measures" not in [group.title for group in groups]
        titles = [link.title for group in groups for link in group.links]
        assert "Jobs" not in titles

    def test_begins_the_measures_with_what_people_come_for(self, shop: Programme, desk: Client):
        menu = desk.get(HOME).context["menu"]
        measures, facts = (
            [link.url for link in group.links]
            for group in menu
            if group.icon in ("chart-line", "database")
        )

        assert measures[:5] == [
            *("/desk/measures/", "/desk/plan/", "/desk/lost/", "/desk/answers/"),
            "/desk/analytics/survey/",
        ]
        assert "/desk/analytics/memberfact/" in facts
        assert not set(facts) & set(measures)

    def test_loses_no_table(self, shop: Programme, desk: Client):
        answer = desk.get(HOME)

        listed = {link.url for group in answer.context["menu"] for link in group.links}
        tables = {
            model["admin_url"]
            for app in answer.context["available_apps"]
            for model in app["models"]
        }
        # These have pages of their own, which show them better.
        behind = {
            "/desk/analytics/answer/",
            "/desk/analytics/fit/",
            "/desk/members/case/",
            "/desk/members/importrun/",
            "/desk/programmes/campaign/",
            "/desk/programmes/segment/",
            "/desk/webhooks/endpoint/",
        }
        assert tables - behind <= listed
