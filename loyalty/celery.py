"""The queue. Workers and beat start from here: `celery -A loyalty.celery worker`."""

import os

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loyalty.settings")

app = Celery("loyalty")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.worker_init.connect
@signals.beat_init.connect
def look_before_starting(**_: object) -> None:
    """Start no worker and no schedule of an unsafe installation."""
    from loyalty import starting

    starting.refuse_unsafe()
