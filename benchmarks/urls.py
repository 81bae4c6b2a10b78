from django.urls import path

from benchmarks.views import Empty
from loyalty import urls

urlpatterns = [path("benchmarks/empty", Empty.as_view()), *urls.urlpatterns]
