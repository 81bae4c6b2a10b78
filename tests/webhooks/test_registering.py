"""Endpoints: their secret is shown once; they are switched off when they fail, and on again."""

from datetime import timedelta

import pytest

from loyalty.programmes.models import Store
from loyalty.webhooks import delivering, registering, signing
from loyalty.webhooks.addresses import DestinationRefused
from loyalty.webhooks.calling import Outcome
from loyalty.webhooks.models import Delivery, Endpoint, Trouble
from loyalty.webhooks.registering import EventNotOffered, EventOfNoStore
from tests.conftest import NOON
from tests.webhooks.conftest import Register

pytestmark = pytest.mark.django_db

FINE = Outcome(12, 204)
BROKEN = Outcome(12, 500, Trouble.STATUS)
GONE = Outcome(12, 410, Trouble.STATUS)
HOUR = timedelta(hours=1)


def read(endpoint: Endpoint) -> Endpoint:
    return Endpoint.objects.get(pk=endpoint.pk)


class TestRegister:
    def test_gives_a_secret_that_is_kept_sealed(self, register: Register):
        made = register(events=["tier.changed", "member.closed", "tier.changed"])

        endpoint = read(made.endpoint)
        assert endpoint.events == ["member.closed", "tier.changed"]
        assert signing.unseal(endpoint.secret) == made.secret
        assert made.secret not in str(Endpoint.objects.values().get())

    def test_keeps_no_secret_in_its_history(self, register: Register):
        made = register()

        kept = made.endpoint.history.values().get()
        assert kept["name"] == "Mailer"
        assert not {"secret", "old_secret"} & set(kept)

    @pytest.mark.parametrize(
        ("told", "refusal"),
        [
            ({"url": "https://127.0.0.1/"}, DestinationRefused),
            ({"events": ["member.enrolled", "member.contact-changed"]}, EventNotOffered),
        ],
    )
    def test_refuses_a_way_inside_and_what_is_not_offered(self, told, refusal, register):
        with pytest.raises(refusal):
            register(**told)

        assert Endpoint.objects.count() == 0

    def test_refuses_for_one_store_what_has_no_store(self, register: Register):
        lyon = Store.objects.create(code="lyon", name="Lyon")

        with pytest.raises(EventOfNoStore) as refusal:
            register(store=lyon, events=["purchase.recorded", "points.earned"])

        assert refusal.value.figures == {"event": "points.earned"}
        assert Endpoint.objects.count() == 0


class TestRotate:
    def test_gives_a_new_secret_and_keeps_the_old_one_for_a_day(self, register: Register):
        made = register()

        new = registering.rotate(endpoint=made.endpoint, at=NOON)

        endpoint = read(made.endpoint)
        assert new != made.secret
        assert signing.unseal(endpoint.secret) == new
        assert signing.unseal(endpoint.old_secret) == made.secret
        assert endpoint.old_secret_until == NOON + 24 * HOUR
        assert endpoint.history.count() == 2


class TestNote:
    def test_remembers_since_when_it_fails_until_it_works(self, register: Register):
        endpoint = register().endpoint

        registering.note(endpoint=endpoint, outcome=BROKEN, at=NOON)
        registering.note(endpoint=read(endpoint), outcome=BROKEN, at=NOON + HOUR)
        assert read(endpoint).failing_since == NOON

        registering.note(endpoint=read(endpoint), outcome=FINE, at=NOON + 2 * HOUR)
        assert read(endpoint).failing_since is None

    def test_costs_nothing_while_it_works(self, register, django_assert_num_queries):
        endpoint = register().endpoint

        with django_assert_num_queries(0):
            registering.note(endpoint=endpoint, outcome=FINE, at=NOON)

    def test_switches_off_after_three_days_of_failures(self, register: Register):
        endpoint = register().endpoint
        delivering.ping(endpoint=endpoint, at=NOON)
        registering.note(endpoint=endpoint, outcome=BROKEN, at=NOON)

        registering.note(endpoint=endpoint, outcome=BROKEN, at=NOON + 71 * HOUR)
        assert read(endpoint).is_active

        registering.note(endpoint=endpoint, outcome=BROKEN, at=NOON + 72 * HOUR)
        off = read(endpoint)
        assert (off.is_active, off.off_reason) == (False, "FAILING")
        assert list(Delivery.objects.values_list("state", "trouble")) == [
            ("FAILED", "SWITCHED_OFF")
        ]
        assert Endpoint.objects.in_trouble().get() == endpoint

    def test_switches_off_at_once_who_is_gone(self, register: Register):
        endpoint = register().endpoint

        registering.note(endpoint=endpoint, outcome=GONE, at=NOON)

        off = read(endpoint)
        assert (off.is_active, off.off_reason) == (False, "GONE")
        assert off.history.latest().off_reason == "GONE"


class TestChange:
    def test_drops_what_is_owed_to_whom_staff_switched_off(self, register: Register):
        endpoint = register().endpoint
        delivering.ping(endpoint=endpoint, at=NOON)
        endpoint.is_active = False

        registering.change(endpoint=endpoint)

        assert Delivery.objects.get().state == "FAILED"
        assert Endpoint.objects.in_trouble().count() == 0

    def test_lets_who_was_switched_off_begin_afresh(self, register: Register):
        endpoint = register().endpoint
        registering.note(endpoint=endpoint, outcome=GONE, at=NOON)
        endpoint = read(endpoint)
        endpoint.is_active = True

        registering.change(endpoint=endpoint)

        on = read(endpoint)
        assert (on.is_active, on.off_reason, on.failing_since) == (True, "", None)

    def test_refuses_a_way_inside_and_changes_nothing(self, register: Register):
        endpoint = register().endpoint
        endpoint.url = "https://metadata.google.internal/"

        with pytest.raises(DestinationRefused):
            registering.change(endpoint=endpoint)

        assert read(endpoint).url == "https://hooks.example.org/loyalty"
