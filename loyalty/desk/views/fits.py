"""The models that tell what members will buy: how they were fitted, and how right they were."""

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from loyalty.desk import fits
from loyalty.desk.fits import Shown
from loyalty.desk.guarding import needs
from loyalty.desk.measures import filing
from loyalty.programmes import books


@require_safe
@needs("analytics.view_fit")
def show(request: HttpRequest) -> HttpResponse:
    """Show the last fit and the ones before it. Sums alone: nobody is told of."""
    shown = fits.get_shown()
    if request.GET.keys() & {"csv", "png"}:
        return _file(request, shown)
    told = {"title": _("How predicted value is fitted"), "shown": shown}
    context = admin.site.each_context(request) | told
    return TemplateResponse(request, "desk/fits.html", context)


def _file(request: HttpRequest, shown: Shown) -> HttpResponse:
    """Give the trial as CSV or PNG, or the latest fits as CSV."""
    table, picture = request.GET.get("csv"), request.GET.get("png")
    if table == "fits":
        return filing.as_csv(fits.write_fits(shown), name="fits")
    if table == "trial":
        return filing.as_csv(fits.write_trial(shown), name="fits-trial")
    if picture != "trial" or not shown.pairs:
        raise Http404
    drawn = fits.draw(shown, programme=books.get_book().name)
    return filing.as_png(drawn, name="fits-trial")
