"""B9: the lists of the desk among a million members: their last page, and any search."""

from typing import Any

from django.db import connection

from benchmarks import crowd, databases, scene, sought
from benchmarks.harness import Comparison, Report, Side, Twin, compare
from benchmarks.run import Run
from benchmarks.sought import Search

MEMBERS = 1_000_000
PURCHASES = 1_000_000
PAGES, SEARCHES, LOOK_UPS = 10, 8, 60
GOAL_OF_A_PAGE = 1.5
GOAL_OF_A_SEARCH = 20.0
DATABASE = "b9"


def measure(run: Run) -> Report:
    """Open last pages and first ones, search and look members up, as an administrator does."""
    members, purchases = run.scaled(MEMBERS), run.scaled(PURCHASES)
    report = Report(
        code="B9", title=f"lists of the desk, {members} members, {purchases} purchases"
    )
    build(run, members=members, purchases=purchases)
    reader = sought.make_reader()
    searches = sought.get_searches(members=members)
    for table in ("Member", "Purchase"):
        report.comparisons.append(compare_pages(run, reader, table))
        report.twins.append(check_last_page(reader, table))
    for search in searches:
        report.comparisons.append(compare_search(run, reader, search, members=members))
        report.twins.append(check_search(reader, search))
    return report


def build(run: Run, *, members: int, purchases: int) -> None:
    """Make the shop and its crowd, and let nothing of that be left to do."""
    from django.utils import timezone

    run.cluster.create(DATABASE)
    databases.migrate(DATABASE)
    scene.set_up(at=timezone.now())
    crowd.gather(members=members, purchases=purchases)
    sought.plant(members=members)
    run.cluster.freeze(DATABASE)
    run.cluster.rest()


def compare_pages(run: Run, reader: Any, table: str) -> Comparison:
    """Measure the last page of a list against its first."""
    comparison = Comparison(
        code=f"last-page-{table.lower()}",
        says=f"database CPU of a list's last page against its first: {table}",
        left="last page",
        right="first page",
        goal=GOAL_OF_A_PAGE,
        part="database",
    )

    def side(place: str) -> Side:
        def work(_number: int) -> int:
            for _page in range(PAGES):
                sought.open_list(reader, table, p=place)
            return PAGES

        return Side(name=place, work=work)

    return compare(
        comparison, left=side("last"), right=side("1"), rounds=run.rounds, meter=run.meter
    )


def compare_search(run: Run, reader: Any, search: Search, *, members: int) -> Comparison:
    """Measure a search, with the list that shows what it found, against one member by key."""
    comparison = Comparison(
        code=f"search-{search.code}",
        says=f"database CPU of a search against a look-up by key: {search.says}",
        left=f"{search.table}: {search.text}",
        right="one member by primary key",
        goal=GOAL_OF_A_SEARCH,
        part="database",
    )
    keys = [1 + number * 7919 % members for number in range(LOOK_UPS)]

    def look(_number: int) -> int:
        for _time in range(SEARCHES):
            sought.open_list(reader, search.table, q=search.text)
        return SEARCHES

    def find(_number: int) -> int:
        for key in keys:
            sought.look_up(reader, key)
        return LOOK_UPS

    return compare(
        comparison,
        left=Side(name=search.code, work=look),
        right=Side(name="key", work=find),
        rounds=run.rounds,
        meter=run.meter,
    )


def check_last_page(reader: Any, table: str) -> Twin:
    """Ask the database itself for the oldest rows, and compare."""
    shown = [row.pk for row in sought.open_list(reader, table, p="last")]
    name = f"members_{table.lower()}"
    oldest = get_keys(f"SELECT id FROM {name} ORDER BY id LIMIT {len(shown)}")
    return Twin(
        f"last-page-{table.lower()}",
        f"the last page holds the oldest rows, newest first: {table}",
        shown == oldest[::-1] and len(shown) > 0,
    )


def check_search(reader: Any, search: Search) -> Twin:
    """Read the whole table without an index, and compare: all it holds, or a hundred of them."""
    shown = {row.pk for row in sought.open_list(reader, search.table, q=search.text)}
    true = set(get_keys(search.truth))
    is_right = shown == true if len(true) < sought.MOST else shown <= true and len(shown) > 0
    says = f"{len(shown)} of {len(true)}: {search.says}"
    return Twin(f"search-{search.code}", f"a search finds what there is, {says}", is_right)


def get_keys(statement: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [key for (key,) in cursor.fetchall()]
