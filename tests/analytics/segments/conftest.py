from tests.members.conftest import programme

__all__ = ["programme"]
