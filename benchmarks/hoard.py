"""Accounts with lots by the million, made by the database itself, hashes and all: they verify.

Every account has as many earns as asked for, each of one lot. The first lots of some accounts die
on the first days, so many a day, spread over the whole table; all others live for a year and more.
"""

from datetime import datetime, timedelta

from django.db import connection, transaction

from benchmarks.crowd import without_indexes

ALIVE_FOR = timedelta(days=400)
TABLES = (
    "ledger_holder", "ledger_account", "ledger_entry", "ledger_lot", "ledger_movement",
)  # fmt: skip

_MICROSECONDS = "(extract(epoch FROM {}) * 1000000)::bigint"
_AT, _END = _MICROSECONDS.format("%(at)s"), _MICROSECONDS.format("expires_at")
# What account a's n-th earn gives, and until when.
_POINTS = "(10 + (a * 7 + {n} * 13) %% 90)"
_DUE = "({n} = 1 AND %(due)s > 0 AND a %% %(stride)s = 0 AND a / %(stride)s <= %(due)s)"
_EXPIRES = (
    f"CASE WHEN {_DUE} THEN %(first)s + (a / %(stride)s %% %(days)s) * interval '1 day'"
    " ELSE %(alive)s + ((a * 31 + {n} * 17) %% 300) * interval '1 day' END"
)
# The chain as it stands after n earns: one row an account, of which the next one is made.
_CHAIN = f"""
CREATE TEMPORARY TABLE chain_{{n}} ON COMMIT DROP AS
SELECT a, points, held + points AS held, expires_at, least(next_at, expires_at) AS next_at,
    before, encode(sha256(convert_to(concat_ws('|', before, a, {{n}}, 'EARN', points, '',
        'sale-{{n}}', '', '', '', '', '', {_AT}, {_AT}, 0, held + points, 0, 0,
        1, {{n}}, 'issued', 'available', points,
        1, {{n}}, '', {_AT}, points, {_AT}, {_END}
    ), 'UTF8')), 'hex') AS hash
FROM (SELECT a, {_POINTS} AS points, {_EXPIRES} AS expires_at, held, next_at, hash AS before
    FROM chain_{{before}}) given
"""
_NOBODY = """
CREATE TEMPORARY TABLE chain_0 ON COMMIT DROP AS
SELECT a, 0::bigint AS held, NULL::timestamptz AS next_at, '' AS hash
FROM generate_series(1::bigint, %(accounts)s) a
"""
_ROWS = (
    """
INSERT INTO ledger_entry (id, account_id, number, kind, points, reference, request_hash, actor,
    on_behalf_of, reason, occurred_at, recorded_at, pending_after, available_after, held_after,
    debt_after, previous_hash, hash)
SELECT {ids} + a, a, {n}, 'EARN', points, 'sale-{n}', '', '', '', '', %(at)s, %(at)s, 0, held,
    0, 0, before, hash FROM chain_{n}
""",
    """
INSERT INTO ledger_lot (id, account_id, number, origin_id, earned_at, original, remaining, state,
    available_at, expires_at)
SELECT {ids} + a, a, {n}, {ids} + a, %(at)s, points, points, 'ACTIVE', %(at)s, expires_at
FROM chain_{n}
""",
    """
INSERT INTO ledger_movement (id, account_id, entry_id, lot_id, source, destination, points)
SELECT {ids} + a, a, {ids} + a, {ids} + a, 'issued', 'available', points FROM chain_{n}
""",
)
_HOLDERS = "INSERT INTO ledger_holder (id, opened_at) SELECT a, %(at)s FROM chain_{n}"
_ACCOUNTS = """
INSERT INTO ledger_account (id, holder_id, wallet_id, issued, pending, available, held, redeemed,
    expired, removed, debt, entry_seq, lot_seq, next_event_at, last_at, last_hash)
SELECT a, a, w.id, c.held, 0, c.held, 0, 0, 0, 0, 0, {n}, {n}, next_at, %(at)s, hash
FROM chain_{n} c CROSS JOIN ledger_wallet w WHERE w.code = 'points'
"""


def fill(
    *, accounts: int, lots: int, at: datetime, due: int = 0, days: int = 1, first: datetime
) -> None:
    """Give an empty ledger so many accounts of so many lots, earned at one moment.

    The first lots of `due` accounts die at `first` and on the days after it, as many on each.
    """
    told = {
        "accounts": accounts, "at": at, "due": due, "days": days, "first": first,
        "stride": max(accounts // max(due, 1), 1), "alive": first + ALIVE_FOR,
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        with without_indexes(*TABLES):
            cursor.execute(_NOBODY, told)
            for n in range(1, lots + 1):
                names = {"n": n, "before": n - 1, "ids": (n - 1) * accounts}
                for statement in (_CHAIN, *_ROWS):
                    cursor.execute(statement.format(**names), told)
            for statement in (_HOLDERS, _ACCOUNTS):
                cursor.execute(statement.format(n=lots), told)
        for table in TABLES:
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)",
                [table, accounts * lots + 1],
            )
