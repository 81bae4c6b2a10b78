from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views import defaults

from loyalty import views
from loyalty.core import problems, refusals
from loyalty.health import health
from loyalty.portal.views import errors

handler400 = problems.or_page(problems.BadRequest, defaults.bad_request)
handler403 = problems.or_page(problems.Forbidden, errors.forbidden)
handler404 = problems.or_page(refusals.NotFound, errors.not_found)
handler500 = problems.or_page(problems.InternalError, defaults.server_error)

urlpatterns = [
    path("", include("loyalty.portal.urls")),
    path("pictures/", include("rewards.urls")),
    path("language/", views.speak, name="set_language"),
    path("health/", health, name="health"),
    path("robots.txt", views.robots),
    path("favicon.ico", views.Favicon.as_view()),
    path(settings.DESK_PATH, admin.site.urls),
    path("api/v1/", include("loyalty.api_urls")),
]
