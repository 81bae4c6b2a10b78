"""The desk's own pages. They live in the namespace `admin`, before the tables' pages."""

from collections.abc import Sequence

from django.urls import URLPattern, path

from loyalty.desk.views import (
    adjusting,
    approvals,
    audit,
    campaigns,
    emails,
    exports,
    household,
    imports,
    jobs,
    look,
    member,
    member_acts,
    member_data,
    member_statement,
    merging,
    offers,
    retention,
    second_factors,
    signing_in,
    simulations,
    tiers,
    till,
    webhooks,
)

# The way in. Each of these guards itself: who opens them may not open the desk yet.
ENTRANCE: Sequence[URLPattern] = (
    path("again/", signing_in.again, name="again"),
    path("mfa/", second_factors.overview, name="mfa"),
    path("mfa/enter/", signing_in.enter_factor, name="mfa_enter"),
    path("mfa/authenticator/", second_factors.totp, name="mfa_totp"),
    path("mfa/passkey/", second_factors.key, name="mfa_key"),
    path("mfa/codes/", second_factors.codes, name="mfa_codes"),
    path("mfa/codes/renew/", second_factors.renew_codes, name="mfa_renew"),
    path("mfa/remove/", second_factors.remove, name="mfa_remove"),
)

# Each view says who may open it: `loyalty.desk.guarding.needs`.
PAGES: Sequence[URLPattern] = (
    path("approvals/", approvals.show, name="approvals"),
    path("approvals/<str:approval>/", approvals.decide, name="approval"),
    path("members/member/<int:pk>/adjust/", adjusting.adjust, name="member_adjust"),
    path("audit/", audit.show, name="audit"),
    path("campaigns/", campaigns.show, name="campaigns"),
    path("campaigns/<int:pk>/", campaigns.campaign, name="campaign"),
    path("offers/", offers.show, name="offers"),
    path("offers/<int:pk>/", offers.offer, name="offer"),
    path("jobs/", jobs.show, name="jobs"),
    path("simulations/", simulations.show, name="simulations"),
    path("simulations/<int:pk>/", simulations.simulation, name="simulation"),
    path("members/member/<int:pk>/change/", member.show, name="members_member_change"),
    path("members/member/<int:pk>/notes/", member.note, name="member_note"),
    path(
        "members/member/<int:pk>/notes/<int:note>/erase/",
        member.erase_note,
        name="member_erase_note",
    ),
    path("members/member/<int:pk>/block/", member_acts.block, name="member_block"),
    path("members/member/<int:pk>/unblock/", member_acts.unblock, name="member_unblock"),
    path("members/member/<int:pk>/close/", member_acts.close, name="member_close"),
    path("members/member/<int:pk>/household/", household.share, name="member_household"),
    path(
        "members/member/<int:pk>/household/leave/", household.leave, name="member_household_leave"
    ),
    path("members/member/<int:pk>/household/end/", household.end, name="member_household_end"),
    path(
        "members/member/<int:pk>/cards/<int:card>/replace/",
        member_acts.replace_card,
        name="member_replace_card",
    ),
    path("members/member/<int:pk>/statement/", member_statement.show, name="member_statement"),
    path(
        "members/member/<int:pk>/statement/download/",
        member_statement.download,
        name="member_statement_download",
    ),
    path("members/member/<int:pk>/waiting/", member_acts.settle_waiting, name="member_waiting"),
    path("members/member/<int:pk>/tier/", member_acts.give_tier, name="member_tier"),
    path(
        "members/member/<int:pk>/tier/withdraw/",
        member_acts.withdraw_tier,
        name="member_tier_withdraw",
    ),
    path("members/member/<int:pk>/export/", member_data.export, name="member_export"),
    path("members/member/<int:pk>/erase/", member_data.erase, name="member_erase"),
    path("members/member/<int:pk>/merge/", merging.merge, name="member_merge"),
    path("members/member/<int:pk>/unmerge/", merging.unmerge, name="member_unmerge"),
    path("till/", till.show, name="till"),
    path("till/open/", till.start, name="till_open"),
    path("till/renew/", till.renew, name="till_renew"),
    path("till/close/", till.close, name="till_close"),
    path("tiers/", tiers.overview, name="tier_moves"),
    path("tiers/<str:review>/", tiers.show, name="tier_review"),
    path("imports/", imports.upload, name="imports"),
    path("imports/<str:file>/", imports.show, name="import"),
    path("imports/<str:file>/errors/", imports.errors, name="import_errors"),
    path("exports/", exports.show, name="exports"),
    path("exports/<str:approval>/", exports.taken, name="export_taken"),
    path("webhooks/", webhooks.show, name="webhooks"),
    path("webhooks/<int:pk>/", webhooks.webhook, name="webhook"),
    path("webhooks/<int:pk>/secret/", webhooks.rotate, name="webhook_secret"),
    path("retention/", retention.show, name="retention"),
    path("look/", look.show, name="look"),
    path("emails/", emails.show, name="emails"),
    path("emails/<slug:template>/<slug:language>/", emails.email, name="email"),
    path("jobs/<str:day>/again/", jobs.again, name="jobs_again"),
)
