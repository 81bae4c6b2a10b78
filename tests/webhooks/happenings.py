"""All that can happen to members, once each, by the doors' own calls."""

from dataclasses import replace
from datetime import timedelta

from django.db import transaction

from analytics import answering as surveying
from analytics.models import AnswerPlace
from loyalty.identity.roles import Role
from loyalty.ledger import posting
from loyalty.ledger.models import NEVER, Account, Entry
from loyalty.ledger.planning import AWAY, Grant, Wait
from loyalty.programmes.models import Programme, Store
from members import (
    answering,
    attaching,
    closing,
    correcting,
    enrolling,
    merging,
    opening,
    resolving,
    vouchering,
)
from members.models import CaseKind, Member
from rewards import redeeming
from rewards.models import Reward, RewardKind
from tests.analytics import opinions
from tests.conftest import NOON
from tests.members.bringing import LATER, bring, buy
from tests.members.builders import give_voucher
from tests.members.staff import appoint

DAY = timedelta(days=1)


def live(programme: Programme) -> Member:
    """Let Ada enrol, buy, show her card late, bring back, redeem and much more; nobody leaves."""
    ada = enrolling.enrol(
        at=NOON, first_name="Ada", last_name="Lovelace", email="ada@example.org",
        phone="+33612345678",
    )  # fmt: skip
    told = replace(correcting.identity_of(member=ada), first_name="Augusta")
    correcting.correct(member=ada, identity=told, at=NOON, actor="user:1")
    lyon = Store.objects.create(code="lyon", name="Lyon")
    bought = buy(ada, "120.00", store=lyon)
    bring(bought, amount_cents=2_000, at=NOON)
    _redeem(ada, programme)
    _reserve(ada)
    _adjust(ada)
    _owe(ada)
    vouchering.use(code=give_voucher(ada).code, at=NOON)
    _merge(ada)
    _complain(ada)
    _answer(ada, lyon)
    attaching.attach(purchase=buy(None, "10.00", key="nobody"), member=ada, key="a", at=NOON)
    return ada


def _answer(ada: Member, store: Store) -> None:
    """Let Ada be asked about a purchase, and answer with more than a score."""
    asked = opinions.ask(opinions.make_survey(), ada, at=NOON, store=store)
    said = "I am Ada Lovelace, ada@example.org."
    surveying.answer(invitation=asked, score=9, comment=said, place=AnswerPlace.LINK, at=NOON)


def end(programme: Programme, ada: Member) -> None:
    """Let what is left expire, and Ada leave."""
    _give(ada, 7, key="short", until=NOON + DAY)
    _wait_in_vain(ada)
    _settle(ada, at=NOON + 2 * DAY)
    give_voucher(ada, days=0)
    vouchering.expire_due(at=NOON + 2 * DAY, limit=10)
    closing.close(member=ada, key="bye", at=NOON + 3 * DAY)


def _redeem(ada: Member, programme: Programme) -> None:
    coffee = Reward.objects.create(
        public_id="rew_coffee", kind=RewardKind.VOUCHER, name_fr="Un café", name_en="A coffee",
        wallet=programme.spending_wallet, cost=20,
    )  # fmt: skip
    done = redeeming.redeem(member=ada, reward=coffee, key="one", at=NOON)
    redeeming.cancel(redemption=done, key="undone", at=NOON)


def _account(ada: Member) -> Account:
    return posting.lock(ada.holder_id)["points"]


@transaction.atomic
def _reserve(ada: Member) -> None:
    told = {"account": _account(ada), "points": 10, "lasts": DAY, "at": NOON}
    posting.void(hold=posting.hold(reference="r", key="h", **told), key="v", at=NOON)


@transaction.atomic
def _give(ada: Member, points: int, *, key: str, since=NOON, until=NOON + 900 * DAY) -> Entry:
    grant = Grant("points", points, since, until)
    account = _account(ada)
    return posting.earn(account=account, grants=[grant], reference=key, key=key, at=NOON)


@transaction.atomic
def _wait_in_vain(ada: Member) -> None:
    """Give points that wait a day for a delivery."""
    grant = Grant("points", 9, AWAY, NEVER, wait=Wait("delivered", NOON + DAY, "90"))
    account = _account(ada)
    posting.earn(account=account, grants=[grant], reference="sent", key="sent", at=NOON)


@transaction.atomic
def _adjust(ada: Member) -> None:
    posting.adjust(
        account=_account(ada), points=5, expires_at=None, reason="GOODWILL", actor="user:1",
        key="adjusted", at=NOON,
    )  # fmt: skip


@transaction.atomic
def _owe(ada: Member) -> None:
    """Spend all, take back what was earned, and repay it."""
    earned = _give(ada, 30, key="owed")
    account = _account(ada)
    posting.redeem(account=account, points=account.available, reference="all", key="all", at=NOON)
    posting.clawback(entry=earned, points=30, key="owe", at=NOON, allow_debt=True)
    _give(ada, 100, key="repaid")
    _give(ada, 40, key="later", since=NOON + DAY / 2)


@transaction.atomic
def _settle(ada: Member, *, at) -> None:
    posting.settle(account=_account(ada), at=at)


def _complain(ada: Member) -> None:
    carer = appoint(Role.CUSTOMER_CARE)
    case = opening.open_case(
        member=ada,
        kind=CaseKind.COMPLAINT,
        subject="Ada is cold",
        body="Lovelace",
        key="c",
        at=NOON,
    )
    told = {"by": carer, "at": NOON}
    answering.answer(case=case, text="Sorry, Ada.", seen=1, resolves=True, **told)
    resolving.reopen(case=case, seen=2, **told)


def _merge(ada: Member) -> None:
    carer = appoint(Role.ADMINISTRATOR)
    twin = enrolling.enrol(at=NOON, first_name="Ada", last_name="L", email="twin@example.org")
    _give(twin, 10, key="twin")
    merged = merging.merge(
        source=twin, target=ada, reason="duplicate", merged_by=carer, key="m", at=NOON
    )
    merging.unmerge(merge=merged, reason="mistake", undone_by=carer, at=LATER)
