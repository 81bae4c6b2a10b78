"""Files that were uploaded: kept under a name of chance until they are done, a day at most."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from loyalty.core import ids
from loyalty.identity.models import Approval, ApprovalKind, User
from members.importing import receiving
from members.models import FileState, ImportFile

LIFE = timedelta(days=1)
_BATCH = 500


def path_of(file: ImportFile) -> Path:
    """Return where a file lies, or lay."""
    return _folder() / f"{file.public_id}.csv"


def keep(
    *,
    source: BinaryIO,
    size: int,
    title: str,
    kind: str,
    options: Mapping[str, str],
    uploaded_by: User,
    address: str | None,
    at: datetime,
) -> ImportFile:
    """Keep an upload as lines that can be read. Raises NotATable, TooLarge, UnknownEncoding."""
    file = ImportFile(
        public_id=ids.new("imp"),
        kind=kind,
        title=title[-120:],
        options=dict(options),
        uploaded_by=uploaded_by,
        uploaded_at=at,
        address=address,
    )
    receiving.receive(source=source, size=size, path=path_of(file))
    file.save(force_insert=True)
    return file


def remove(*, file: ImportFile) -> None:
    """Throw a file away. What was said of it stays. May be repeated."""
    path_of(file).unlink(missing_ok=True)
    ImportFile.objects.filter(pk=file.pk).update(is_kept=False)


def purge(*, at: datetime) -> int:
    """Throw away files of more than a day, brought in or not; return how many. Repeatable.

    One that is being brought in is left until it ends or stops, and one that waits for another
    person until that lapses. What lies there under no name we know, as an upload was cut off,
    goes too, uncounted.
    """
    _sweep(at=at)
    asked = Approval.objects.waiting(at=at).filter(kind=ApprovalKind.IMPORT).values("pk")
    old = ImportFile.objects.kept().filter(uploaded_at__lte=at - LIFE)
    old = old.exclude(state=FileState.ASKED, approval__in=asked)
    resting = old.exclude(state__in=(FileState.RUNNING, FileState.WAITING), heard_at__gt=at - LIFE)
    files = list(resting.order_by("pk")[:_BATCH])
    for file in files:
        remove(file=file)
        if file.state not in (FileState.DONE, FileState.REFUSED):
            ImportFile.objects.filter(pk=file.pk).update(state=FileState.GONE)
    return len(files)


def _sweep(*, at: datetime) -> None:
    long_ago = (at - 2 * LIFE).timestamp()
    old = {path.stem: path for path in _folder().iterdir() if path.stat().st_mtime < long_ago}
    known = ImportFile.objects.kept().filter(public_id__in=old)
    for name in old.keys() - set(known.values_list("public_id", flat=True)):
        old[name].unlink(missing_ok=True)


def _folder() -> Path:
    folder = settings.VAR_DIR / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
