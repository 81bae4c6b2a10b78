"""Points that are lost where nothing happens are told of, and what would keep them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from loyalty.events.models import Message
from loyalty.mailing import noticing
from loyalty.programmes import revising
from loyalty.programmes.models import WalletPolicy
from members import purchasing
from members.models import Member
from tests.conftest import NOON
from tests.mailing.conftest import Send, ends, give, make_member
from tests.mailing.test_letters import text_of
from tests.members.builders import sale

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
# A year before 31 March 2026.
LAST_YEAR = datetime(2025, 3, 31, 10, tzinfo=UTC)
FAR = NOON + 2_000 * DAY
# The night of 28 February ends when 1 March begins: 30 days are left.
NIGHT, MORNING = date(2026, 2, 28), datetime(2026, 2, 28, 23, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _sleepy(programme, settings) -> None:
    settings.SITE_URL = "https://club.example.org"
    WalletPolicy.objects.update(
        expiry_kind="NEVER", expiry_count=None, idle_months=12, idle_since=NOON - 800 * DAY
    )
    revising.touch()


@pytest.fixture
def bob(programme) -> Member:
    """He bought for 80 euros on 31 March of last year, and nothing since."""
    bob = make_member("bob@example.org", language="en", first_name="Bob")
    buy(bob, "80.00", at=LAST_YEAR)
    return bob


def buy(member: Member, euros: str, *, at: datetime) -> None:
    purchasing.record(sale=sale(member, euros, occurred_at=at), key=f"{euros}{at}", at=at)


def told() -> list[tuple[str, str]]:
    found = Message.objects.filter(kind__startswith="EXPIRY").order_by("pk")
    return [(message.kind, message.facts["day"]) for message in found]


class TestTheNight:
    @pytest.mark.parametrize(
        ("night", "kinds"),
        [
            (NIGHT - DAY, []),
            (NIGHT, [("EXPIRY_30", "2026-03-31")]),
            (date(2026, 3, 23), [("EXPIRY_7", "2026-03-31")]),
        ],
    )
    def test_tells_30_and_7_days_before_the_year_is_over(self, bob: Member, night: date, kinds):
        noticing.tell(day=night, at=datetime(night.year, night.month, night.day, 23, tzinfo=UTC))

        assert told() == kinds

    def test_tells_nobody_who_has_bought_since(self, bob: Member):
        buy(bob, "0.50", at=LAST_YEAR + 100 * DAY)

        assert noticing.tell(day=NIGHT, at=MORNING) == 0

    def test_goes_by_the_date_of_a_lot_that_ends_before(self, bob: Member):
        give(bob, 40, until=datetime(2026, 3, 20, 23, tzinfo=UTC), at=LAST_YEAR + DAY)

        noticing.tell(day=NIGHT, at=MORNING)

        assert told() == [("EXPIRY_30", "2026-03-20"), ("EXPIRY_30", "2026-03-31")]


class TestTheLetter:
    def test_says_what_would_keep_them(self, bob: Member, send: Send):
        noticing.tell(day=NIGHT, at=MORNING)

        (one,) = [one for one in send(at=MORNING + DAY / 2) if "expire" in one.subject]

        assert one.subject == "80 points expire on 31 March 2026"
        assert (
            "80 points to use by the end of 31 March 2026. After that it is too late.\n\n"
            "To keep those of 31 March 2026, one thing is enough by then: "
            "a purchase or using points.\n\n"
            "Your balance is 80 points."
        ) in text_of(one)

    def test_is_in_the_language_of_the_member(self, ada: Member, send: Send):
        buy(ada, "80.00", at=LAST_YEAR)
        noticing.tell(day=NIGHT, at=MORNING)

        (one,) = [one for one in send(at=MORNING + DAY / 2) if "expirent" in one.subject]

        assert (
            "Une seule chose suffit pour garder ceux du 31 mars 2026, si elle arrive d’ici là : "
            "un achat ou l’utilisation de points."
        ) in text_of(one).replace("\N{NO-BREAK SPACE}", " ")

    def test_promises_nothing_for_what_ends_anyway(self, bob: Member, send: Send):
        other = make_member("eve@example.org", language="en")
        give(other, 40, until=datetime(2026, 3, 31, 22, tzinfo=UTC), at=LAST_YEAR)
        Message.objects.all().delete()
        noticing.tell(day=NIGHT, at=MORNING)

        letters = {one.to[0]: text_of(one) for one in send(at=MORNING + DAY / 2)}

        assert "one thing is enough" in letters["bob@example.org"]
        assert "one thing is enough" not in letters["eve@example.org"]

    def test_does_not_go_out_once_something_has_happened(self, bob: Member, send: Send):
        noticing.tell(day=NIGHT, at=MORNING)
        buy(bob, "0.50", at=MORNING + DAY / 4)

        letters = send(at=MORNING + DAY / 2)

        assert [one.subject for one in letters if "expire" in one.subject] == []
        assert ("EXPIRY_30", "SKIPPED", "OVERTAKEN") in ends()
