"""Says that what the engine reads has changed, so that every process compiles it again."""

from loyalty.programmes.models import Programme, new_revision


def touch() -> None:
    """Give the programme a new revision. Call it in the transaction of the change."""
    Programme.objects.update(revision=new_revision())
