"""What members did with their points: each entry that earned or redeemed, whose, and on which day.

Of an account that several share, it is whose the entry says. A redemption that is cancelled later
stays one, as a receipt does whose goods come back.
"""

from zoneinfo import ZoneInfo

from analytics.queries import Query, compose
from loyalty.core import expressions

_ENTRIES = """
SELECT * FROM (
    SELECT entry.id AS entry_id, entry.account_id, account.wallet_id,
           COALESCE(other.id, own.id) AS member_id, {day} AS day,
           CASE WHEN entry.kind = 'EARN' THEN 1 ELSE 0 END AS earned,
           CASE WHEN entry.kind IN ('REDEEM', 'CAPTURE') THEN 1 ELSE 0 END AS redeemed
    FROM ledger_entry AS entry
    JOIN ledger_account AS account ON account.id = entry.account_id
    LEFT JOIN members_member AS own ON own.holder_id = account.holder_id
    LEFT JOIN members_member AS other
           ON other.public_id = entry.on_behalf_of AND entry.on_behalf_of <> ''
    WHERE entry.kind IN ('EARN', 'REDEEM', 'CAPTURE') AND {which}) AS told
WHERE member_id IS NOT NULL
"""


def entries(which: Query, *, zone: ZoneInfo) -> Query:
    """One row per entry: entry_id, account_id, wallet_id, member_id, day, earned, redeemed.

    `which` restricts them by columns of `entry` and `account`. `earned` and `redeemed` are 1 or 0.
    """
    day = Query(expressions.day_in_zone("entry.occurred_at"), (zone.key,))
    return compose(_ENTRIES, {"day": day, "which": which})
