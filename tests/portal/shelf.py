"""Ada, signed in, with 540 points and a catalogue in every state."""

from datetime import datetime, timedelta

from django.db import transaction
from django.test import Client

from loyalty.identity.models import User
from loyalty.ledger import posting
from loyalty.ledger.models import Wallet
from loyalty.ledger.planning import Grant
from loyalty.programmes import revising
from loyalty.programmes.models import Tier, WalletPolicy
from members import enrolling
from members.models import Member
from rewards.models import Reward, RewardCategory, RewardPrice
from tests.conftest import NOON
from tests.pages.conftest import add_reward, set_up

DAY = timedelta(days=1)
LONG = "Anticonstitutionnellement" * 3


def enrol_ada(*, points: int = 540, at: datetime = NOON) -> Member:
    """Enrol Ada with points that are good for a year, and a user to sign in with."""
    set_up(at=at - 400 * DAY)
    ada = enrolling.enrol(at=at - 10 * DAY, first_name="Ada", email="ada@example.test")
    ada.user = User.objects.create_user("ada@example.test", language="en")
    ada.save()
    if points:
        give(ada, points, at=at)
    return ada


@transaction.atomic
def give(member: Member, points: int, *, wallet: str = "points", at: datetime = NOON) -> None:
    account = posting.lock(member.holder_id, wallets=[wallet])[wallet]
    grant = Grant(wallet, points, at, at + 365 * DAY)
    posting.earn(
        account=account, grants=[grant], reference=wallet, key=f"{wallet}-{points}", at=at
    )


def fill_catalogue(at: datetime = NOON) -> None:
    """Put a reward in each state on the shelf, in two categories and without one."""
    cafe = RewardCategory.objects.create(code="cafe", name_fr="Au café", name_en="Café", place=1)
    home = RewardCategory.objects.create(code="home", name_fr="À la maison", name_en="Home")
    gold = Tier.objects.get(code="gold")
    stamps = Wallet.objects.create(code="stamps")
    WalletPolicy.objects.create(wallet=stamps, name_fr="Tampons", name_en="Stamps")
    revising.touch()
    add_reward(1, "Un café offert", "A coffee on the house", 200, category=cafe, stock=3)
    add_reward(2, "Boîte de sablés", "A tin of shortbread", 800, category=home)
    add_reward(3, "Atelier", "Workshop", 300, minimum_tier=gold, category=cafe)
    add_reward(4, "Panier", "Hamper", 100, stock=0, category=home)
    add_reward(5, "Thé d'avril", "April tea", 60, appears_at=at, starts_at=at + 22 * DAY)
    add_reward(6, "Brunch", "Brunch", 5_000)
    add_reward(7, LONG[:80], LONG[:80], 90, limit_count=1, limit_days=30)
    both = add_reward(8, "Goûter", "Tea time", 150)
    RewardPrice.objects.create(reward=both, wallet=stamps, cost=4)
    add_reward(9, "Fini", "Finished", 20, ends_at=at, disappears_at=at + 9 * DAY)
    add_reward(10, "Caché", "Hidden", 20, disappears_at=at)


def browser_of(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def reward(number: int) -> Reward:
    return Reward.objects.get(public_id=f"rew_{number}")
