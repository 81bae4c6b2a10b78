"""Views that do nothing, behind the product's own authentication: the floor of every call."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from rest_framework import status
from rest_framework.response import Response
from rest_framework.views import APIView

from loyalty.clients.models import Scope


class Empty(APIView):
    """What DRF, the middlewares and the key's look-up cost, whatever the call does then."""

    required_scope = Scope.MEMBERS_READ

    def get(self, _request: Any) -> Response:
        return Response({})

    def post(self, _request: Any) -> Response:
        return Response({}, status.HTTP_201_CREATED)


def show_nothing(request: HttpRequest) -> HttpResponse:
    """A page of the desk with its menu and nothing on it."""
    return TemplateResponse(request, "admin/base_site.html", admin.site.each_context(request))
