from django.conf import settings

from loyalty.core import replicas
from loyalty.events.models import JobRun

ROUTER = replicas.Router()


class TestReading:
    def test_goes_to_the_replica_where_there_is_one(self, monkeypatch):
        monkeypatch.setitem(settings.DATABASES, "analytics", {})

        monkeypatch.setattr(replicas, "connections", {"analytics": "replica"})
        with replicas.reading() as connection:
            assert connection == "replica"
            assert ROUTER.db_for_read(JobRun) == "analytics"

        assert ROUTER.db_for_read(JobRun) is None

    def test_stays_on_the_primary_where_there_is_none(self):
        with replicas.reading() as connection:
            assert connection.alias == "default"
            assert ROUTER.db_for_read(JobRun) == "default"

    def test_never_migrates_the_replica(self):
        assert ROUTER.allow_migrate("analytics", "members") is False
        assert ROUTER.allow_migrate("default", "members") is None
