"""The door for what a till shows of the programme."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer

from loyalty.clients.calling import ClientRequest, ClientView
from loyalty.clients.models import Client, Scope
from loyalty.core import languages, money
from loyalty.programmes import naming, summaries
from loyalty.programmes.ladder import Ladder, Rung
from loyalty.programmes.merits import Measure
from loyalty.programmes.models import SpendProof
from loyalty.programmes.rulebook import Rulebook, StampCard, WalletTerms


class StoreOutput(serializers.Serializer[Any]):
    """The client's own store."""

    code = serializers.CharField()
    name = serializers.CharField()


class StampCardOutput(serializers.Serializer[Any]):
    """So many stamps make a voucher."""

    stamps = serializers.IntegerField(min_value=1)
    voucher = serializers.CharField(help_text="In the language of Accept-Language.")
    value = serializers.CharField(allow_null=True, help_text="A decimal string.")


class WalletOutput(serializers.Serializer[Any]):
    """What members collect, and in words how long it lasts."""

    code = serializers.CharField()
    name = serializers.CharField(help_text="In the language of Accept-Language.")
    pending_days = serializers.IntegerField(min_value=0)
    expiry = serializers.CharField()
    card = StampCardOutput(allow_null=True)


class ThresholdOutput(serializers.Serializer[Any]):
    """How much of a measure a tier takes."""

    measure = serializers.ChoiceField(choices=[one.value for one in Measure])
    amount = serializers.CharField(help_text="A decimal string; whole for credits and visits.")


class RungOutput(serializers.Serializer[Any]):
    """A tier. Without a threshold everybody starts there."""

    code = serializers.CharField()
    name = serializers.CharField(help_text="In the language of Accept-Language.")
    multiplier = serializers.CharField(help_text="A decimal string.")
    thresholds = ThresholdOutput(many=True)


class LadderOutput(serializers.Serializer[Any]):
    """Tiers from the lowest up; any of the thresholds is enough, or it takes all."""

    takes = serializers.ChoiceField(choices=["any", "all"])
    tiers = RungOutput(many=True)


class RuleOutput(serializers.Serializer[Any]):
    """A rule that gives now, in words."""

    code = serializers.CharField()
    name = serializers.CharField(help_text="In the language of Accept-Language.")
    says = serializers.CharField(help_text="In the language of Accept-Language.")


class ProgrammeOutput(serializers.Serializer[Any]):
    """The programme as a till shows it. `store` is null for a client of the whole programme."""

    name = serializers.CharField()
    currency = serializers.CharField()
    time_zone = serializers.CharField()
    value_of_point = serializers.CharField(help_text="A decimal string, in the currency.")
    spending_wallet = serializers.CharField()
    spend_proof = serializers.ChoiceField(
        choices=[value.lower() for value in SpendProof.values],
        help_text="`code`: points are spent with the code on the member's phone alone.",
    )
    offline_points = serializers.IntegerField(
        help_text="What a till may let a member use in a day without a network; 0 is nothing."
    )
    store = StoreOutput(allow_null=True)
    wallets = WalletOutput(many=True)
    ladder = LadderOutput(allow_null=True)
    rules = RuleOutput(many=True)


_SHOWN = {
    "name": "Maison Verne",
    "currency": "EUR",
    "time_zone": "Europe/Paris",
    "value_of_point": "0.01",
    "spending_wallet": "points",
    "spend_proof": "card",
    "offline_points": 0,
    "store": {"code": "lyon", "name": "Lyon"},
    "wallets": [
        {
            "code": "points",
            "name": "Points",
            "pending_days": 0,
            "expiry": "Good for 365 days.",
            "card": None,
        }
    ],
    "ladder": {
        "takes": "any",
        "tiers": [
            {
                "code": "silver",
                "name": "Silver",
                "multiplier": "1.5",
                "thresholds": [{"measure": "spend", "amount": "100.00"}],
            }
        ],
    },
    "rules": [{"code": "base", "name": "Base", "says": "1 point for each whole €1.00."}],
}


