from datetime import date, timedelta

import pytest

from loyalty.core.refusals import ValidationFailed
from loyalty.events.models import OutboxEvent
from loyalty.identity import permitting
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.programmes.models import Tier
from members import blocking, closing, giving, owning, purchasing, standing
from members.models import Member, MemberNote, TierChange
from tests.conftest import NOON
from tests.members.builders import sale
from tests.members.staff import appoint

DAY = timedelta(days=1)
JUNE = date(2026, 6, 30)


@pytest.fixture
def marie(programme) -> User:
    """Somebody of the staff who looks after members."""
    return appoint(Role.CUSTOMER_CARE, "marie")


def give(member: Member, by: User, code: str = "gold", **told: object) -> Member:
    said = {"until": JUNE, "reason": "match", "at": NOON, **told}
    return giving.give(member=member, tier=Tier.objects.get(code=code), by=by, **said)


def buy(member: Member, euros: str, *, at) -> None:
    purchasing.record(sale=sale(member, euros, occurred_at=at), key=f"{at}", at=at)


def held(member: Member, *, at) -> tuple[str, date | None]:
    now = standing.get_standing(member=Member.objects.get(pk=member.pk), at=at)
    return (now.tier.code if now.tier else "", now.until)


def rows(member: Member) -> list[tuple[str | None, str | None, str, str, str]]:
    changes = TierChange.objects.filter(member=member).order_by("pk")
    return [
        (
            row.from_tier.code if row.from_tier else None,
            row.to_tier.code if row.to_tier else None,
            row.reason,
            row.cause,
            row.actor,
        )
        for row in changes
    ][1:]


class TestAGivenTier:
    def test_holds_until_its_end_and_is_told_with_who_and_why(self, ada: Member, marie: User):
        give(ada, marie, note="Gold at the airline")

        assert held(ada, at=NOON) == ("gold", JUNE)
        assert held(ada, at=NOON + 112 * DAY) == ("gold", JUNE)
        assert held(ada, at=NOON + 113 * DAY) == ("member", None)
        assert rows(ada) == [("member", "gold", "given", "match", f"user:{marie.pk}")]
        assert MemberNote.objects.get().text == "Gold at the airline"
        assert OutboxEvent.objects.filter(name="tier.changed").latest("pk").payload["to"] == "gold"

    def test_is_a_floor_and_no_ceiling(self, ada: Member, marie: User):
        give(ada, marie, "silver")

        buy(ada, "260.00", at=NOON + DAY)

        assert held(ada, at=NOON + DAY) == ("gold", date(2027, 3, 11))

    def test_leaves_what_was_earned_beneath_as_it_was(self, ada: Member, marie: User):
        buy(ada, "120.00", at=NOON)
        give(ada, marie)

        assert held(ada, at=NOON + 112 * DAY) == ("gold", JUNE)
        assert standing.review_due(day=JUNE) == 1
        assert held(ada, at=NOON + 113 * DAY) == ("silver", date(2027, 3, 10))
        assert rows(ada)[-1] == ("gold", "silver", "given-over", "", "")

    def test_lets_a_tier_be_earned_beneath(self, ada: Member, marie: User):
        give(ada, marie)
        before = OutboxEvent.objects.filter(name="tier.changed").count()

        buy(ada, "120.00", at=NOON + DAY)

        assert held(ada, at=NOON + DAY) == ("gold", JUNE)
        assert OutboxEvent.objects.filter(name="tier.changed").count() == before
        assert held(ada, at=NOON + 113 * DAY) == ("silver", date(2027, 3, 11))

    def test_locks_what_they_hold(self, ada: Member, marie: User):
        buy(ada, "120.00", at=NOON)

        give(ada, marie, "silver", until=date(2028, 1, 31))

        assert held(ada, at=NOON + 400 * DAY) == ("silver", date(2028, 1, 31))

    def test_given_again_changes_nothing(self, ada: Member, marie: User):
        give(ada, marie)
        give(ada, marie)

        assert len(rows(ada)) == 1

    def test_is_known_of_the_past(self, ada: Member, marie: User):
        give(ada, marie)
        giving.withdraw(member=ada, by=marie, at=NOON + 2 * DAY)

        assert held(ada, at=NOON + DAY) == ("gold", JUNE)
        assert held(ada, at=NOON - DAY) == ("member", None)

    def test_gives_the_multiplier_of_the_tier(self, ada: Member, marie: User):
        Tier.objects.filter(code="gold").update(multiplier=2)
        give(ada, marie)

        buy(ada, "10.00", at=NOON + DAY)

        assert ada.purchases.get().tier.code == "gold"


class TestWithdraw:
    def test_lets_what_was_earned_hold(self, ada: Member, marie: User):
        buy(ada, "120.00", at=NOON)
        give(ada, marie)

        giving.withdraw(member=ada, by=marie, at=NOON + DAY)

        assert held(ada, at=NOON + DAY) == ("silver", date(2027, 3, 10))
        assert rows(ada)[-1] == ("gold", "silver", "withdrawn", "", f"user:{marie.pk}")

    def test_refuses_where_nothing_was_given(self, ada: Member, marie: User):
        with pytest.raises(giving.NothingGiven):
            giving.withdraw(member=ada, by=marie, at=NOON)

        assert rows(ada) == []


class TestRefusals:
    @pytest.mark.parametrize(
        ("told", "pointer"),
        [
            ({"until": date(2026, 3, 9)}, "/until"),
            ({"until": date(2036, 3, 11)}, "/until"),
            ({"reason": "because"}, "/reason"),
            ({"reason": "other"}, "/note"),
        ],
    )
    def test_of_what_is_said_wrong(self, ada: Member, marie: User, told, pointer: str):
        with pytest.raises(ValidationFailed) as refused:
            give(ada, marie, **told)

        assert [error.pointer for error in refused.value.errors] == [pointer]
        assert rows(ada) == []

    def test_of_whoever_may_not(self, ada: Member, programme):
        with pytest.raises(permitting.NotPermitted):
            give(ada, appoint(Role.CASHIER, "tom"))

        assert rows(ada) == []

    def test_of_ones_own_card(self, ada: Member, marie: User):
        Member.objects.filter(pk=ada.pk).update(email="marie+shop@staff.example")

        with pytest.raises(owning.OwnCard):
            give(ada, marie)

        assert rows(ada) == []

    def test_of_who_has_left(self, ada: Member, marie: User):
        closing.close(member=ada, key="bye", at=NOON)

        with pytest.raises(blocking.MemberClosed):
            give(ada, marie, at=NOON + DAY)
