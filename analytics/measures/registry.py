"""All measures, by code, in the order in which they are shown."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from django.utils.translation import gettext_lazy as _

from analytics import measures
from analytics.measuring import Family, Measure
from loyalty.core.refusals import NotFound


class MeasureUnknown(NotFound):
    code = "measure-unknown"
    title = _("There is no measure of this code.")


@cache
def get_measures() -> dict[str, Measure]:
    """Return every measure of this package: a module that defines `MEASURE` is one."""
    names = [module.name for module in iter_modules(measures.__path__)]
    modules = [import_module(f"{measures.__name__}.{name}") for name in names]
    found = [module.MEASURE for module in modules if hasattr(module, "MEASURE")]
    chapters = list(Family)
    found.sort(key=lambda measure: (chapters.index(measure.family), measure.code))
    return {measure.code: measure for measure in found}


def get_measure(*, code: str) -> Measure:
    """Return the measure of a code. Raises MeasureUnknown."""
    try:
        return get_measures()[code]
    except KeyError:
        raise MeasureUnknown(asked=code) from None
