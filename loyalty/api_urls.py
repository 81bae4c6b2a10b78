"""The point-of-sale API, version 1: each app's calls, and what the API says of itself."""

from django.urls import include, path, re_path

from loyalty import describing
from loyalty.clients import views
from loyalty.portal import documenting

app_name = "api"

urlpatterns = [
    path("", include("members.api.urls")),
    path("", include("rewards.api.urls")),
    path("", include("analytics.api.urls")),
    path("operations/<path:key>", views.Operation.as_view(), name="operation"),
    path("openapi.json", describing.OpenAPI.as_view(), name="openapi"),
    path("docs/", documenting.Docs.as_view(), name="docs"),
    path("problems/<slug:code>", views.problem_type, name="problem"),
    re_path("", views.unknown_route),
]