class OneProgramme(ClientView):
    """What a till shows of the programme, in the caller's language, with the rules in words.

    Send the `ETag` again as `If-None-Match`: while nothing has changed the answer is 304, empty.
    """

    operation = "getProgramme"
    required_scope = Scope.PROGRAMME_READ

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "If-None-Match",
                OpenApiTypes.STR,
                OpenApiParameter.HEADER,
                description="The `ETag` of what the till has.",
            ),
            OpenApiParameter(
                "ETag",
                OpenApiTypes.STR,
                OpenApiParameter.HEADER,
                response=[200, 304],
                description="Of this answer in this language.",
            ),
        ],
        responses={
            200: ProgrammeOutput,
            304: OpenApiResponse(description="What the till has is what there is."),
        },
        examples=[
            OpenApiExample("A programme", value=_SHOWN, response_only=True, status_codes=["200"])
        ],
    )
    def get(self, request: ClientRequest) -> HttpResponse:
        shown = of_programme(client=request.client, at=timezone.now(), book=request.book)
        body = JSONRenderer().render(shown)
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        answer = HttpResponse(
            body,
            content_type="application/json",
            headers={"ETag": etag, "Cache-Control": "private, no-cache"},
        )
        known = get_conditional_response(request._request, etag=etag, response=answer)
        return known if isinstance(known, HttpResponse) else answer


def of_programme(*, client: Client, at: datetime, book: Rulebook) -> dict[str, Any]:
    """Return the programme as a client shows it. No statement but for names that are new here."""
    store = client.store
    return {
        "name": book.name,
        "currency": book.currency,
        "time_zone": book.zone.key,
        "value_of_point": f"{book.value_of_point.normalize():f}",
        "spending_wallet": book.spending_wallet,
        "spend_proof": book.spend_proof.lower(),
        "offline_points": book.offline_points,
        "store": {"code": store.code, "name": store.name} if store else None,
        "wallets": [_wallet(wallet, book) for wallet in book.wallets.values()],
        "ladder": _ladder(book.ladder, book) if book.ladder else None,
        "rules": list(_rules(at, book)),
    }


def _wallet(wallet: WalletTerms, book: Rulebook) -> dict[str, Any]:
    said = [summaries.expiry(expiry=wallet.expiry)]
    if wallet.inactivity:
        said.append(summaries.inactivity(wallet.inactivity))
    return {
        "code": wallet.code,
        "name": languages.in_language(french=wallet.name_fr, english=wallet.name_en),
        "pending_days": wallet.pending_days,
        "expiry": " ".join(f"{words[:1].upper()}{words[1:]}." for words in said),
        "card": _card(wallet.card, book) if wallet.card else None,
    }


def _card(card: StampCard, book: Rulebook) -> dict[str, Any]:
    gift, cents = card.voucher, card.voucher.value_cents
    return {
        "stamps": card.stamps,
        "voucher": languages.in_language(french=gift.name_fr, english=gift.name_en),
        "value": None if cents is None else money.to_text(cents=cents, currency=book.currency),
    }


def _ladder(ladder: Ladder, book: Rulebook) -> dict[str, Any]:
    return {
        "takes": "all" if ladder.needs_all else "any",
        "tiers": [_tier(rung, ladder, book) for rung in ladder.rungs],
    }


def _tier(rung: Rung, ladder: Ladder, book: Rulebook) -> dict[str, Any]:
    thresholds = [(measure, rung.threshold(measure)) for measure in ladder.measures]
    return {
        "code": rung.code,
        "name": languages.in_language(french=rung.name_fr, english=rung.name_en),
        "multiplier": f"{rung.multiplier.normalize():f}",
        "thresholds": [
            {"measure": measure.value, "amount": _amount(measure, count, book)}
            for measure, count in thresholds
            if count
        ],
    }


def _amount(measure: Measure, count: int, book: Rulebook) -> str:
    if measure is Measure.SPEND:
        return money.to_text(cents=count, currency=book.currency)
    return str(count)


def _rules(at: datetime, book: Rulebook) -> Iterator[dict[str, str]]:
    """Say what gives everybody points at a moment, in the order of the rules."""
    names = naming.get_names(
        revision=book.revision, language=(translation.get_language() or "fr")[:2]
    )
    for rule in book.rules:
        # What is for some members alone stands among the offers of each.
        if (version := rule.version_at(at)) and not rule.audiences:
            yield {
                "code": rule.code,
                "name": languages.in_language(french=rule.name_fr, english=rule.name_en),
                "says": summaries.summarise(
                    terms=version.terms, currency=book.currency, names=names
                ),
            }
