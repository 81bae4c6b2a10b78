"""How many points somebody may adjust alone. Several roles are as generous as the best of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import Refusal
from loyalty.identity import permitting, roles
from loyalty.identity.models import Limit, User
from loyalty.identity.roles import Role


class OwnLimit(Refusal):
    code = "own-limit"
    status = 403
    title = _("Nobody raises limits of their own: somebody with another role must.")


DAY, MONTH = timedelta(hours=24), timedelta(days=30)


@dataclass(frozen=True)
class Limits:
    """Points, whatever their sign: of one adjustment, of 24 hours, and of 30 days."""

    at_once: int = 0
    in_a_day: int = 0
    in_a_month: int = 0


@dataclass(frozen=True)
class Allowance:
    """What somebody may adjust alone, and what they have in the last 24 hours and 30 days."""

    limits: Limits
    of_day: int = 0
    of_month: int = 0

    def covers(self, points: int) -> bool:
        """Say whether so many more stay within every limit."""
        return (
            points <= self.limits.at_once
            and self.of_day + points <= self.limits.in_a_day
            and self.of_month + points <= self.limits.in_a_month
        )

    # Properties

    @property
    def left(self) -> int:
        """The most that one adjustment may be now."""
        limits = self.limits
        rest = (limits.in_a_day - self.of_day, limits.in_a_month - self.of_month)
        return max(0, min(limits.at_once, *rest))


DEFAULTS: Mapping[Role, Limits] = {
    Role.CASHIER: Limits(),
    Role.STORE_MANAGER: Limits(200, 500, 2_000),
    Role.MARKETING: Limits(),
    Role.CUSTOMER_CARE: Limits(500, 1_500, 5_000),
    Role.ANALYST: Limits(),
    Role.AUDITOR: Limits(),
    Role.ADMINISTRATOR: Limits(5_000, 10_000, 50_000),
}


def set_up() -> None:
    """Give each role that has no limits those it comes with; what was decided is left alone."""
    known = set(Limit.objects.values_list("role", flat=True))
    for role, limits in DEFAULTS.items():
        if role.value not in known:
            Limit.objects.create(
                role=role.value,
                at_once=limits.at_once,
                in_a_day=limits.in_a_day,
                in_a_month=limits.in_a_month,
            )


def get_limits(user: User) -> Limits:
    """Return the most generous limits of somebody's roles; without a role, none at all."""
    return best_of(roles.get_roles(user), decided=get_decided())


def get_decided() -> Mapping[Role, Limits]:
    """Return the limits of every role as they are now."""
    rows = {
        Role(row.role): Limits(row.at_once, row.in_a_day, row.in_a_month)
        for row in Limit.objects.filter(role__in=Role.values)
    }
    return {**DEFAULTS, **rows}


def check_change(*, by: User, limit: Limit) -> None:
    """Refuse whoever would raise limits of a role that they have: OwnLimit. Lower is free.

    The only administrator in full has nobody else to ask.
    """
    before = get_decided().get(Role(limit.role), Limits())
    is_raised = (
        limit.at_once > before.at_once
        or limit.in_a_day > before.in_a_day
        or limit.in_a_month > before.in_a_month
    )
    if is_raised and Role(limit.role) in roles.get_roles(by) and not permitting.is_alone(user=by):
        raise OwnLimit


def best_of(held: frozenset[Role], *, decided: Mapping[Role, Limits]) -> Limits:
    """Return the most of each limit that some roles allow."""
    own = [decided[role] for role in held]
    return Limits(
        at_once=max((limits.at_once for limits in own), default=0),
        in_a_day=max((limits.in_a_day for limits in own), default=0),
        in_a_month=max((limits.in_a_month for limits in own), default=0),
    )
