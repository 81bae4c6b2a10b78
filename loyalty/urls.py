from django.contrib import admin
from django.urls import path

urlpatterns = [
    path("desk/", admin.site.urls),
]
