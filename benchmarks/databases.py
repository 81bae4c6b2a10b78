"""Which database of the cluster Django talks to: a scene is built once and copied for each run."""

import os

import django
from django.core.management import call_command
from django.db import connection

from benchmarks.cluster import Cluster


def set_up_django(cluster: Cluster, *, database: str) -> None:
    """Start Django on one database of the cluster, which must exist. Once per process."""
    os.environ["DATABASE_URL"] = cluster.get_url(database)
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()


def use(database: str) -> None:
    """Let Django talk to another database of the same cluster from now on."""
    connection.close()
    connection.settings_dict["NAME"] = database
    connection.ensure_connection()


def copy(cluster: Cluster, template: str, *, to: str) -> str:
    """Make a database as its template is now. Django lets go of both."""
    connection.close()
    cluster.create(to, template=template)
    return to


def migrate(database: str) -> None:
    """Give an empty database the product's tables, and stay on it."""
    use(database)
    call_command("migrate", verbosity=0)
