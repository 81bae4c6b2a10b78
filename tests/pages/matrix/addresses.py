"""Where a route leads: to what is one's own, to what is somebody else's, and to nothing."""

from collections.abc import Callable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from analytics.models import Action, Goal
from loyalty.mailing import unsubscribing
from loyalty.programmes.models import Campaign, Rule, Segment, Simulation
from loyalty.webhooks.models import Endpoint
from members.models import Member
from rewards.models import VoucherPool
from tests.pages.matrix.routes import Route
from tests.pages.matrix.scene import ABSENT, OTHER, OWN, Belongings, Scene

_NUMBER, _WORD = 999_999, "zzz"
Told = dict[str, Any]
# What a route's address says of a member's things; without them, of things that are not there.
_OF_MEMBERS: dict[str, Callable[[Belongings], Told]] = {
    "portal:voucher": lambda own: {"pk": own.redemption.voucher_id},
    "portal:case": lambda own: {"public_id": own.case.public_id},
    "portal:unsubscribe": lambda own: {
        "token": unsubscribing.make_token(recipient=own.member.public_id)
    },
    "portal:survey": lambda own: {"token": own.survey_token},
    "admin:approval": lambda own: {"approval": own.approval.public_id},
    "admin:case": lambda own: {"case": own.case.public_id},
    "admin:member_erase_note": lambda own: {"pk": own.member.pk, "note": own.note.pk},
    "admin:member_replace_card": lambda own: {
        "pk": own.member.pk,
        "card": own.member.cards.get().pk,
    },
    "admin:member_referral_cancel": lambda own: {"pk": own.member.pk, "referral": _NUMBER},
    "admin:members_member_identity": lambda own: {"object_id": own.member.pk},
    **{
        f"admin:{name}": lambda own: {"pk": own.member.pk}
        for name in (
            *("members_member_change", "member_adjust", "member_note", "member_block"),
            *("member_tier", "member_tier_withdraw", "member_waiting", "member_request"),
            *("member_unblock", "member_close", "member_export", "member_erase"),
            *("member_statement", "member_statement_download"),
            *("member_merge", "member_unmerge", "member_household"),
            *("member_household_leave", "member_household_end"),
            *("member_fee", "member_fee_cancel", "member_fee_back", "lost_member"),
        )
    },
}
_NOWHERE: dict[str, Told] = {
    "portal:voucher": {"pk": _NUMBER},
    "portal:case": {"public_id": "cas_zzz"},
    "portal:unsubscribe": {"token": _WORD},
    "portal:survey": {"token": _WORD},
    "admin:approval": {"approval": "apr_zzz"},
    "admin:case": {"case": "cas_zzz"},
    "admin:member_erase_note": {"pk": _NUMBER, "note": _NUMBER},
    "admin:member_replace_card": {"pk": _NUMBER, "card": _NUMBER},
    "admin:member_referral_cancel": {"pk": _NUMBER, "referral": _NUMBER},
    "admin:members_member_identity": {"object_id": _NUMBER},
}
# Things of nobody: one that there is, and one that there is not.
_OF_NOBODY: dict[str, tuple[Told, Told]] = {
    # A file of another sort than the reader brings in is as absent as one that nobody sent.
    "admin:import": ({"file": _WORD}, {"file": _WORD}),
    "admin:lost_back": ({"pk": _NUMBER}, {"pk": _NUMBER}),
    "admin:tier_review": ({"review": _WORD}, {"review": _WORD}),
    "admin:export_taken": ({"approval": _WORD}, {"approval": _WORD}),
    "admin:import_errors": ({"file": _WORD}, {"file": _WORD}),
    "portal:reward": ({"public_id": "rew_1"}, {"public_id": "rew_3"}),
    "portal:mailbox_letter": ({"name": "eml_1"}, {"name": _WORD}),
    "rewards:picture": ({"name": "p1"}, {"name": _WORD}),
    "api:problem": ({"code": "not-found"}, {"code": _WORD}),
    "admin:jobs_again": ({"day": "2026-03-09"}, {"day": _WORD}),
    "admin:measures_chapter": ({"chapter": "retention"}, {"chapter": _WORD}),
    "admin:measure": ({"code": "retention_rate"}, {"code": _WORD}),
    "admin:measure_table": ({"code": "retention_rate"}, {"code": _WORD}),
    "admin:measure_chart": ({"code": "retention_rate"}, {"code": _WORD}),
    "admin:benchmarks": ({"code": "retention_rate"}, {"code": _WORD}),
    "admin:measure_rows": ({"code": "retention_rate"}, {"code": _WORD}),
    "admin:email": (
        {"template": "welcome", "language": "fr"},
        {"template": "welcome", "language": "de"},
    ),
}
# Things of nobody that have numbers.
_OF_SCENES: dict[str, Callable[[Scene], tuple[Told, Told]]] = {
    "admin:rewards_pool_codes": lambda _scene: (
        {"pk": VoucherPool.objects.get().pk},
        {"pk": _NUMBER},
    ),
    **{
        f"admin:{name}": lambda _scene: ({"pk": Endpoint.objects.get().pk}, {"pk": _NUMBER})
        for name in ("webhook", "webhook_secret")
    },
    **{
        f"admin:{name}": lambda _scene: ({"pk": Segment.objects.get().pk}, {"pk": _NUMBER})
        for name in ("segment", "segment_assign")
    },
    "admin:goal": lambda _scene: ({"pk": Goal.objects.get().pk}, {"pk": _NUMBER}),
    "admin:plan_action": lambda _scene: ({"pk": Action.objects.get().pk}, {"pk": _NUMBER}),
    "admin:simulation": lambda _scene: ({"pk": Simulation.objects.get().pk}, {"pk": _NUMBER}),
    "admin:campaign": lambda _scene: ({"pk": Campaign.objects.get().pk}, {"pk": _NUMBER}),
    "admin:offer": lambda _scene: (
        {"pk": Rule.objects.get(audience__isnull=False).pk},
        {"pk": _NUMBER},
    ),
    "admin:auth_user_password_change": lambda scene: (
        {"id": scene.people["K"].pk},
        {"id": _NUMBER},
    ),
    "admin:view_on_site": lambda scene: (
        {"content_type_id": _kind(), "object_id": scene.ada.member.pk},
        {"content_type_id": _kind(), "object_id": _NUMBER},
    ),
}
_FIXED = {
    "robots.txt": "/robots.txt",
    "favicon.ico": "/favicon.ico",
    "desk/(?P<url>.*)$": "/desk/nothing-here/",
    "admin:app_list": "/desk/members/",
}


def get_addresses(route: Route, scene: Scene, *, reader: str) -> dict[str, str]:
    """Return the addresses to try: one's own, and more if the route names somebody's things."""
    name = route.name
    if name in _FIXED:
        return {OWN: _FIXED[name]}
    if name in _OF_MEMBERS:
        wanted = (OWN, OTHER, ABSENT)
        return {whose: _to(name, _told(name, scene, reader, whose)) for whose in wanted}
    if name in _OF_SCENES:
        there, absent = _OF_SCENES[name](scene)
        return {OWN: _to(name, there), ABSENT: _to(name, absent)}
    if name in _OF_NOBODY:
        there, absent = _OF_NOBODY[name]
        return {OWN: _to(name, there), ABSENT: _to(name, absent)}
    return {OWN: reverse(name)}


def _to(name: str, told: Told) -> str:
    return reverse(name, kwargs=told)


def _kind() -> int:
    return ContentType.objects.get_for_model(Member).pk


def _told(name: str, scene: Scene, reader: str, whose: str) -> Told:
    owner = scene.theirs(reader, whose)
    return _NOWHERE.get(name, {"pk": _NUMBER}) if owner is None else _OF_MEMBERS[name](owner)
