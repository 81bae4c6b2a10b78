"""What staff do with rewards at the desk, through the same capabilities as tills."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from loyalty.identity.models import User
from members import vouchering
from members.models import Member
from rewards import redeeming, stocking
from rewards.models import Redemption, Reward
from tests.conftest import NOON
from tests.rewards.conftest import points_of

REDEMPTIONS = "/desk/rewards/redemption/"


def browser_of(*permissions: str, is_superuser: bool = False) -> Client:
    user = User.objects.create_user("staff@example.test", is_staff=True, is_superuser=is_superuser)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def desk(db: None) -> Client:
    return browser_of(is_superuser=True)


@pytest.fixture
def redemption(ada: Member, coffee: Reward) -> Redemption:
    return redeeming.redeem(member=ada, reward=coffee, key="a", at=NOON)


def form_of(reward: Reward, **changed: object) -> dict[str, object]:
    form = {
        "kind": reward.kind,
        "name_fr": reward.name_fr,
        "name_en": reward.name_en,
        "wallet": reward.wallet_id,
        "cost": reward.cost,
        "voucher_days": reward.voucher_days,
        "is_active": "on",
    }
    return form | changed


def cancel(client: Client, *chosen: Redemption) -> str:
    asked = {
        "action": "cancel_redemptions",
        "_selected_action": [redemption.pk for redemption in chosen],
    }
    answer = client.post(REDEMPTIONS, asked, follow=True, headers={"accept-language": "en"})
    return " ".join(str(message) for message in answer.context["messages"])


class TestRewards:
    def test_is_offered_with_its_stock_and_its_worth(self, desk: Client, coffee: Reward):
        form = form_of(coffee, name_fr="Thé", name_en="Tea", pieces=12, value_cents="3.50")

        desk.post("/desk/rewards/reward/add/", form)

        tea = Reward.objects.get(name_en="Tea")
        assert (tea.stock, tea.value_cents) == (12, 350)
        assert tea.public_id.startswith("rew_")

    def test_gets_pieces_without_forgetting_what_was_sold_meanwhile(
        self, desk: Client, coffee: Reward
    ):
        form = form_of(coffee, cost=250, pieces=10)
        stocking.take_one(coffee)

        desk.post(f"/desk/rewards/reward/{coffee.pk}/change/", form)

        coffee.refresh_from_db()
        assert (coffee.cost, coffee.stock) == (250, 12)

    def test_is_renamed_without_touching_the_stock(self, desk: Client, coffee: Reward):
        form = form_of(coffee, name_en="Espresso")
        stocking.take_one(coffee)

        desk.post(f"/desk/rewards/reward/{coffee.pk}/change/", form)

        coffee.refresh_from_db()
        assert (coffee.name_en, coffee.stock) == ("Espresso", 2)

    def test_loses_its_limit_when_asked(self, desk: Client, coffee: Reward):
        form = form_of(coffee, has_no_limit="on")

        desk.post(f"/desk/rewards/reward/{coffee.pk}/change/", form)

        coffee.refresh_from_db()
        assert coffee.stock is None

    @pytest.mark.parametrize("wrong", [{"pieces": -4}, {"pieces": 1, "has_no_limit": "on"}])
    def test_refuses_what_cannot_be(self, desk: Client, coffee: Reward, wrong: dict):
        answer = desk.post(
            f"/desk/rewards/reward/{coffee.pk}/change/", form_of(coffee, cost=999, **wrong)
        )

        assert answer.status_code == 200
        assert "pieces" in answer.context["adminform"].form.errors
        coffee.refresh_from_db()
        assert (coffee.cost, coffee.stock) == (200, 3)


class TestRedemptions:
    def test_are_cancelled_with_their_points_given_back(
        self, desk: Client, ada: Member, redemption: Redemption
    ):
        said = cancel(desk, redemption)

        redemption.refresh_from_db()
        assert said == "1 redemption cancelled."
        assert points_of(ada) == 500
        assert redemption.cancelled_by.startswith("user:")

    def test_say_which_could_not_be_cancelled_and_why(
        self, desk: Client, ada: Member, coffee: Reward, redemption: Redemption
    ):
        other = redeeming.redeem(member=ada, reward=coffee, key="b", at=NOON)
        vouchering.use(code=redemption.voucher.code, at=NOON)

        said = cancel(desk, redemption, other)

        assert f"{redemption.public_id}: This voucher has been used." in said
        assert "1 redemption cancelled." in said
        assert points_of(ada) == 300

    def test_are_only_looked_at_by_those_who_may_not_change_them(
        self, ada: Member, redemption: Redemption
    ):
        cancel(browser_of("view_redemption"), redemption)

        redemption.refresh_from_db()
        assert redemption.cancelled_at is None
        assert points_of(ada) == 300

    def test_are_found_by_id_member_or_voucher(self, desk: Client, redemption: Redemption):
        for asked in (redemption.public_id, "mem_ada", redemption.voucher.spelled.lower()):
            found = desk.get(REDEMPTIONS, {"q": asked}).context["cl"].queryset
            assert list(found) == [redemption]
        assert desk.get(REDEMPTIONS, {"q": "mem_bob"}).context["cl"].queryset.count() == 0

    def test_lead_to_their_voucher(self, desk: Client, redemption: Redemption):
        page = desk.get(f"{REDEMPTIONS}{redemption.pk}/change/").content.decode()

        assert f"/desk/members/voucher/{redemption.voucher_id}/change/" in page
