"""Members who neither buy nor use points for a year lose them; whoever does keeps them."""

from datetime import UTC, datetime, timedelta

import pytest

from analytics import facts, points
from analytics.periods import Period, day
from analytics.points import Flow
from analytics.scopes import get_scope
from loyalty import night
from loyalty.identity.roles import Role
from loyalty.ledger import balances, verifying
from loyalty.ledger.models import Account, Entry
from loyalty.programmes import books, revising
from loyalty.programmes.models import Programme, WalletPolicy
from members import adjusting, bonuses, holding, housing, purchasing
from members.importing import purchases
from members.models import Member
from rewards import redeeming
from tests.conftest import NOON
from tests.members import homes
from tests.members.builders import points_of, publish, sale
from tests.members.conftest import Writer
from tests.members.staff import appoint
from tests.rewards.conftest import offer

pytestmark = pytest.mark.django_db

A_MOMENT = timedelta(microseconds=1)
LEAP_DAY = datetime(2028, 2, 29, 11, tzinfo=UTC)
# In Paris, the end of 28 February 2029.
ITS_YEAR_ENDS = datetime(2029, 2, 28, 23, tzinfo=UTC)


def let_sleep(months: int = 12, **keeps: bool) -> None:
    """Points last for ever, and are lost after so many months without activity."""
    WalletPolicy.objects.filter(wallet__code="points").update(
        expiry_kind="NEVER", expiry_count=None, idle_months=months,
        idle_since=NOON - timedelta(days=800), **keeps,
    )  # fmt: skip
    revising.touch()


def buy(member: Member, euros: str, key: str, *, at: datetime, told: datetime | None = None):
    return purchasing.record(sale=sale(member, euros, occurred_at=at), key=key, at=told or at)


def sleeps(member: Member, wallet: str = "points") -> datetime | None:
    return Account.objects.get(holder=member.holder_id, wallet__code=wallet).inactive_at


@pytest.fixture(autouse=True)
def _sleepy(programme: Programme):
    let_sleep()
    yield
    assert verifying.verify().first_fault is None


class TestAPurchase:
    def test_of_29_february_keeps_points_through_28_february(self, ada: Member):
        buy(ada, "80.00", "leap", at=LEAP_DAY)

        assert sleeps(ada) == ITS_YEAR_ENDS
        assert points_of(ada, at=ITS_YEAR_ENDS - A_MOMENT) == 80
        assert points_of(ada, at=ITS_YEAR_ENDS) == 0

    def test_keeps_the_points_of_all_before_it(self, ada: Member):
        buy(ada, "80.00", "leap", at=LEAP_DAY)
        again = ITS_YEAR_ENDS - timedelta(hours=1)

        buy(ada, "20.00", "again", at=again)

        assert points_of(ada, at=ITS_YEAR_ENDS) == 100
        assert sleeps(ada) == datetime(2030, 2, 28, 23, tzinfo=UTC)

    def test_that_gives_nothing_counts_too(self, ada: Member):
        buy(ada, "80.00", "leap", at=LEAP_DAY)

        buy(ada, "0.50", "small", at=LEAP_DAY + timedelta(days=100))

        assert sleeps(ada) == datetime(2029, 6, 8, 22, tzinfo=UTC)
        assert Entry.objects.count() == 1

    def test_told_by_an_offline_till_counts_from_its_own_day_and_shortens_nothing(
        self, ada: Member
    ):
        buy(ada, "80.00", "leap", at=LEAP_DAY)

        buy(ada, "9.00", "late", at=LEAP_DAY - timedelta(days=3), told=LEAP_DAY)

        assert sleeps(ada) == ITS_YEAR_ENDS

    def test_does_not_count_where_only_using_points_does(self, ada: Member):
        let_sleep(purchase_keeps=False)
        buy(ada, "80.00", "leap", at=LEAP_DAY)

        buy(ada, "20.00", "again", at=LEAP_DAY + timedelta(days=100))

        # The first ones set the moment; the others came by themselves, as far as that goes.
        assert sleeps(ada) == ITS_YEAR_ENDS

    def test_after_the_loss_begins_anew(self, ada: Member):
        buy(ada, "80.00", "leap", at=LEAP_DAY)

        buy(ada, "20.00", "again", at=ITS_YEAR_ENDS)

        assert points_of(ada, at=ITS_YEAR_ENDS) == 20
        expired = Entry.objects.get(kind="EXPIRE")
        assert (expired.points, expired.occurred_at) == (-80, ITS_YEAR_ENDS)


