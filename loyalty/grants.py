"""Which role may see and change what. The shell says it, since it knows every app."""

from collections.abc import Mapping, Sequence

from loyalty.identity import roles
from loyalty.identity.roles import Role

_COUNTER = ("members.view_*", "rewards.view_*", "programmes.view_*")

GRANTS: Mapping[Role, Sequence[str]] = {
    Role.CASHIER: ("members.view_*", "rewards.view_*"),
    Role.STORE_MANAGER: (*_COUNTER, "ledger.view_*", "analytics.view_*"),
    Role.MARKETING: (
        *_COUNTER,
        "analytics.view_*",
        "programmes.add_*",
        "programmes.change_*",
        "rewards.add_*reward",
        "rewards.change_*reward",
    ),
    Role.CUSTOMER_CARE: (
        *_COUNTER,
        "members.add_*",
        "members.change_*",
        "rewards.change_redemption",
        "ledger.view_*",
    ),
    # No table that shows who a member is.
    Role.ANALYST: ("programmes.view_*", "rewards.view_reward", "analytics.*"),
    Role.AUDITOR: ("*.view_*",),
    Role.ADMINISTRATOR: ("*.*",),
}


def sync() -> None:
    """Make the roles' groups say what is written here. Repeating changes nothing."""
    roles.sync(grants=GRANTS)
