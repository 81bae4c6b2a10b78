from django.urls import path

from rewards.api import views

urlpatterns = [
    path("rewards", views.Rewards.as_view(), name="rewards"),
    path("members/<str:member>/rewards", views.MemberRewards.as_view(), name="member-rewards"),
    path("redemptions", views.Redemptions.as_view(), name="redemptions"),
    path("redemptions/<str:redemption>/cancel", views.Cancel.as_view(), name="cancel"),
]
