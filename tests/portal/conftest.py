from tests.pages.conftest import _catalogues_are_compiled, programme, shop

__all__ = ["_catalogues_are_compiled", "programme", "shop"]
