from django.urls import path

from members.api import (
    attachments,
    batches,
    events,
    holds,
    programme,
    returns,
    statements,
    subscriptions,
    views,
    vouchers,
)

urlpatterns = [
    path("members", views.Members.as_view(), name="members"),
    path("members/lookup", views.Lookup.as_view(), name="lookup"),
    path("members/<str:member>", views.OneMember.as_view(), name="member"),
    path("members/<str:member>/balance", views.MemberBalance.as_view(), name="balance"),
    path("members/<str:member>/entries", statements.Entries.as_view(), name="entries"),
    path("members/<str:member>/events", events.Events.as_view(), name="events"),
    path("holds", holds.Holds.as_view(), name="holds"),
    path("holds/<str:hold>/capture", holds.Capture.as_view(), name="hold-capture"),
    path("holds/<str:hold>/void", holds.Void.as_view(), name="hold-void"),
    path("programme", programme.OneProgramme.as_view(), name="programme"),
    path("subscriptions", subscriptions.Subscriptions.as_view(), name="subscriptions"),
    path(
        "subscriptions/<str:subscription>/cancel",
        subscriptions.Cancellation.as_view(),
        name="subscription-cancel",
    ),
    path("vouchers/<str:code>", vouchers.OneVoucher.as_view(), name="voucher"),
    path("vouchers/<str:code>/use", vouchers.VoucherUse.as_view(), name="voucher-use"),
    path("purchases", views.Purchases.as_view(), name="purchases"),
    path("purchases/batch", batches.Batch.as_view(), name="batch"),
    path("purchases/preview", views.Preview.as_view(), name="preview"),
    path("purchases/<str:purchase>/member", attachments.Attachment.as_view(), name="attach"),
    path("purchases/<str:purchase>/returns", returns.Returns.as_view(), name="returns"),
]
