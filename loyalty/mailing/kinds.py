"""How each kind of message goes out: by which template, to whom, with whose consent.

Advertising is what invites to act for the merchant's sake: that a reward is within reach. What
somebody must know of their own points and account is no advertising: what they have would be
lost, or somebody else could have changed it. Neither is a question about what somebody bought:
it goes to whoever did not object, and each has the way out of all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from loyalty.events.models import MessageKind
from members.models import ConsentPurpose, MemberState

_ACTIVE = frozenset({MemberState.ACTIVE})
_ANYBODY = frozenset(MemberState)


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How one kind goes out. Advertising needs the member's consent, when it is sent; a survey
    that they have not objected."""

    template: str
    is_marketing: bool = False
    is_survey: bool = False
    reaches: frozenset[MemberState] = _ACTIVE

    # Properties

    @property
    def way_out(self) -> ConsentPurpose | None:
        """What its reader may be rid of with one click."""
        if self.is_marketing:
            return ConsentPurpose.MARKETING
        return ConsentPurpose.SURVEYS if self.is_survey else None


MANNERS: Mapping[MessageKind, Manner] = {
    MessageKind.WELCOME: Manner(template="welcome"),
    MessageKind.EXPIRY_30: Manner(template="expiry_30"),
    MessageKind.EXPIRY_7: Manner(template="expiry_7"),
    MessageKind.TIER_UP: Manner(template="tier_up"),
    MessageKind.TIER_AT_RISK: Manner(template="tier_at_risk"),
    MessageKind.REWARD_READY: Manner(template="reward_ready", is_marketing=True),
    MessageKind.CONTACT_CHANGED: Manner(template="contact_changed", reaches=_ANYBODY),
    MessageKind.ERASURE_ASKED: Manner(template="erasure_asked", reaches=_ANYBODY),
    MessageKind.ERASURE_UNDONE: Manner(template="erasure_undone", reaches=_ANYBODY),
    MessageKind.HOUSEHOLD_INVITED: Manner(template="household_invited"),
    MessageKind.CASE_ANSWERED: Manner(template="case_answered", reaches=_ANYBODY),
    MessageKind.SURVEY: Manner(template="survey", is_survey=True),
}


def manner_of(kind: str) -> Manner:
    return MANNERS[MessageKind(kind)]
