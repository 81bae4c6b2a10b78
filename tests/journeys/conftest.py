from tests.pages.conftest import _catalogues_are_compiled
from tests.pages.test_accessibility import browser

__all__ = ["_catalogues_are_compiled", "browser"]
