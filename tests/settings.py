"""The product's settings as the demo runs them, with a database that each run makes anew."""

import os
import tempfile

os.environ.setdefault("LOYALTY_DEMO", "1")
os.environ.setdefault("SECRET_KEY", "tests-only-0123456789-abcdefghijklmnopqrstuvwxyz")
os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="loyalty-tests-"))

from loyalty.settings import *
