"""What every door for clients shares: a request that knows its client."""

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.views import APIView

from loyalty.clients.authentication import get_client
from loyalty.clients.models import Client, Scope
from loyalty.core.refusals import Refusal
from loyalty.programmes import books
from loyalty.programmes.rulebook import Rulebook


class ClientRequest(Request):
    """A client's request. `operation_key` is the key of its effect, where there is one."""

    operation_key: str = ""

    @property
    def client(self) -> Client:
        return get_client(self)

    @property
    def book(self) -> Rulebook:
        """The rulebook whose revision came with the client: no statement unless it is new."""
        return books.get_book(revision=getattr(self.auth, "programme_revision", None))


class ClientView(APIView):
    """A door for clients. `operation` is its operationId; `refusals` are its own.

    It opens to the scope it requires, or to any of those in `also_with`.
    """

    operation: ClassVar[str]
    required_scope: ClassVar[Scope]
    also_with: ClassVar[tuple[Scope, ...]] = ()
    refusals: ClassVar[tuple[type[Refusal], ...]] = ()

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> ClientRequest:
        return ClientRequest(
            request,
            parsers=self.get_parsers(),
            authenticators=self.get_authenticators(),
            negotiator=self.get_content_negotiator(),
            parser_context=self.get_parser_context(request),
        )
