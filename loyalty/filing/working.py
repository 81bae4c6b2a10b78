"""Looking at an uploaded file, and bringing it in: once, watched, and on from where it stopped."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, Value
from django.db.models.functions import Least
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import Refusal
from loyalty.filing import keeping, kinds
from loyalty.filing.kinds import Work
from loyalty.identity.models import User
from members import owning
from members.importing.journal import Progress
from members.importing.surveying import BadFile
from members.models import FileState, ImportFile

Clock = Callable[[], datetime]
# Whoever is silent for so long has died: another may go on.
SILENCE = timedelta(minutes=2)


class FileGone(BadFile):
    code = "file-gone"
    title = _("The file is no longer here: files are kept for a day. Upload it again.")


class NotReady(Refusal):
    code = "not-ready"
    status = 409
    title = _("This file has been started, or was not checked yet.")


def is_silent(file: ImportFile, *, at: datetime) -> bool:
    """Say whether a file that is being worked on has given no sign of life for too long."""
    is_at_work = file.state in (FileState.LOOKING, FileState.RUNNING, FileState.WAITING)
    return is_at_work and (file.heard_at is None or file.heard_at <= at - SILENCE)


def start(*, file: ImportFile, at: datetime) -> None:
    """Let a file that was looked at, or that stopped, be brought in. Once: raises NotReady.

    Of two who start it at once, one does. The caller then has it worked on.
    """
    rows = ImportFile.objects.kept().filter(pk=file.pk)
    if rows.filter(state=FileState.LOOKED).update(state=FileState.WAITING, heard_at=at, done=0):
        return
    silent = Q(state__in=(FileState.RUNNING, FileState.WAITING), heard_at__lte=at - SILENCE)
    stopped = rows.filter(Q(state=FileState.STOPPED) | silent)
    if not stopped.update(state=FileState.WAITING, heard_at=at):
        raise NotReady


def give_back(*, file: ImportFile) -> None:
    """Undo `start` where nobody could be told to work on it."""
    waiting = ImportFile.objects.filter(pk=file.pk, state=FileState.WAITING)
    waiting.update(state=FileState.LOOKED)


def look(*, file: ImportFile, clock: Clock) -> None:
    """Say what would be done with a file, and write nothing of it. Safe to run twice."""
    seen = ImportFile.objects.filter(
        Q(state=FileState.RECEIVED) | Q(state=FileState.LOOKING, heard_at__lte=clock() - SILENCE),
        pk=file.pk,
    )
    if not seen.update(state=FileState.LOOKING, heard_at=clock(), done=0):
        return
    with _in_words_of(file), _stopping(file, clock, FileState.RECEIVED):
        path = keeping.path_of(file)
        if not path.exists():
            raise FileGone
        file.columns = dict(kinds.get_kind(file).understand(path))
        report = kinds.get_kind(file).bring_in(_work(file, clock, is_dry_run=True))
        _say(
            file,
            state=FileState.LOOKED,
            columns=file.columns,
            report=report.as_json(),
            points=report.points or 0,
        )


def bring_in(*, file: ImportFile, clock: Clock) -> None:
    """Do what `look` said, from where an attempt before this one stopped. Safe to run twice."""
    waiting = ImportFile.objects.filter(
        Q(state=FileState.WAITING) | Q(state=FileState.RUNNING, heard_at__lte=clock() - SILENCE),
        pk=file.pk,
    )
    if not waiting.update(state=FileState.RUNNING, heard_at=clock(), refusal=""):
        return
    with _in_words_of(file), _stopping(file, clock, FileState.STOPPED):
        if not keeping.path_of(file).exists():
            raise FileGone
        report = kinds.get_kind(file).bring_in(_work(file, clock, is_dry_run=False))
        _say(
            file, state=FileState.DONE, result=report.as_json(), done=F("steps"), ended_at=clock()
        )
    file.refresh_from_db()
    if file.state == FileState.DONE:
        keeping.remove(file=file)


def _work(file: ImportFile, clock: Clock, *, is_dry_run: bool) -> Work:
    @contextmanager
    def watch(steps: int) -> Iterator[Progress]:
        _say(file, steps=steps, heard_at=clock())

        def progress(done: int) -> None:
            # What was done before an interruption is counted already, but for a chunk.
            reached = Least(F("done") + Value(done), F("steps"))
            _say(file, done=reached, heard_at=clock())

        yield progress

    return Work(
        path=keeping.path_of(file),
        options=file.options,
        columns=file.columns,
        at=clock(),
        is_dry_run=is_dry_run,
        own=owning.get_own(users=_people_of(file)),
        watch=watch,
    )


def _people_of(file: ImportFile) -> list[User]:
    """Return who has a hand in a file: nobody of them gives points to themselves by it."""
    approval = file.approval
    hands = (file.uploaded_by, file.started_by, approval.decided_by if approval else None)
    return [user for user in hands if user is not None]


@contextmanager
def _in_words_of(file: ImportFile) -> Iterator[None]:
    """Say what is refused in the language of whoever uploaded the file."""
    reader = file.uploaded_by
    with translation.override(reader.language if reader else "fr"):
        yield


@contextmanager
def _stopping(file: ImportFile, clock: Clock, state: FileState) -> Iterator[None]:
    """Write down that work on a file was refused as a whole, or that it stopped on the way."""
    is_done = False
    try:
        yield
        is_done = True
    except Refusal as refusal:
        is_done = True
        keeping.remove(file=file)
        said = {"columns": list(refusal.figures.get("columns", ()))}
        _say(file, state=FileState.REFUSED, refusal=refusal.code, columns=said, ended_at=clock())
    finally:
        if not is_done:
            _say(file, state=state, heard_at=clock())


def _say(file: ImportFile, **said: Any) -> None:
    ImportFile.objects.filter(pk=file.pk).update(**said)
