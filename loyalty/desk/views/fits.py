"""The models that tell what members will buy: how they were fitted, and how right they were."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from loyalty.desk import fits
from loyalty.desk.guarding import needs


@require_safe
@needs("analytics.view_fit")
def show(request: HttpRequest) -> HttpResponse:
    """Show the last fit and the ones before it. Sums alone: nobody is told of."""
    told = {"title": _("How predicted value is fitted"), "shown": fits.get_shown()}
    context = admin.site.each_context(request) | told
    return TemplateResponse(request, "desk/fits.html", context)
