from django.contrib import admin
from django.urls import path

from loyalty.health import health

urlpatterns = [
    path("health/", health, name="health"),
    path("desk/", admin.site.urls),
]
