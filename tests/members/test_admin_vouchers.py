"""Vouchers at the desk: found by what people hold in their hand, their codes kept from lists."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from loyalty.identity.roles import Role
from members.models import Member, Voucher
from tests.members.builders import give_voucher
from tests.members.staff import appoint

VOUCHERS = "/desk/members/voucher/"


@pytest.fixture
def desk(db: None) -> Client:
    boss = get_user_model().objects.create_superuser(
        email="boss@example.org", password="x", language="en"
    )
    client = Client()
    client.force_login(boss)
    return client


@pytest.fixture
def voucher(ada: Member) -> Voucher:
    return give_voucher(ada)


class TestVouchers:
    def test_show_the_end_of_their_code_in_lists_and_the_whole_on_their_page(
        self, desk: Client, voucher: Voucher
    ):
        listed = desk.get(VOUCHERS).content.decode()
        shown = desk.get(f"{VOUCHERS}{voucher.pk}/change/").content.decode()

        assert f"… {voucher.spelled[-5:]}" in listed
        assert voucher.spelled not in listed
        assert voucher.code not in listed
        assert voucher.spelled in shown

    def test_keep_their_code_from_whoever_may_only_look(self, voucher: Voucher):
        client = Client()
        client.force_login(appoint(Role.MARKETING))

        shown = client.get(f"{VOUCHERS}{voucher.pk}/change/").content.decode()

        assert f"… {voucher.spelled[-5:]}" in shown
        assert voucher.spelled not in shown
        assert voucher.code not in shown

    def test_say_what_they_stand_for(self, desk: Client, voucher: Voucher):
        shown = desk.get(f"{VOUCHERS}{voucher.pk}/change/").content.decode()

        assert "A coffee on the house" in shown
        assert '<div class="readonly">€2.80</div>' in shown

    def test_are_found_by_code_by_what_gave_them_and_by_member(
        self, desk: Client, ada: Member, voucher: Voucher
    ):
        give_voucher(ada, origin="rdm_other")

        def found(asked: str) -> list[Voucher]:
            return list(desk.get(VOUCHERS, {"q": asked}).context["cl"].queryset)

        assert found(voucher.spelled.lower()) == [voucher]
        assert found(voucher.code[-5:].lower()) == [voucher]
        assert found(" rdm_coffee ") == [voucher]
        assert len(found("ada@example.org")) == len(found(ada.public_id)) == 2
        assert found("mem_bob") == []

    def test_are_only_looked_at(self, desk: Client, voucher: Voucher):
        before = Voucher.objects.values().get()

        assert desk.get(f"{VOUCHERS}add/").status_code == 403
        assert desk.post(f"{VOUCHERS}{voucher.pk}/delete/", {"post": "yes"}).status_code == 403
        assert desk.post(f"{VOUCHERS}{voucher.pk}/change/", {"state": "USED"}).status_code == 403

        assert Voucher.objects.values().get() == before
