"""Nights whose workers are killed: `python -m tests.house.nightshift`, on the database of the
environment.

One process forks worker after worker. Each kills itself by SIGKILL at a statement that the seed
chooses, before or after it ran; the next finds its lease lapsed and goes on. The last one may
finish. One JSON document says how many were killed, and all rows that the nights left.
"""

import argparse
import json
import math
import os
import random
import signal
import sys
from datetime import date, datetime
from typing import Any

import django

MOST_STATEMENTS = 150


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--day", type=date.fromisoformat, action="append", dest="days")
    parser.add_argument("--at", type=datetime.fromisoformat)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=0)
    return parser.parse_args()


def main(asked: argparse.Namespace) -> int:
    chance, killed = random.Random(asked.seed), 0
    while True:
        last = 0
        if killed < asked.kills:
            last = int(math.exp(chance.uniform(0, math.log(MOST_STATEMENTS))))
        is_before = chance.random() < 0.5
        pid = os.fork()
        if pid == 0:
            work(asked, last, is_before=is_before)
            os._exit(0)
        _pid, status = os.waitpid(pid, 0)
        if os.WIFSIGNALED(status):
            killed += 1
        else:
            break
    if os.waitstatus_to_exitcode(status):
        return 1
    print(json.dumps({"killed": killed, "rows": get_rows()}, default=str))  # noqa: T201
    return 0


def work(asked: argparse.Namespace, last: int, *, is_before: bool) -> None:
    """Do the nights as a worker that finds those before it gone, up to its own last statement."""
    from django.db import connection

    from loyalty import night
    from loyalty.events.models import JobRun

    JobRun.objects.filter(leased_until__gt=asked.at).update(leased_until=asked.at)
    said = 0

    def die_at_last(execute, sql, params, many, context):
        nonlocal said
        said += 1
        if said == last and is_before:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = execute(sql, params, many, context)
        if said == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    try:
        with connection.execute_wrapper(die_at_last):
            for day in asked.days:
                night.run(day=day, at=asked.at)
    except BaseException as error:  # noqa: BLE001 (said, and the parent ends)
        print(repr(error), file=sys.stderr, flush=True)  # noqa: T201
        os._exit(1)


def _facts() -> dict[Any, tuple[str, ...]]:
    from analytics import models
    from members.models import SegmentStay

    counted = [models.MemberCategory, models.MemberFact, models.MemberMonth, models.PointsDay,
               models.PointsMonth, models.PointsVintage, models.StoreDay, models.MemberScore,
               models.Fit, models.Loss]  # fmt: skip
    told = {fact: tuple(f.name for f in fact._meta.fields if f.name != "id") for fact in counted}
    return told | {
        models.Outlook: ("member", "fit__as_of", "alive", "expected_days", "expected_cents"),
        SegmentStay: ("segment", "member", "since_at", "until_at"),
    }


def get_rows() -> dict[str, list[Any]]:
    """All that nights write, without ids that a rolled back statement may have used up, and
    without figures kept ready, which are computed from the rest."""
    from analytics.models import DayToCount
    from loyalty.events.models import Change, JobRun, Message, OutboxEvent
    from loyalty.ledger import verifying
    from loyalty.ledger.models import Account, Entry, Hold, Lot, Movement
    from members.models import Member, MemberEvent, Referral, TierChange, Voucher

    telling = {
        Account: ("id", "pending", "available", "held", "expired", "debt", "entry_seq",
                  "next_event_at", "last_at", "inactive_at"),
        Entry: ("account", "number", "kind", "points", "parent__number", "reference", "reason",
                "occurred_at", "available_after"),
        Lot: ("account", "number", "origin__number", "remaining", "state", "expires_at"),
        Movement: ("account", "entry__number", "lot__number", "source", "destination", "points"),
        Hold: ("account", "opening__number", "closing__number", "state", "captured"),
        Member: ("id", "tier", "tier_until", "tier_changed_at"),
        TierChange: ("member", "from_tier", "to_tier", "reason", "changed_at", "until"),
        Voucher: ("id", "state"),
        MemberEvent: ("public_id", "member", "name", "reference", "occurred_at", "award"),
        Referral: ("id", "state", "why", "purchase", "ended_on", "ended_by"),
        Message: ("key", "recipient", "kind", "facts", "state", "due_at"),
        OutboxEvent: ("name", "payload", "occurred_at", "is_historic"),
        Change: ("topic", "subject", "day"),
        DayToCount: ("topic", "day"),
        JobRun: ("job", "business_day", "chunk", "state"),
    }  # fmt: skip
    telling |= _facts()
    rows = {
        model.__name__: sorted(map(list, model.objects.values_list(*names)), key=repr)
        for model, names in telling.items()
    }
    return rows | {"fault": [verifying.verify().first_fault]}


if __name__ == "__main__":
    django.setup()
    sys.exit(main(parse()))
