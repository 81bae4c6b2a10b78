"""What purchases say of a member: at the desk, and to themselves."""

import pytest
from django.test import Client
from django.utils import translation

from analytics import facts
from analytics.segments import defining, scoring
from loyalty.dossier import writing
from loyalty.identity.roles import Role
from members import enrolling, purchasing
from members.models import Member
from tests.analytics.builders import foresee
from tests.conftest import NOON
from tests.desk.conftest import SignIn
from tests.desk.reading import words_of
from tests.members.builders import sale

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture
def ada(shop: None) -> Member:
    """A member who bought for 20.00, of whom 123.00 is expected."""
    ada = enrolling.enrol(at=NOON, email="ada@shop.test")
    purchasing.record(sale=sale(ada), key="a", at=NOON)
    facts.refresh(at=NOON)
    scoring.keep(at=NOON)
    defining.add_standard(at=NOON)
    foresee([(ada, 12_300)], on=NOON.date())
    return ada


def profile_of(client: Client, member: Member) -> str:
    page = words_of(client, f"/desk/members/member/{member.pk}/change/")
    return page.partition("What their purchases say ")[2].partition(" Movements")[0]


class TestTheDesk:
    def test_tells_scores_segments_and_what_is_expected(self, ada, sign_in: SignIn):
        told = profile_of(sign_in(Role.MARKETING), ada)

        assert told.startswith("RFM scores 111 · lost Probability of still being a customer 50%")
        assert "Revenue expected in 12 months €123.00 Last fit 10 March 2026" in told
        assert "Segments Lost" in told

    def test_says_what_is_not_available(self, shop, sign_in: SignIn):
        new = enrolling.enrol(at=NOON, email="new@shop.test")

        told = profile_of(sign_in(Role.MARKETING), new)

        assert told.startswith("RFM scores not available Probability")
        assert "Last fit none yet Segments In none now." in told

    def test_tells_segments_alone_to_who_sees_no_figures(self, ada, sign_in: SignIn):
        assert profile_of(sign_in(Role.CUSTOMER_CARE), ada).startswith("Segments Lost")


class TestTheDossier:
    def test_tells_members_what_is_worked_out_of_them(self, ada):
        new = enrolling.enrol(at=NOON, email="new@shop.test")
        with translation.override("en"):
            of_ada, of_new = (writing.gather(member=one, at=NOON) for one in (ada, new))

        [told], [silent] = (
            [section for section in one.sections if section.code == "profile"]
            for one in (of_ada, of_new)
        )
        assert dict(zip(told.codes, map(str, told.rows[0]), strict=True)) == {
            "recency": "1", "frequency": "1", "monetary": "1", "name": "lost", "alive": "0.5000",
            "expected_days": "1.0000", "expected": "123.00", "as_of": "2026-03-10",
        }  # fmt: skip
        assert silent.rows == []
