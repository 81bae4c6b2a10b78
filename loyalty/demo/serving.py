"""Web, worker and schedule in one process, with no other service: what `make run` serves.

The queue is in memory unless REDIS_URL names one; tasks run on the worker's threads, as they
would on another machine, and never inside the caller.
"""

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

import waitress
from celery.beat import EmbeddedService
from celery.worker import WorkController, state
from django.conf import settings

from loyalty.celery import app as celery_app

HOST = "127.0.0.1"
_WEB_THREADS = 8
_WORKER_THREADS = 2
_PATIENCE = 30


class PortTaken(Exception):
    """Somebody else listens there already."""


def check_free(*, port: int) -> None:
    """Raise PortTaken before anything is prepared for a port that cannot be had."""
    with socket.socket() as probe:
        # As the server will: a port that was closed a moment ago is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise PortTaken from error


def serve(*, port: int, ready: Callable[[], object]) -> None:
    """Serve until Ctrl-C or SIGTERM, then stop web, schedule and worker, in this order.

    `ready` is called when requests are accepted and jobs run.
    """
    from loyalty.wsgi import application

    _lead_links_here(port)
    # Both, and here: a shell that starts us in the background has Ctrl-C ignored.
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    server = waitress.create_server(application, host=HOST, port=port, threads=_WEB_THREADS)
    try:
        with _worker(), _schedule():
            ready()
            server.run()
            # A second one must not leave the others half stopped.
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
    finally:
        server.close()


def _lead_links_here(port: int) -> None:
    """Let the links in e-mails lead to the port that is served, unless they lead elsewhere."""
    if settings.SITE_URL.startswith(f"http://{HOST}:"):
        settings.SITE_URL = f"http://{HOST}:{port}"


def _stop(_signal: int, _frame: object) -> None:
    raise SystemExit(0)


@contextmanager
def _worker() -> Iterator[None]:
    worker = WorkController(
        app=celery_app,
        pool_cls="threads",
        concurrency=_WORKER_THREADS,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    )
    state.should_stop = None
    thread = Thread(target=worker.start, name="worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        # The worker looks at this between two messages, and ends what it has begun.
        state.should_stop = 0
        thread.join(_PATIENCE)


@contextmanager
def _schedule() -> Iterator[None]:
    beat = EmbeddedService(
        celery_app,
        thread=True,
        scheduler_cls="celery.beat:PersistentScheduler",
        schedule_filename=str(settings.VAR_DIR / "schedule"),
    )
    beat.start()
    try:
        yield
    finally:
        beat.stop()
        beat.join(_PATIENCE)
