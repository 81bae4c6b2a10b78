"""Doors to what pages draw beside a measure: a grid, cohorts, a curve, how it was fitted."""

from dataclasses import replace
from datetime import datetime

from django.utils import timezone
from rest_framework.response import Response

from analytics import cohorts, freshness, keeping, scopes
from analytics.api import answers, asking, schemas
from analytics.api.asking import Question
from analytics.measures.registry import get_measure
from analytics.measuring import CutImpossible
from analytics.models import Fit
from analytics.reporting import PeriodImpossible
from analytics.rfm import Scoring
from analytics.scopes import WHOLE, Cut
from analytics.slicing import CutUnknown
from loyalty.clients import models as clients
from loyalty.clients.calling import ClientRequest, ClientView
from loyalty.core import zones
from loyalty.core.refusals import ValidationFailed
from members.api import reading
from members.api.reading import StoreNotAllowed


class Grid(ClientView):
    """How many members have each score of `rfm` at the end of a day, by either way of scoring.

    A client of a store is told of its own store alone (`store-not-allowed` of another). Nobody
    is named.
    """

    operation = "getRfmGrid"
    required_scope = clients.Scope.MEASURES_READ
    refusals = (ValidationFailed, PeriodImpossible, CutUnknown, StoreNotAllowed)

    @schemas.get_grid
    def get(self, request: ClientRequest) -> Response:
        at, book = timezone.now(), request.book
        question = _read_day(request, at)
        [one] = question.asked("rfm")
        scope = scopes.get_scope(period=one.period, at=at, cut=one.cut)
        asked = request.query_params.dict()
        scoring = asking.read_scoring(asked=asked) or Scoring(scope.rfm_scoring)
        if scoring == scope.rfm_scoring:
            kept = keeping.get(asked=[one], at=at, seen=scope)[one]
        else:
            scope = replace(scope, rfm_scoring=scoring.value)
            kept = keeping.compute_otherwise(asked=one, scope=scope)
        return Response(answers.of_grid(kept=kept, scope=scope, book=book))


class Cohorts(ClientView):
    """By month of first purchase, the buyers of that month and of each one since, up to a day.

    A client of a store is told of its own store alone (`store-not-allowed` of another). A cohort
    is of the first purchase anywhere: a cut restricts what is counted of it since.
    """

    operation = "getCohorts"
    required_scope = clients.Scope.MEASURES_READ
    refusals = (ValidationFailed, PeriodImpossible, CutUnknown, StoreNotAllowed)

    @schemas.get_cohorts
    def get(self, request: ClientRequest) -> Response:
        at, book = timezone.now(), request.book
        question = _read_day(request, at)
        scope = scopes.get_scope(period=question.period, at=at, cut=question.cut)
        # Read before anything is counted, as `keeping` does.
        is_finished = freshness.read(scope).is_settled(scope)
        table = cohorts.get_cohorts(scope=scope)
        shown = answers.of_cohorts(table=table, scope=scope, is_finished=is_finished, book=book)
        return Response(shown)


class Curve(ClientView):
    """The curve of Lorenz behind `pareto_share`: which share of buyers makes which of revenue.

    A client of a store is told of its own store alone (`store-not-allowed` of another). Nobody
    is named.
    """

    operation = "getLorenzCurve"
    required_scope = clients.Scope.MEASURES_READ
    refusals = (ValidationFailed, PeriodImpossible, CutUnknown, StoreNotAllowed)

    @schemas.get_curve
    def get(self, request: ClientRequest) -> Response:
        asked = request.query_params.dict()
        asking.check_period(asked=asked)
        question = asking.read_period(asked=asked, store=_get_store(request))
        [one] = question.asked("pareto_share")
        kept = keeping.get(asked=[one], at=timezone.now())[one]
        return Response(answers.of_curve(kept=kept, question=question, book=request.book))


class Fits(ClientView):
    """How `clv_predicted` was fitted, night by night: parameters, log-likelihoods, expectations.

    They are of the whole programme: a client of a store is refused (`cut-impossible`). Nobody is
    named.
    """

    operation = "listFits"
    required_scope = clients.Scope.MEASURES_READ
    refusals = (ValidationFailed, CutImpossible)

    @schemas.list_fits
    def get(self, request: ClientRequest) -> Response:
        own, book = request.client.store_id, request.book
        get_measure(code="clv_predicted").check(WHOLE if own is None else Cut(store_id=own))
        asked = request.query_params.dict()
        asking.check_at(asked=asked)
        fits = Fit.objects.latest_first(until=asking.read_at(asked=asked))
        told = [answers.of_fit(fit=fit, book=book) for fit in fits]
        return Response({"currency": book.currency, "fits": told})


def _read_day(request: ClientRequest, at: datetime) -> Question:
    """Return what is asked as of the end of a day. Raises what `asking.read_day` does."""
    asked = request.query_params.dict()
    asking.check_day(asked=asked)
    today = zones.business_day(moment=at, zone=request.book.zone)
    return asking.read_day(asked=asked, store=_get_store(request), today=today)


def _get_store(request: ClientRequest) -> str | None:
    """Return the code of the store that a client asks about: of its own, or of one it names."""
    store = reading.choose_store(request.client, request.query_params.get("store") or None)
    return store.code if store else None
