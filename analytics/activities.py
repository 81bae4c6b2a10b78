"""What makes a member engaged: each activity is a query of who did it in the period of a scope.

One function for each, in the list at the end. It answers the ids of memberships (`member_id`);
whoever was merged is the survivor, and who is not in the programme is left out.
"""

from collections.abc import Callable

from analytics import belonging, spending
from analytics.queries import Query, compose, union_all
from analytics.scopes import Scope

_SIGNED_IN = """
SELECT member_id FROM members_signinday WHERE signed_in_on >= {first} AND signed_in_on <= {last}
"""

_ANSWERED = """
SELECT asked.member_id FROM analytics_answer AS answer
JOIN analytics_invitation AS asked ON asked.id = answer.invitation_id
WHERE answer.kind IN ('NPS', 'CSAT', 'CES')
  AND answer.answered_on >= {first} AND answer.answered_on <= {last}
"""

_ENGAGED = """
SELECT DISTINCT COALESCE(member.merged_into_id, member.id) AS member_id
FROM {active} AS active JOIN members_member AS member ON member.id = active.member_id
WHERE COALESCE(member.merged_into_id, member.id) IN {inside}
"""


def engaged(scope: Scope) -> Query:
    """The members of the programme, of those whom the cut leaves, who did any of it."""
    active = union_all([activity(scope) for activity in ACTIVITIES])
    return compose(_ENGAGED, {"active": active, "inside": belonging.open_members(scope)})


def earned_or_redeemed(scope: Scope) -> Query:
    return spending.users(scope)


def signed_in(scope: Scope) -> Query:
    return compose(_SIGNED_IN, {"first": scope.period.first, "last": scope.period.last})


def answered_a_survey(scope: Scope) -> Query:
    return compose(_ANSWERED, {"first": scope.period.first, "last": scope.period.last})


def brought_a_friend(scope: Scope) -> Query:
    return belonging.referrers(scope)


ACTIVITIES: tuple[Callable[[Scope], Query], ...] = (
    earned_or_redeemed,
    signed_in,
    answered_a_survey,
    brought_a_friend,
)
