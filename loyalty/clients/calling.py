"""What every door for clients shares: a request that knows its client."""

from typing import Any, ClassVar, cast

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from loyalty.clients import throttling
from loyalty.clients.authentication import get_client
from loyalty.clients.models import Client, Scope, Shift
from loyalty.clients.throttling import Rate
from loyalty.core.refusals import Refusal
from loyalty.programmes import books
from loyalty.programmes.rulebook import Rulebook


class ClientRequest(Request):
    """A client's request. `operation_key` is the key of its effect, where there is one;
    `rate` is what the client may still do.
    """

    operation_key: str = ""
    is_one_of_many: bool = False
    rate: Rate | None = None

    @property
    def client(self) -> Client:
        return get_client(self)

    @property
    def shift(self) -> Shift | None:
        """The shift of whoever of the staff stands at a web till; of any other till none."""
        return getattr(self.auth, "shift", None)

    @property
    def book(self) -> Rulebook:
        """The rulebook whose revision came with the client: no statement unless it is new."""
        return books.get_book(revision=getattr(self.auth, "programme_revision", None))


class ClientView(APIView):
    """A door for clients. `operation` is its operationId; `refusals` are its own.

    It opens to the scope it requires, or to any of those in `also_with`. It asks for somebody
    where it says so, or may refuse a miss.
    """

    operation: ClassVar[str]
    required_scope: ClassVar[Scope]
    also_with: ClassVar[tuple[Scope, ...]] = ()
    refusals: ClassVar[tuple[type[Refusal], ...]] = ()
    asks_for_somebody: ClassVar[bool] = False

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> ClientRequest:
        return ClientRequest(
            request,
            parsers=self.get_parsers(),
            authenticators=self.get_authenticators(),
            negotiator=self.get_content_negotiator(),
            parser_context=self.get_parser_context(request),
        )

    def check_permissions(self, request: Request) -> None:
        """Count the call before anything else: one that may not is a call, too."""
        judged = throttling.judge_call(
            client=get_client(request),
            at=timezone.now(),
            asks_for_somebody=self.asks_for_somebody
            or any(refusal.is_miss for refusal in self.refusals),
        )
        cast("ClientRequest", request).rate = judged.shown
        if judged.refused:
            raise judged.refused.refusal()
        super().check_permissions(request)

    def handle_exception(self, exc: Exception) -> Response:
        """Say what was refused. Of a miss too many it is not said that it is one."""
        if isinstance(exc, Refusal) and exc.is_miss:
            client = get_client(self.request)
            refused = throttling.judge_miss(client=client, at=timezone.now())
            exc = refused.refusal() if refused else exc
        return super().handle_exception(exc)

    def finalize_response(
        self, request: Any, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        rate = getattr(request, "rate", None)
        for name, value in rate.as_headers().items() if rate else ():
            response[name] = value
        return super().finalize_response(request, response, *args, **kwargs)
