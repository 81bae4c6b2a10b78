"""Somebody whose every detail is a canary lives a whole life here, is erased, and is sought."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client as Browser

from loyalty.clients import issuing
from loyalty.clients.models import Answer, Scope
from loyalty.events.models import Message
from loyalty.identity.models import EmailedCode, User
from loyalty.ledger import verifying
from loyalty.mailing import sending
from members import adjusting, contacting, enrolling, erasing, noting
from members.contacting import EMAIL
from members.identifying import IdentifierTaken
from members.importing import people
from members.models import Card, Export, ImportFile, ImportRow, ImportRun, Member, Purchase
from tests.conftest import NOON
from tests.members.api.conftest import Caller
from tests.members.conftest import programme
from tests.portal.entering import deliver, last_code, sign_in

__all__ = ["programme"]

DUE = NOON + timedelta(hours=72)
CARD = "CANARY7CARD"
CANARIES = {
    "first name": "Canaryfirst",
    "last name": "Canarylast",
    "name after": "Canarymarried",
    "e-mail": "canary@canarymail.example",
    "e-mail after": "canary.two@canarymail.example",
    "e-mail asked for": "canary.three@canarymail.example",
    "phone": "+33612398745",
    "card": CARD,
    "external id": "canary-external",
    "note": "Canarynote",
    "receipt": "Canaryreceipt",
}


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def till(programme: None) -> Caller:
    scopes = [Scope.MEMBERS_READ, Scope.MEMBERS_WRITE, Scope.PURCHASES_WRITE]
    return Caller(issuing.create_client(name="Till", scopes=scopes, store=None, at=NOON))


@pytest.fixture
def boss(db: None) -> User:
    return User.objects.create_superuser("boss@staff.example", "a long pass phrase")


@pytest.fixture
def canary(till: Caller, boss: User, tmp_path: Path) -> Member:
    """Live through the API, an import, e-mails, member pages and staff's hands."""
    body = {
        "first_name": CANARIES["first name"],
        "last_name": CANARIES["last name"],
        "email": CANARIES["e-mail"],
        "phone": CANARIES["phone"],
        "card": CARD,
        "external_id": CANARIES["external id"],
        "birthday": "07-19",
    }
    member = Member.objects.get(public_id=till.post("/members", body).json()["id"])
    till.post("/members/lookup", {"card": CARD}, key=None)
    sold = {"member": {"email": CANARIES["e-mail"]}, "total": "20.00"}
    assert till.post("/purchases", sold).status_code == 201
    _import(tmp_path)
    browser = Browser()
    sign_in(browser, CANARIES["e-mail"])
    _change_on_their_pages(browser, member)
    _meet_staff(member, boss)
    deliver()
    sending.send(at=NOON)
    member.refresh_from_db()
    return member


def _import(folder: Path) -> None:
    """Bring in files that name them: a line that is wrong, and one that still waits."""
    path = folder / "members.csv"
    rows = [
        "external_id,email,last_name,enrolled_at",
        f"{CANARIES['external id']},{CANARIES['e-mail']},Canarylast,2026-01-01",
        f"other-1,,{CANARIES['last name']},{CANARIES['last name']}",
    ]
    path.write_text("\n".join(rows), "utf-8")
    assert people.bring_in(path=path, at=NOON).refused == 1
    refused = {"line": 3, "code": "bad-date", "detail": f"Not a date: {CANARIES['last name']}."}
    ImportFile.objects.create(
        public_id="imp_1", kind="members", title=f"{CANARIES['last name']}.csv",
        uploaded_at=NOON, report={"lines": 3, "errors": [refused]}, result={"errors": [refused]},
    )  # fmt: skip
    Export.objects.create(
        kind="members", file_format="csv", taken_at=NOON, filters={"q": CANARIES["last name"]}
    )
    run = ImportRun.objects.create(kind="purchases", content_hash="x", started_at=NOON)
    ImportRow.objects.create(
        run=run, line=2, member_reference=CANARIES["external id"], occurred_at=NOON,
        content={"cents": 100}, key="k",
    )  # fmt: skip


def _change_on_their_pages(browser: Browser, member: Member) -> None:
    said = {"first_name": CANARIES["first name"], "last_name": CANARIES["name after"]}
    born = {"birth_day": "19", "birth_month": "7", "language": "fr"}
    assert browser.post("/me/profile/", said | born).status_code == 302
    claimed = {"receipt": CANARIES["receipt"], "bought_on": "2026-03-09", "total": "9.00"}
    sent = browser.post("/me/claims/", claimed | {"key": "a-key-of-the-form"})
    assert sent.status_code == 302
    browser.post("/me/profile/email/", {"value": CANARIES["e-mail after"]})
    code = last_code(CANARIES["e-mail after"])
    assert browser.post("/me/profile/code/", {"code": code}).status_code == 302
    browser.post("/me/profile/email/", {"value": CANARIES["e-mail asked for"]})
    member.refresh_from_db()
    assert member.email == CANARIES["e-mail after"]


