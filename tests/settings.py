"""The product's settings as the demo runs them, with a database that each run makes anew."""

import atexit
import os
import shutil
import tempfile

os.environ.setdefault("LOYALTY_DEMO", "1")
os.environ.setdefault("SECRET_KEY", "tests-only-0123456789-abcdefghijklmnopqrstuvwxyz")
# Nights of tests compute few figures ahead: what they keep is tested where it is asked for.
os.environ.setdefault("FIGURES_A_NIGHT", "1")
if "VAR_DIR" not in os.environ:
    # Workers of one run inherit the folder of the process that made it.
    os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="loyalty-tests-")
    atexit.register(shutil.rmtree, os.environ["VAR_DIR"], ignore_errors=True)

from loyalty.settings import *
from loyalty.settings import DATABASES, IS_SQLITE, VAR_DIR

# Static files are looked for when they are asked for: each client of a test starts anew.
WHITENOISE_AUTOREFRESH = True

# Tests of something else state their queries and miss as often as they like.
API_CALLS_A_MINUTE = API_MISSES_OF_CLIENT = API_MISSES_OF_STORE = 0

if IS_SQLITE:
    # A file, as in production: in memory there is neither WAL nor a second writer.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
    # Nothing in it need survive a crash: no commit waits for the disk.
    LASTING = DATABASES["default"]["OPTIONS"]["init_command"]
    DATABASES["default"]["OPTIONS"]["init_command"] = f"{LASTING} PRAGMA synchronous=OFF;"

PASSWORD_HASHERS = ["tests.hashing.CheapArgon2"]
