"""What beat knocks on, and how often, in seconds."""

from typing import Any

_HOUR = 3600.0
_HOURLY = {
    "codes": "loyalty.identity.tasks.purge_codes",
    "sessions": "loyalty.identity.tasks.purge_sessions",
    "answers": "loyalty.clients.tasks.purge_answers",
    "counts": "loyalty.clients.tasks.purge_counts",
    "events": "loyalty.events.tasks.purge_events",
    "erasures": "members.tasks.erase_due",
    "cases": "members.tasks.purge_cases",
    "approvals": "loyalty.identity.tasks.lapse_approvals",
    "files": "loyalty.tasks.purge_files",
    "inactivity": "loyalty.tasks.follow_switches",
    "webhook-log": "loyalty.webhooks.tasks.purge_webhooks",
}


def schedule(*, night: float, relay: float, mail: float, webhooks: float) -> dict[str, Any]:
    """Return beat's schedule: what has a beat of its own, and what comes every hour."""
    return {
        "night": {"task": "loyalty.tasks.tick_night", "schedule": night},
        "relay": {"task": "loyalty.events.tasks.relay_events", "schedule": relay},
        "messages": {"task": "loyalty.tasks.send_messages", "schedule": mail},
        "webhooks": {
            "task": "loyalty.webhooks.tasks.send_webhooks",
            "schedule": webhooks,
            # Where workers are late, one look makes up for all that were missed.
            "options": {"expires": webhooks},
        },
        **{name: {"task": task, "schedule": _HOUR} for name, task in _HOURLY.items()},
    }
