from django.urls import path

from analytics.api import pictures, views

urlpatterns = [
    path("measures", views.Measures.as_view(), name="measures"),
    path("measures/<str:measure>", views.OneMeasure.as_view(), name="measure"),
    path("measures/rfm/grid", pictures.Grid.as_view(), name="rfm-grid"),
    path("measures/cohort_retention/cohorts", pictures.Cohorts.as_view(), name="cohorts"),
    path("measures/pareto_share/curve", pictures.Curve.as_view(), name="lorenz-curve"),
    path("measures/clv_predicted/fits", pictures.Fits.as_view(), name="fits"),
]
