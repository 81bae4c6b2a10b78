"""Lost members at the desk: who, since when, worth what; why, and how they came back."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from analytics import facts, losing
from analytics.models import Competitor, Loss, LossReason, MemberFact
from analytics.segments import defining
from loyalty.identity.models import Approval, User
from loyalty.identity.roles import Role
from loyalty.programmes.models import Segment, Store, StoreAssignment
from members import consenting, enrolling
from members.consenting import Said
from members.models import ConsentChannel, ConsentPurpose, Export, Member, SegmentStay
from tests.analytics.builders import Sold, foresee, sell
from tests.conftest import NOON
from tests.desk.conftest import SignIn
from tests.desk.entering import prove
from tests.desk.reading import queries_of, statements_about, words_of
from tests.members.staff import appoint

PAGE = "/desk/lost/"
AGREED = Said(
    channel=ConsentChannel.EMAIL,
    purpose=ConsentPurpose.MARKETING,
    is_given=True,
    text_version="v1",
)

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def care(sign_in: SignIn) -> Client:
    return sign_in(Role.CUSTOMER_CARE)


def lost(name: str, *, days: int, cents: int, store: Store | None = None) -> Member:
    """Enrol somebody who bought once, so many days ago."""
    long_ago = NOON - timedelta(days=900)
    member = enrolling.enrol(
        at=long_ago, first_name=name, last_name="Lost", email=f"{name}@shop.test", store=store
    )
    sell([Sold(member, NOON.date() - timedelta(days=days), cents, store=store)])
    return member


@pytest.fixture
def people(shop: None) -> dict[str, Member]:
    found = {
        "Ada": lost("Ada", days=200, cents=30_000),
        "Bea": lost("Bea", days=400, cents=5_000),
        "Cid": lost("Cid", days=180, cents=90_000),
    }
    facts.refresh(at=NOON)
    return found


def told(member: Member, **said: object) -> Loss:
    by = User.objects.filter(is_staff=True).first() or appoint(Role.MARKETING)
    return losing.record(member=member, reason=LossReason.PRICE, by=by, at=NOON, **said)  # type: ignore[arg-type]


class TestTheList:
    def test_says_who_since_when_worth_what_and_what_is_foreseen(self, people, care):
        foresee([(people["Ada"], 1_234)], on=NOON.date())
        told(people["Bea"], competitor="Le Port")

        page = words_of(care, PAGE)

        assert "2 lost members" in page
        assert "Ada Lost Member 22 Aug 2025 200 days ago €300.00 €12.34 50% Say why : Ada" in page
        assert (
            "Bea Lost Member 3 Feb 2025 400 days ago €50.00 – – prices : Bea Lost Le Port" in page
        )
        assert "Cid" not in page

    def test_puts_first_who_was_worth_most_or_is_away_longest(self, people, care):
        by_worth, by_time = words_of(care, PAGE), words_of(care, f"{PAGE}?order=longest")

        assert by_worth.index("Ada Lost") < by_worth.index("Bea Lost")
        assert by_time.index("Bea Lost") < by_time.index("Ada Lost")

    def test_is_narrowed_by_what_is_known_worth_and_store(self, people, care):
        nice = Store.objects.create(code="nice", name="Nice")
        lost("Dee", days=300, cents=100, store=nice)
        facts.refresh(at=NOON)
        told(people["Bea"])

        assert "1 lost member " in words_of(care, f"{PAGE}?told=told")
        assert "2 lost members" in words_of(care, f"{PAGE}?told=untold")
        assert "1 lost member " in words_of(care, f"{PAGE}?least=300")
        assert "1 lost member " in words_of(care, f"{PAGE}?store=nice")
        assert "0 lost members" in words_of(care, f"{PAGE}?tier=gold")
        assert "3 lost members" in words_of(care, f"{PAGE}?least=x&after=9&store=none")
        assert "3 lost members" in words_of(care, f"{PAGE}?after=1_-{9**30}")

    def test_goes_on_after_the_last_of_a_page(self, people, care, monkeypatch):
        monkeypatch.setattr("loyalty.desk.lost.listing.SIZE", 1)

        for order in ("worth", "longest"):
            first = care.get(f"{PAGE}?order={order}")
            following = first.context["page"].next_query
            second = care.get(f"{PAGE}?{following}")
            rows = [*first.context["page"].rows, *second.context["page"].rows]
            assert [row.member.first_name for row in rows] == sorted(
                ("Ada", "Bea"), reverse=order == "longest"
            )
            assert second.context["page"].next_query == ""

    def test_costs_as_many_statements_for_one_as_for_many(self, people, care):
        care.get(PAGE)
        told(people["Bea"])
        few = queries_of(care, PAGE)
        for number in range(4):
            told(lost(f"m{number}", days=300, cents=700))
        facts.refresh(at=NOON)

        assert queries_of(care, PAGE) == few
        assert few <= 16
        assert statements_about("members_purchase", care, PAGE) == []

    def test_shows_a_manager_those_of_their_stores(self, people, sign_in):
        nice = Store.objects.create(code="nice", name="Nice")
        mine = lost("Dee", days=300, cents=100, store=nice)
        facts.refresh(at=NOON)
        manager = sign_in(Role.STORE_MANAGER)
        user = User.objects.get(email="store_manager@example.test")
        StoreAssignment.objects.create(user=user, store=nice)

        page = words_of(manager, PAGE)

        assert "1 lost member " in page
        assert "who enrolled or ever bought in your stores and no longer buy in any store" in page
        assert "Dee Lost" in page
        assert manager.get(f"{PAGE}{mine.pk}/").status_code == 200
        assert manager.get(f"{PAGE}{people['Ada'].pk}/").status_code == 404


class TestTelling:
    def test_keeps_the_reason_and_a_competitor_not_heard_of_before(self, people, care):
        url = f"{PAGE}{people['Ada'].pk}/"

        care.post(url, {"reason": "COMPETITOR", "competitor": "Le Port", "note": "Rang."})

        page = words_of(care, url)
        assert "Drawn away by a competitor · Le Port Rang." in page
        assert "Did you learn something else?" in page
        assert Competitor.objects.get().name == "Le Port"

    def test_of_somebody_whom_a_colleague_told_of_meanwhile_says_so(self, people, care):
        url = f"{PAGE}{people['Ada'].pk}/"
        told(people["Ada"])

        page = care.post(url, {"reason": "MOVED", "instead_of": ""}).content.decode()

        assert "Somebody has just written down another reason." in page
        assert Loss.objects.get().reason == "PRICE"

    def test_asks_for_a_reason(self, people, care):
        page = care.post(f"{PAGE}{people['Ada'].pk}/", {"reason": ""}).content.decode()

        assert "This field is required." in page
        assert Loss.objects.exists() is False

    def test_is_not_offered_of_who_has_bought_lately(self, people, care):
        page = words_of(care, f"{PAGE}{people['Cid'].pk}/")

        assert "there is no loss to explain" in page


class TestWhoCameBack:
    def test_is_asked_about_once(self, people, care, clock):
        loss = told(people["Ada"])
        clock.shift(timedelta(days=2))
        sell([Sold(people["Ada"], NOON.date() + timedelta(days=1), 900)])
        losing.notice(at=NOON)
        assert "Ada Lost 11 March 2026 prices" in words_of(care, PAGE)

        care.post(f"{PAGE}back/{loss.pk}/", {"way": "OFFER"})

        assert Loss.objects.get().won_back_by == "OFFER"
        assert "They bought again" not in words_of(care, PAGE)
        care.post(f"{PAGE}back/{loss.pk}/", {"way": "ALONE"}, follow=True)
        assert Loss.objects.get().won_back_by == "OFFER"


class TestASegmentToWinThemBack:
    URL = f"{PAGE}segment/"

    def test_takes_whom_the_filters_leave_and_lets_nobody_go(self, people, sign_in):
        marketing = sign_in(Role.MARKETING)
        segment = Segment.objects.create(code="back", name_fr="Retour", name_en="Come back")
        assert "Add all of them to a segment" in words_of(marketing, PAGE)

        marketing.post(f"{self.URL}?least=300", {"segment": "back"})
        marketing.post(f"{self.URL}?least=300", {"segment": "back"})
        first = set(SegmentStay.objects.values_list("member_id", flat=True))
        marketing.post(self.URL, {"segment": "back"})

        assert first == {people["Ada"].pk}
        stays = SegmentStay.objects.filter(segment=segment, until_at=None)
        assert set(stays.values_list("member_id", flat=True)) == {
            people["Ada"].pk,
            people["Bea"].pk,
        }

    def test_is_one_that_is_kept_by_hand(self, people, sign_in):
        segment = Segment.objects.create(code="rich", name_fr="Riches", name_en="Rich")
        said = {"match": "all", "conditions": [{"fact": "points", "from": 1}]}
        defining.define(segment=segment, said=said, at=NOON)
        by = appoint(Role.MARKETING)

        sign_in(Role.MARKETING).post(self.URL, {"segment": "rich"})
        with pytest.raises(losing.SegmentComputed):
            losing.gather(segment=segment, members=Member.objects.all(), by=by, at=NOON)

        assert SegmentStay.objects.exists() is False

    def test_takes_nobody_where_one_of_them_is_who_asks(self, people, sign_in):
        marketing = sign_in(Role.MARKETING)
        Segment.objects.create(code="back", name_fr="Retour", name_en="Come back")
        Member.objects.filter(pk=people["Bea"].pk).update(email="marketing+shop@example.test")

        answer = marketing.post(self.URL, {"segment": "back"}, follow=True)
        others = marketing.post(f"{self.URL}?least=300", {"segment": "back"}, follow=True)

        assert [str(one) for one in answer.context["messages"]] == [
            "This is your own card: ask a colleague."
        ]
        assert [str(one) for one in others.context["messages"]] == ["1 member joined the segment."]
        stays = SegmentStay.objects.values_list("member_id", "since_at", "until_at")
        assert list(stays) == [(people["Ada"].pk, NOON, None)]

    def test_takes_as_many_statements_for_one_as_for_many(self, people, sign_in):
        marketing = sign_in(Role.MARKETING)
        Segment.objects.create(code="back", name_fr="Retour", name_en="Come back")

        def take(query: str) -> int:
            with CaptureQueriesContext(connection) as asked:
                marketing.post(f"{self.URL}{query}", {"segment": "back"})
            return len(asked)

        take("?least=900")
        few = take("?least=300")
        for number in range(4):
            lost(f"m{number}", days=300, cents=700)
        facts.refresh(at=NOON)

        assert take("") == few
        assert SegmentStay.objects.count() == 6

    def test_is_not_for_who_may_not_change_segments(self, people, care):
        assert care.post(self.URL, {"segment": "back"}).status_code == 403


class TestNothing:
    def test_lost_is_said_calmly(self, care):
        assert MemberFact.objects.exists() is False
        assert "Nobody is lost at the moment." in words_of(care, PAGE)
        assert "Nobody here fits these filters." in words_of(care, f"{PAGE}?least=5")


def reading(answer: Any) -> str:
    """Return what an answer says, whether it comes whole or in pieces."""
    return (b"".join(answer) if answer.streaming else answer.content).decode()


class TestTheListToWinThemBack:
    def take(self, client: Client, **said: str) -> str:
        prove(client)
        asked = {"file_format": "csv", "has_codes": "on"} | said
        answer = client.post("/desk/exports/?what=lost", asked)
        return reading(answer)

    def test_holds_who_is_lost_and_agreed_alone(self, people, care):
        for name in ("Ada", "Cid"):
            consenting.say(member=people[name], said=AGREED, at=NOON)

        rows = self.take(care, channel="EMAIL").splitlines()

        assert [",Ada,Lost," in row for row in rows[1:]] == [True]
        assert rows[0].endswith("last_on,revenue,reason")
        assert rows[1].endswith("2025-08-22,300.00,")
        assert Export.objects.get().kind == "lost"

    def test_is_not_given_without_a_way_to_write_to_them(self, people, care):
        page = self.take(care)

        assert "This field is required." in page
        assert Export.objects.exists() is False

    def test_of_more_than_one_may_take_alone_waits(self, people, care, settings):
        settings.EXPORT_MEMBERS_ALONE = 0
        consenting.say(member=people["Ada"], said=AGREED, at=NOON)

        self.take(care, channel="EMAIL")

        assert Approval.objects.get().payload["rows"] == 1
        assert Export.objects.exists() is False
