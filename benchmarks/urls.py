from django.urls import include, path

from benchmarks.views import Empty

urlpatterns = [
    path("benchmarks/empty", Empty.as_view()),
    path("", include("loyalty.urls")),
]