class TestOtherThings:
    def test_use_points_and_keep_the_rest(self, ada: Member):
        buy(ada, "80.00", "leap", at=LEAP_DAY)
        coffee = offer("Coffee", cost=30, stock=3)
        later = LEAP_DAY + timedelta(days=100)

        done = redeeming.redeem(member=ada, reward=coffee, key="r", at=later)
        assert sleeps(ada) == datetime(2029, 6, 8, 22, tzinfo=UTC)

        # To take it back is nothing that the member does.
        redeeming.cancel(redemption=done, key="c", at=later + timedelta(days=50))
        assert sleeps(ada) == datetime(2029, 6, 8, 22, tzinfo=UTC)
        assert points_of(ada, at=later + timedelta(days=50)) == 80

    def test_pay_with_points_and_keep_the_rest(self, ada: Member):
        buy(ada, "80.00", "leap", at=LEAP_DAY)
        later = LEAP_DAY + timedelta(days=100)
        held = holding.hold(asked=holding.Asked(member=ada, points=30), key="h", at=later)
        assert sleeps(ada) == ITS_YEAR_ENDS

        holding.capture(held=held, key="c", at=later)

        assert sleeps(ada) == datetime(2029, 6, 8, 22, tzinfo=UTC)

    def test_set_aside_and_let_go_changes_nothing(self, ada: Member):
        buy(ada, "80.00", "leap", at=LEAP_DAY)
        later = LEAP_DAY + timedelta(days=100)
        held = holding.hold(asked=holding.Asked(member=ada, points=30), key="h", at=later)

        holding.void(held=held, key="v", at=later)

        assert (sleeps(ada), points_of(ada, at=later)) == (ITS_YEAR_ENDS, 80)

    def test_cancelled_after_the_loss_comes_back_for_all_the_months(self, ada: Member):
        buy(ada, "80.00", "leap", at=LEAP_DAY)
        let_sleep(spending_keeps=False)
        coffee = offer("Coffee", cost=30, stock=3)
        done = redeeming.redeem(member=ada, reward=coffee, key="r", at=LEAP_DAY)
        late = ITS_YEAR_ENDS + timedelta(days=10)

        redeeming.cancel(redemption=done, key="c", at=late)

        assert points_of(ada, at=late) == 30
        assert sleeps(ada) == datetime(2030, 3, 11, 23, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("counts", "end"),
        [(False, ITS_YEAR_ENDS), (True, datetime(2029, 6, 8, 22, tzinfo=UTC))],
    )
    def test_give_points_and_count_where_the_wallet_says_so(
        self, ada: Member, counts: bool, end: datetime
    ):
        let_sleep(award_keeps=counts)
        buy(ada, "80.00", "leap", at=LEAP_DAY)
        publish("gift", {"then": {"give": "fixed", "points": 5}, "when": {"event": "birthday"}})
        self.give_birthday(ada, at=LEAP_DAY + timedelta(days=100))

        assert (points_of(ada, at=ITS_YEAR_ENDS - A_MOMENT), sleeps(ada)) == (85, end)

    def give_birthday(self, member: Member, *, at: datetime) -> None:
        bonuses.give(
            members=[member], event="birthday", reference="b", moment_of=lambda _m: at,
            recorded_at=at, book=books.get_book(), is_historic=False,
        )  # fmt: skip

    def test_by_hand_neither_count_nor_last_for_ever(self, ada: Member):
        marie = appoint(Role.CUSTOMER_CARE)

        adjusting.adjust(
            member=ada, wallet="points", points=10, reason="goodwill", requested_by=marie,
            key="a", at=LEAP_DAY,
        )  # fmt: skip

        assert sleeps(ada) == ITS_YEAR_ENDS


class TestAHousehold:
    def test_is_kept_by_whoever_buys(self, ada: Member):
        homes.allow()
        bob = homes.enrol("Bob")
        buy(ada, "80.00", "a", at=LEAP_DAY)
        home = homes.settle(ada, bob, at=LEAP_DAY)
        shared = Account.objects.get(holder=home.holder_id)
        assert shared.inactive_at == ITS_YEAR_ENDS

        buy(bob, "20.00", "b", at=LEAP_DAY + timedelta(days=100))

        end = datetime(2029, 6, 8, 22, tzinfo=UTC)
        shared.refresh_from_db()
        assert shared.inactive_at == end
        housing.leave(member=ada, at=LEAP_DAY + timedelta(days=101))
        assert (sleeps(ada), points_of(ada, at=ITS_YEAR_ENDS)) == (end, 80)


class TestAnImport:
    def test_of_old_purchases_lives_through_them_in_order(
        self, programme: Programme, write: Writer
    ):
        path = write(
            "member,date,amount\n"
            "m1,2024-03-01,80\nm1,2024-12-01,0.50\nm1,2025-11-01,20\n"
            "m2,2024-03-01,80\nm2,2025-04-01,20\n"
        )

        purchases.bring_in(path=path, at=NOON)

        one, two = Member.objects.order_by("pk")
        # What was too small to give points kept the others of the first, and of nobody else.
        assert (points_of(one, at=NOON), points_of(two, at=NOON)) == (100, 20)
        assert sleeps(one) == datetime(2026, 11, 1, 23, tzinfo=UTC)
        assert sleeps(two) == datetime(2026, 4, 1, 22, tzinfo=UTC)
        lost = Entry.objects.get(kind="EXPIRE")
        assert (lost.points, lost.occurred_at) == (-80, datetime(2025, 3, 1, 23, tzinfo=UTC))


class TestTheNight:
    def test_books_the_loss_on_the_day_of_which_it_is_the_end(self, ada: Member):
        buy(ada, "80.00", "leap", at=LEAP_DAY)
        morning = ITS_YEAR_ENDS + timedelta(hours=4)
        facts.refresh(at=morning)
        before = lost_on("2029-02-28", at=morning)

        night.run(day=day("2029-02-28"), at=morning)

        assert Entry.objects.get(kind="EXPIRE").occurred_at == ITS_YEAR_ENDS
        assert before == lost_on("2029-02-28", at=morning) == (80, 0)
        assert lost_on("2029-02-27", at=morning) == (0, 80)
        assert balances.get_totals(at=ITS_YEAR_ENDS).expired == 80


def lost_on(on: str, *, at: datetime) -> tuple[int, int]:
    """Return how many points were lost on a day, and how many there were when it ended."""
    scope = get_scope(period=Period(day(on), day(on)), at=at)
    flow = points.get_roll_forward(scope)
    return flow.lines[Flow.EXPIRED], flow.closing
