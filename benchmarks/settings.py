"""The product's settings as they ship, with the empty views beside its own routes."""

import os

os.environ.setdefault("LOYALTY_DEMO", "1")
os.environ.setdefault("SECRET_KEY", "benchmarks-only-0123456789-abcdefghijklmnopqrstuvwxyz")
# A connection that grows old in the middle of a round would be a cost of the clock's.
os.environ.setdefault("CONN_MAX_AGE", "86400")

from loyalty import settings
from loyalty.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"

# Log lines are made as in production, and go nowhere.
settings.LOGGING["handlers"]["console"] = {
    **settings.LOGGING["handlers"]["console"],
    "class": "logging.FileHandler",
    "filename": os.devnull,
}
