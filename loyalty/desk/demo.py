"""Who can sign in to the demo, for its sign-in page. Outside the demo there is nothing here."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from loyalty.demo import credentials


@dataclass(frozen=True)
class Keys:
    """The staff of the demo and the password they share."""

    administrator: str
    care: str
    cashier: str
    password: str


def get_keys() -> Keys | None:
    """Return what the console printed, or None outside the demo and before it was prepared."""
    kept = Path(settings.VAR_DIR) / "demo_password"
    if not settings.DEMO or not kept.exists() or not credentials.has_demo():
        return None
    return Keys(
        administrator=credentials.ADMINISTRATOR,
        care=credentials.CARE,
        cashier=credentials.CASHIER,
        password=kept.read_text("utf-8").strip(),
    )
