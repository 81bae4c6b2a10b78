"""Terms kept to be tried on what was bought, before anybody publishes them."""

from datetime import datetime

from django.db import transaction

from loyalty.identity import permitting
from loyalty.identity.models import User
from loyalty.programmes import publishing, terms
from loyalty.programmes.models import Rule, Simulation

DRAFTS = "programmes.add_ruleversion"


@transaction.atomic
def draft(*, rule: Rule | None, said: object, by: User, at: datetime) -> Simulation:
    """Keep terms to be tried; without a rule, the rules as they are.

    Raises permitting.NotPermitted, or ValidationFailed with every fault.
    """
    permitting.check(user=permitting.lock(user=by), permission=DRAFTS)
    read = publishing.check(rule=rule, said=said, at=at) if rule else None
    return Simulation.objects.create(
        rule=rule, terms=terms.write(read) if read else None, asked_by=by, asked_at=at
    )
