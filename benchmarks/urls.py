from django.urls import path

from benchmarks.views import Empty, show_nothing
from loyalty import urls

urlpatterns = [
    path("benchmarks/empty", Empty.as_view()),
    path("benchmarks/page", show_nothing),
    *urls.urlpatterns,
]
