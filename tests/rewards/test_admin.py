"""What staff do with rewards at the desk, through the same capabilities as tills."""

import io

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from simple_history.signals import post_create_historical_record

from loyalty.identity.models import User
from loyalty.ledger.models import Wallet
from members import vouchering
from members.models import Member, Voucher
from rewards import redeeming, stocking
from rewards.models import Picture, Redemption, Reward, RewardPrice
from tests.conftest import NOON
from tests.rewards.conftest import points_of

REDEMPTIONS = "/desk/rewards/redemption/"


def browser_of(*permissions: str, is_superuser: bool = False) -> Client:
    user = User.objects.create_user(
        "staff@example.test", is_staff=True, is_superuser=is_superuser, language="en"
    )
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
        "extra_prices-TOTAL_FORMS": 0,
        "extra_prices-INITIAL_FORMS": 0,
    }
    return form | changed


def upload(content: bytes | None = None) -> SimpleUploadedFile:
    """Return a file as a browser sends it: a picture, unless it holds something else."""
    if content is None:
        drawn = io.BytesIO()
        Image.new("RGB", (64, 40), (180, 90, 20)).save(drawn, "PNG")
        content = drawn.getvalue()
    return SimpleUploadedFile("cup.png", content, content_type="image/png")


def cancel(client: Client, *chosen: Redemption, reason: str = "") -> str:
    asked = {
        "reason": reason,
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

    def test_says_so_when_members_took_meanwhile_what_was_to_be_taken_out(
        self, desk: Client, coffee: Reward
    ):
        def sell(**_signal: object) -> None:
            stocking.take_one(coffee)

        post_create_historical_record.connect(sell, sender=coffee.history.model)
        try:
            answer = desk.post(
                f"/desk/rewards/reward/{coffee.pk}/change/",
                form_of(coffee, cost=250, pieces=-3),
                follow=True,
                headers={"accept-language": "en"},
            )
        finally:
            post_create_historical_record.disconnect(sell, sender=coffee.history.model)

        said = [str(message) for message in answer.context["messages"]]
        assert said == ["There are fewer than that left."]
        coffee.refresh_from_db()
        assert (coffee.cost, coffee.stock) == (200, 3)

    def test_is_renamed_without_touching_the_stock(self, desk: Client, coffee: Reward):
        form = form_of(coffee, name_en="Espresso")
        stocking.take_one(coffee)

        desk.post(f"/desk/rewards/reward/{coffee.pk}/change/", form)

        coffee.refresh_from_db()
        assert (coffee.name_en, coffee.stock) == ("Espresso", 2)

    def test_gets_a_picture_that_is_made_anew_and_loses_it_again(
        self, desk: Client, coffee: Reward
    ):
        url = f"/desk/rewards/reward/{coffee.pk}/change/"
        desk.post(url, form_of(coffee, new_picture=upload(), picture_alt_en="A cup"))

        coffee.refresh_from_db()
        page = desk.get(url).content.decode()
        assert f'<img src="/pictures/{coffee.picture_id}.webp" alt="A cup"' in page
        served = Client().get(f"/pictures/{coffee.picture_id}.webp")
        assert served.content[:4] == b"RIFF"
        desk.post(url, form_of(coffee, has_no_picture="on"))
        coffee.refresh_from_db()
        assert coffee.picture_id is None
        # What the history shows is still there.
        assert Picture.objects.count() == 1

    @pytest.mark.parametrize("content", [b"", b"<script>alert(1)</script>"])
    def test_refuses_a_file_that_is_no_picture(self, desk: Client, coffee: Reward, content: bytes):
        answer = desk.post(
            f"/desk/rewards/reward/{coffee.pk}/change/",
            form_of(coffee, cost=999, new_picture=upload(content)),
        )

        assert "new_picture" in answer.context["adminform"].form.errors
        coffee.refresh_from_db()
        assert (coffee.cost, coffee.picture_id) == (200, None)

    def test_gets_prices_in_other_wallets_but_not_twice_in_its_own(
        self, desk: Client, coffee: Reward
    ):
        stamps, url = (
            Wallet.objects.create(code="stamps"),
            f"/desk/rewards/reward/{coffee.pk}/change/",
        )
        row = {"extra_prices-TOTAL_FORMS": 1, "extra_prices-0-cost": 3}

        desk.post(url, form_of(coffee, **row, **{"extra_prices-0-wallet": coffee.wallet_id}))
        assert RewardPrice.objects.exists() is False
        desk.post(url, form_of(coffee, **row, **{"extra_prices-0-wallet": stamps.pk}))

        price = RewardPrice.objects.get()
        assert (price.wallet, price.cost, price.history.count()) == (stamps, 3, 1)

    def test_says_what_it_came_to_so_far_and_who_changed_what(
        self, desk: Client, ada: Member, coffee: Reward
    ):
        Reward.objects.update(value_cents=280)
        url = f"/desk/rewards/reward/{coffee.pk}/"
        for key in "ab":
            done = redeeming.redeem(member=ada, reward=coffee, key=key, at=NOON)
        redeeming.cancel(redemption=done, key="x", at=NOON)

        said = desk.get(f"{url}change/").content.decode()
        desk.post(f"{url}change/", form_of(coffee, cost=250, value_cents="2.80"))
        desk.post(f"{url}change/", form_of(coffee, cost=260, value_cents="2.80"))
        history = " ".join(desk.get(f"{url}history/").content.decode().split())

        assert "Redeemed: 1 (200 points, vouchers worth €2.80). Cancelled: 1." in said
        assert "250 → 260" in history
        assert "staff@example.test" in history

    def test_says_before_the_database_does_what_cannot_be(self, desk: Client, coffee: Reward):
        for wrong in (
            {"limit_days": 30},
            {
                "appears_at_0": "2026-03-11",
                "appears_at_1": "10:00",
                "disappears_at_0": "2026-03-10",
                "disappears_at_1": "10:00",
            },
        ):
            answer = desk.post(
                f"/desk/rewards/reward/{coffee.pk}/change/", form_of(coffee, **wrong)
            )
            assert answer.status_code == 200
            assert answer.context["adminform"].form.errors

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

    def test_whose_code_was_shown_ask_for_a_reason(
        self, desk: Client, ada: Member, redemption: Redemption
    ):
        Voucher.objects.update(printed="Cine-0001")

        assert "Choose a reason" in cancel(desk, redemption)
        assert points_of(ada) == 300
        assert cancel(desk, redemption, reason="complaint") == "1 redemption cancelled."

        redemption.refresh_from_db()
        assert (redemption.cancel_reason, points_of(ada)) == ("complaint", 500)

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
        spelled = redemption.voucher.spelled.lower()
        for asked in (redemption.public_id, "mem_ada", spelled, spelled[-5:]):
            found = desk.get(REDEMPTIONS, {"q": asked}).context["cl"].queryset
            assert list(found) == [redemption]
        assert desk.get(REDEMPTIONS, {"q": "mem_bob"}).context["cl"].queryset.count() == 0

    def test_lead_to_their_voucher(self, desk: Client, redemption: Redemption):
        page = desk.get(f"{REDEMPTIONS}{redemption.pk}/change/").content.decode()

        assert f"/desk/members/voucher/{redemption.voucher_id}/change/" in page
