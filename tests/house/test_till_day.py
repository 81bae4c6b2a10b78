"""A till's day over HTTP: whatever is cut, killed or flushed, the books are the second opinion's.

Two tills do 60 operations each, shuffled, each sent one to four times, unless TILL_DAY_OPERATIONS
says how many (`make till-day`: 500); on SQLite a quarter of it. TILL_DAY_SEED replays a day.
"""

import os
from pathlib import Path
from typing import Any

import pytest

from tests import cluster
from tests.tillday import days, service
from tests.tillday.oracle import Oracle
from tests.tillday.tills import Shop

pytestmark = pytest.mark.django_db(transaction=True)

OPERATIONS = int(os.environ.get("TILL_DAY_OPERATIONS", "60"))
SEED = int(os.environ.get("TILL_DAY_SEED", "1"))


@pytest.mark.postgresql
def test_a_day_leaves_the_books_that_it_should(tmp_path: Path):
    try:
        shop, books = have_a_day(tmp_path, operations=OPERATIONS, has_server=True)
    except cluster.NoServer as reason:
        pytest.skip(str(reason))

    assert shop.seen["503 database-unavailable"] > 0
    check(shop, books)


@pytest.mark.sqlite
def test_a_day_leaves_the_books_that_it_should_in_one_file(tmp_path: Path):
    shop, books = have_a_day(tmp_path, operations=OPERATIONS // 4, has_server=False)

    check(shop, books)


def have_a_day(folder: Path, *, operations: int, has_server: bool) -> tuple[Shop, dict[str, Any]]:
    say(f"TILL_DAY_SEED={SEED} TILL_DAY_OPERATIONS={OPERATIONS}")
    with service.standing(folder, has_server=has_server) as open_service:
        shop = days.live(open_service, operations=operations, seed=SEED)
        return shop, open_service.ask("read")


def check(shop: Shop, books: dict[str, Any]) -> None:
    """The books are those of the second opinion, after a day on which enough went wrong."""
    say(f"Heard: {dict(shop.seen.most_common())}. The slowest took {shop.slowest:.1f} s.")
    events = {name: books["events"].get(name, 0) for name in shop.oracle.events}

    for name, rows in expected(shop.oracle, shop.ids).items():
        assert books[name] == rows, name
    assert events == shop.oracle.events
    assert (books["unanswered"], books["fault"]) == (0, None)
    assert {heard for heard in shop.seen if heard.endswith("(killed)")} == {"nothing (killed)"}
    for cut in ("half", "unheard", "torn"):
        assert shop.seen[f"nothing {cut}"] > 0, cut


def expected(oracle: Oracle, ids: dict[str, str]) -> dict[str, Any]:
    """Return the books as they must be, by the ids that the tills were told."""
    return {
        "members": {ids[name]: [one.available, one.held] for name, one in oracle.members.items()},
        "sales": {
            ids[name]: [ids.get(one.member), one.amount * 100, one.returned * 100]
            for name, one in oracle.sales.items()
        },
        "returns": {ids[name]: [one.amount * 100] for name, one in oracle.returns.items()},
        "redemptions": {
            ids[name]: [ids[one.member], one.amount, one.state == "cancelled"]
            for name, one in oracle.redemptions.items()
        },
        "holds": {
            ids[name]: [ids[one.member], one.amount, one.captured, one.state.upper()]
            for name, one in oracle.holds.items()
        },
    }


def say(words: str) -> None:
    print(words, flush=True)  # noqa: T201