def _meet_staff(member: Member, boss: User) -> None:
    noting.write(member=member, text=f"{CANARIES['note']} one", author=boss, at=NOON)
    adjusting.adjust(
        member=member, wallet="points", points=5, reason="goodwill",
        note=f"{CANARIES['note']} two", requested_by=boss, key="adj-1", at=NOON,
    )  # fmt: skip
    for row in (member, Card.objects.get(member=member)):
        LogEntry.objects.create(
            user=boss, content_type=ContentType.objects.get_for_model(row), object_id=str(row.pk),
            object_repr=str(row), action_flag=CHANGE, change_message=f"changed {CARD}",
        )  # fmt: skip
    Browser().post("/desk/login/", {"username": "Canary@CanaryMail.example", "password": "guess"})


def found_anywhere() -> dict[str, str]:
    """Return the canaries that are in any column of any table, in a session or in a file."""
    places: dict[str, str] = {}
    for where, text in [*_tables(), *_sessions(), *_files()]:
        for canary, value in CANARIES.items():
            if value.casefold() in text.casefold():
                places[canary] = where
    return places


def _tables() -> Iterator[tuple[str, str]]:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description or ()]
            for row in cursor.fetchall():
                yield table, json.dumps(dict(zip(names, row, strict=True)), default=str,
                                        ensure_ascii=False)  # fmt: skip


def _sessions() -> Iterator[tuple[str, str]]:
    for session in Session.objects.all():
        yield "sessions", json.dumps(session.get_decoded())


def _files() -> Iterator[tuple[str, str]]:
    for path in Path(settings.VAR_DIR).rglob("*"):
        if path.is_file() and path.suffix in {".log", ".json", ".txt", ".csv", ".eml"}:
            yield str(path), path.read_text("utf-8", "replace")


class TestErasing:
    def test_leaves_nothing_of_somebody_anywhere(
        self, canary: Member, capfd: pytest.CaptureFixture[str]
    ):
        assert found_anywhere().keys() == CANARIES.keys()
        erasing.ask(member=canary, at=NOON, actor=canary.public_id)
        deliver()
        sending.send(at=NOON)

        assert erasing.erase_due(at=DUE) == 1
        deliver()

        assert found_anywhere() == {}
        said = capfd.readouterr()
        assert [value for value in CANARIES.values() if value in said.out + said.err] == []

    def test_keeps_the_book_whole_and_what_happened(self, canary: Member):
        erasing.ask(member=canary, at=NOON, actor=canary.public_id)

        erasing.erase_due(at=DUE)

        assert verifying.verify().first_fault is None
        canary.refresh_from_db()
        assert (canary.state, canary.birth_month, canary.birth_day) == ("CLOSED", None, None)
        assert (canary.user_id, User.objects.filter(is_staff=False).count()) == (None, 0)
        [purchase] = Purchase.objects.all()
        assert (purchase.member_id, purchase.total_cents) == (canary.pk, 2000)
        assert purchase.facts["birthday"] is None
        assert Member.history.filter(id=canary.pk).count() == 1
        assert Message.objects.filter(recipient=canary.public_id).exists() is False
        assert EmailedCode.objects.exists() is False

    def test_lets_a_till_ask_twice_and_tells_it_the_id_alone(self, canary: Member, till: Caller):
        erasing.ask(member=canary, at=NOON, actor=canary.public_id)
        erasing.erase_due(at=DUE)

        bodies = Answer.objects.values_list("operation", "body", "subject")
        assert all(body is None for _operation, body, _subject in bodies)
        assert canary.public_id in {subject for _operation, _body, subject in bodies}

    def test_gives_the_number_of_the_card_to_nobody_and_the_address_to_anybody(
        self, canary: Member, tmp_path: Path
    ):
        erasing.ask(member=canary, at=NOON, actor=canary.public_id)
        erasing.erase_due(at=DUE)

        with pytest.raises(IdentifierTaken):
            enrolling.enrol(at=DUE, card=CARD)
        path = tmp_path / "again.csv"
        path.write_text(f"card,email\n{CARD},new@example.org\n", "utf-8")
        report = people.bring_in(path=path, at=DUE)
        assert (report.added, [error.code for error in report.errors]) == (0, ["identifier-taken"])
        again = enrolling.enrol(at=DUE, email=CANARIES["e-mail after"])
        assert again.pk != canary.pk

    def test_signs_them_out_and_lets_nobody_in(self, canary: Member):
        browser = Browser()
        sign_in(browser, CANARIES["e-mail after"])
        erasing.ask(member=canary, at=NOON, actor=canary.public_id)

        erasing.erase_due(at=DUE)

        assert browser.get("/me/profile/").headers["Location"].startswith("/login/")
        sent = len(mail.outbox)
        Browser().post("/login/", {"email": CANARIES["e-mail after"]})
        deliver()
        assert len(mail.outbox) == sent

    def test_touches_nobody_else(self, canary: Member, till: Caller):
        body: dict[str, Any] = {"first_name": "Grace", "email": "grace@example.org"}
        grace = till.post("/members", body).json()["id"]
        erasing.ask(member=canary, at=NOON, actor=canary.public_id)

        erasing.erase_due(at=DUE)

        assert Member.objects.get(public_id=grace).first_name == "Grace"
        assert Answer.objects.get(subject=grace).body is not None
        assert contacting.ask(
            member=Member.objects.get(public_id=grace), kind=EMAIL, value="g@example.org",
            language="fr", origin="x", at=NOON,
        )  # fmt: skip
