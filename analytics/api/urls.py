from django.urls import path

from analytics.api import views

urlpatterns = [
    path("measures", views.Measures.as_view(), name="measures"),
    path("measures/<str:measure>", views.OneMeasure.as_view(), name="measure"),
]
