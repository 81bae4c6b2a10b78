"""Files of members, purchases, rewards and codes: looked at first, then brought in."""

import csv
import io
from collections.abc import Callable
from typing import cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from kombu.exceptions import OperationalError

from loyalty.core.formulas import neutralised
from loyalty.core.refusals import Refusal
from loyalty.desk import imports
from loyalty.desk.guarding import ask_again, needs
from loyalty.filing import asking, keeping, kinds, working
from loyalty.identity.models import User
from loyalty.identity.models.tracing import address_of_request
from loyalty.tasks import bring_in_file, look_at_file
from members.importing.surveying import BadFile
from members.models import ImportFile

_NEEDS = ("members.import_files", "rewards.add_reward", "rewards.add_poolcode")
# What is so small is looked at while the reader waits.
_SMALL = 300_000


@require_http_methods(["GET", "HEAD", "POST"])
@needs(*_NEEDS)
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file and look at it; below, the last ones."""
    offered = kinds.get_kinds(has_perm=request.user.has_perm)
    if not offered:
        raise PermissionDenied
    form = imports.UploadForm(request.POST or None, request.FILES or None, offered=offered)
    if request.method == "POST" and form.is_valid() and (file := _keep(request, form)):
        return _look(request, file)
    told = {
        "title": _("Imports"),
        "form": form,
        "kinds": offered,
        "latest": imports.get_latest(request, at=timezone.now()),
    }
    context = admin.site.each_context(request) | told
    return TemplateResponse(request, "desk/imports.html", context)


def _keep(request: HttpRequest, form: imports.UploadForm) -> ImportFile | None:
    uploaded = form.cleaned_data["file"]
    try:
        return keeping.keep(
            source=uploaded.file,
            size=uploaded.size,
            title=uploaded.name,
            kind=form.cleaned_data["kind"],
            options=form.options,
            uploaded_by=cast("User", request.user),
            address=address_of_request(),
            at=timezone.now(),
        )
    except BadFile as refusal:
        form.add_error("file", str(refusal.detail))
        return None


def _look(request: HttpRequest, file: ImportFile) -> HttpResponse:
    if keeping.path_of(file).stat().st_size <= _SMALL:
        working.look(file=file, clock=timezone.now)
    else:
        _queue(request, lambda: look_at_file.delay(file_id=file.pk))
    return redirect("admin:import", file.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(*_NEEDS)
def show(request: HttpRequest, file: str) -> HttpResponse:
    """Show what would happen, how far it is, or what has happened; a POST brings the file in."""
    found = _get(request, file)
    if request.method == "POST" and "look" in request.POST:
        return _again(request, found)
    if request.method == "POST":
        # A file of purchases is points by hand: as before adjusting, whoever it is says so again.
        return (ask_again(request) if found.points else None) or _start(request, found)
    told = {"title": found.title, "shown": imports.show(file=found, at=timezone.now())}
    if request.htmx:  # type: ignore[attr-defined]  # its middleware adds it
        return TemplateResponse(request, "desk/_import.html", told)
    context = admin.site.each_context(request) | told
    return TemplateResponse(request, "desk/import.html", context)


def _again(request: HttpRequest, file: ImportFile) -> HttpResponse:
    _queue(request, lambda: look_at_file.delay(file_id=file.pk))
    return redirect("admin:import", file.public_id)


def _start(request: HttpRequest, file: ImportFile) -> HttpResponse:
    try:
        is_free = asking.start(file=file, by=cast("User", request.user), at=timezone.now())
    except Refusal as refusal:
        messages.warning(request, str(refusal.detail))
    else:
        if is_free:
            bring_in(request, file)
        else:
            said = _("Nothing has been written yet: this waits for another person.")
            messages.warning(request, said)
    return redirect("admin:import", file.public_id)


def bring_in(request: HttpRequest, file: ImportFile) -> bool:
    """Have a file that may be brought in worked on; say whether somebody could be told to."""
    if _queue(request, lambda: bring_in_file.delay(file_id=file.pk)):
        return True
    asking.give_back(file=file)
    return False


@require_safe
@needs(*_NEEDS)
def errors(request: HttpRequest, file: str) -> HttpResponse:
    """Give the refused lines as a file."""
    found = _get(request, file)
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";" if request.LANGUAGE_CODE == "fr" else ",")
    writer.writerow([_("Line"), _("Code"), _("What is wrong")])
    for error in (found.result or found.report).get("errors", ()):
        writer.writerow([error["line"], error["code"], neutralised(error["detail"])])
    return HttpResponse(
        "\N{ZERO WIDTH NO-BREAK SPACE}" + written.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{found.public_id}.csv"',
            "Cache-Control": "no-store, private",
        },
    )


def _get(request: HttpRequest, public_id: str) -> ImportFile:
    """Return a file that the reader may see and bring in, or 404: absent and foreign are alike."""
    file = imports.get_files(request).filter(public_id=public_id).first()
    if file is None or not kinds.get_kind(file).is_for(request.user.has_perm):
        raise Http404
    return file


def _queue(request: HttpRequest, send: Callable[[], object]) -> bool:
    try:
        send()
    except OperationalError:
        messages.error(request, _("The queue does not answer. Nothing was started; try again."))
        return False
    return True
