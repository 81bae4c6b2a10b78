"""Doors for those who read figures: which measures there are, and what one says."""

from django.utils import timezone
from rest_framework.response import Response

from analytics import keeping
from analytics.api import answers, asking, schemas
from analytics.measures.registry import MeasureUnknown, get_measures
from analytics.measures.registry import get_measure as find_measure
from analytics.measuring import CutImpossible
from analytics.reporting import PeriodImpossible
from analytics.scopes import WHOLE, Cut
from analytics.slicing import CutUnknown
from loyalty.clients.calling import ClientRequest, ClientView
from loyalty.clients.models import Scope
from loyalty.core import zones
from loyalty.core.refusals import ValidationFailed
from members.api import reading
from members.api.reading import StoreNotAllowed


class Measures(ClientView):
    """Every measure with its definition, in the caller's language, chapter by chapter.

    A client of a store is shown those that can be cut by store.
    """

    operation = "listMeasures"
    required_scope = Scope.MEASURES_READ

    @schemas.list_measures
    def get(self, request: ClientRequest) -> Response:
        own = request.client.store_id
        cut = WHOLE if own is None else Cut(store_id=own)
        shown = [one for one in get_measures().values() if one.allows(cut)]
        return Response({"measures": [answers.of_measure(measure=one) for one in shown]})


class OneMeasure(ClientView):
    """What a measure says of a period: exact, with what it was computed from and when.

    A client of a store is told of its own store alone (`store-not-allowed` of another), and
    nothing that only the whole programme has (`cut-impossible`). Nobody is named.
    """

    operation = "getMeasure"
    required_scope = Scope.MEASURES_READ
    refusals = (
        MeasureUnknown,
        ValidationFailed,
        PeriodImpossible,
        CutImpossible,
        CutUnknown,
        StoreNotAllowed,
    )

    @schemas.get_measure
    def get(self, request: ClientRequest, measure: str) -> Response:
        found, at, book = find_measure(code=measure), timezone.now(), request.book
        asked = request.query_params.dict()
        asking.check(asked=asked)
        store = reading.choose_store(request.client, asked.get("store") or None)
        question = asking.read(
            asked=asked,
            store=store.code if store else None,
            today=zones.business_day(moment=at, zone=book.zone),
        )
        kept = keeping.get(asked=question.asked(found.code), at=at)
        shown = answers.of_report(measure=found, question=question, kept=kept, book=book)
        return Response(shown)
