"""What staff look for at the desk: whom each search must find, and the product's lists opened."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection
from django.test import RequestFactory

MOST = 100
PLANTED = 7
NAME, PART, CARD = "Wzyskwinder", "zyskwin", "909090"
COMMON = "Martin"


@dataclass(frozen=True)
class Search:
    """What somebody types, and a statement that reads, without our code, whom that names."""

    code: str
    says: str
    text: str
    truth: str
    table: str = "Member"


def plant(*, members: int) -> None:
    """Give seven members from one end to the other a name and a card like nobody else's."""
    keys = [1 + place * (members - 1) // (PLANTED - 1) for place in range(PLANTED)]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE members_member SET first_name = 'Anne', last_name = %s || id,"
            " email = 'sought.' || id || '@bench.example', external_id = 'sought-' || id,"
            " phone = '+3375' || lpad(id::text, 7, '0') WHERE id = ANY(%s)",
            [NAME, keys],
        )
        cursor.execute(
            "UPDATE members_card SET number = %s || lpad(member_id::text, 10, '0')"
            " WHERE member_id = ANY(%s)",
            [CARD, keys],
        )


def get_searches(*, members: int) -> list[Search]:
    """Return the usual searches and the worst ones: few, many and none who answer."""
    return [*_by_name(), *_by_identifier(members=members), *_of_purchases(members=members)]


def _by_name() -> list[Search]:
    def named(code: str, says: str, text: str, *, begins: bool = False) -> Search:
        said = text.upper()
        first, _blank, last = said.partition(" ")
        true = f"upper(last_name) LIKE '{said}%' OR upper(first_name) LIKE '{said}%'"
        if last:
            true += f" OR upper(first_name) LIKE '{first}%' AND upper(last_name) LIKE '{last}%'"
        if not begins:
            true += f" OR upper(first_name || ' ' || last_name) LIKE '%{said}%'"
            true += f" OR email LIKE '{text.lower()}%'"
        return Search(code, says, text, f"SELECT id FROM members_member WHERE {true}")

    return [
        named("part", "part of a name that few have", PART),
        named("name", "a name that few have", NAME.lower()),
        named("common", "a name that thousands have", COMMON),
        named("common-part", "part of names that tens of thousands have", "ine"),
        named("some-part", "part of names that some hundreds have", "chepa"),
        named("beginning", "three letters that tens of thousands begin with", "mar"),
        named("one-letter", "one letter", "a", begins=True),
        named("both", "a common first name with a common last one", "marie martin"),
        named("initial", "an initial with a common last name", "j martin"),
        named("rare-both", "a rare first name with a common last one", "iris martin"),
        named("nobody", "a name that nobody has, of common parts", "martinelleau"),
    ]


def _by_identifier(*, members: int) -> list[Search]:
    def exactly(code: str, says: str, text: str, condition: str) -> Search:
        return Search(code, says, text, f"SELECT id FROM members_member WHERE {condition}")

    by_card = "id IN (SELECT member_id FROM members_card WHERE number LIKE '{}%')"
    card, half = f"{CARD}{members:010}", CARD
    return [
        exactly("card", "a whole card", card, by_card.format(card)),
        exactly("card-prefix", "how few cards begin", half, by_card.format(half)),
        exactly("card-some", "how some cards begin", "200000", by_card.format("200000")),
        exactly("card-none", "a card that nobody has", f"{CARD}9999999999", "false"),
        exactly(
            "email", "a whole e-mail", f"sought.{members}@bench.example",
            f"email = 'sought.{members}@bench.example'",
        ),
        exactly("email-prefix", "how few e-mails begin", "sought.", "email LIKE 'sought.%'"),
        exactly(
            "email-many", "how thousands of e-mails begin", "marie.", "email LIKE 'marie.%'"
        ),
        exactly("email-none", "an e-mail that nobody has", "nobody@bench.example", "false"),
        exactly("phone", "a phone", f"07 5{members:07}", f"phone = '+3375{members:07}'"),
        exactly("external", "an external id", f"sought-{members}", f"id = {members}"),
    ]  # fmt: skip


def _of_purchases(*, members: int) -> list[Search]:
    def of(code: str, says: str, text: str, condition: str) -> Search:
        true = f"SELECT id FROM members_purchase WHERE {condition}"
        return Search(f"purchases-{code}", f"purchases, {says}", text, true, table="Purchase")

    named = f"SELECT id FROM members_member WHERE upper(last_name) LIKE '{NAME.upper()}%'"
    common = COMMON.upper()
    many = (
        f"SELECT id FROM members_member WHERE upper(first_name || ' ' || last_name)"
        f" LIKE '%{common}%' OR email LIKE '{common.lower()}%'"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, public_id, business_on, receipt FROM members_purchase"
            " WHERE id = (SELECT max(id) / 2 FROM members_purchase)"
        )
        key, public_id, day, receipt = cursor.fetchone()
    return [
        of("name", "by a name that few have", PART, f"member_id IN ({named})"),
        of("common", "by a name that thousands have", COMMON, f"member_id IN ({many})"),
        of("card", "by a whole card", f"{CARD}{members:010}", f"member_id = {members}"),
        of("id", "by id", public_id, f"id = {key}"),
        of("receipt", "by a receipt with its day", f"{day} {receipt}", f"id = {key}"),
        of("day", "by their day", str(day), f"business_on = '{day}'"),
    ]


def make_reader() -> Any:
    """Make an administrator, who sees everybody."""
    from loyalty.identity.models import User

    return User.objects.create_superuser(email="boss@bench.example", password="x")


@cache
def get_admin(table: str) -> Any:
    """Return a table's admin as the desk has it."""
    from django.apps import apps
    from django.contrib import admin
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018 (the desk is filled once its addresses are read)
    return admin.site._registry[apps.get_model("members", table)]


def open_list(reader: Any, table: str, **asked: str) -> list[Any]:
    """Make a page of a list as the desk does, without drawing it, and return its rows."""
    request = RequestFactory().get("/desk/", asked)
    request.user = reader
    return list(get_admin(table).get_changelist_instance(request).result_list)


def look_up(reader: Any, key: int) -> Any:
    """Find one member by primary key as the desk does."""
    request = RequestFactory().get("/desk/")
    request.user = reader
    return get_admin("Member").get_object(request, str(key))
