from django.urls import path

from members.api import views

urlpatterns = [
    path("members", views.Members.as_view(), name="members"),
    path("members/lookup", views.Lookup.as_view(), name="lookup"),
    path("members/<str:member>", views.OneMember.as_view(), name="member"),
    path("members/<str:member>/balance", views.MemberBalance.as_view(), name="balance"),
    path("purchases", views.Purchases.as_view(), name="purchases"),
    path("purchases/preview", views.Preview.as_view(), name="preview"),
]
