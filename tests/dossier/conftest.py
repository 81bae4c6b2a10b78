from tests.members.conftest import ada, programme

__all__ = ["ada", "programme"]
