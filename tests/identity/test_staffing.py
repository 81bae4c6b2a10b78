import pytest
from django.contrib.auth import authenticate
from django.http import HttpRequest

from loyalty import grants
from loyalty.identity import staffing
from loyalty.identity.models import User
from loyalty.identity.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def synced() -> None:
    grants.sync()


def appoint(role: Role = Role.CASHIER) -> User:
    return staffing.appoint(email="Ada@example.org", role=role, password="correct horse battery")


class TestAppoint:
    def test_lets_a_cashier_in_as_a_cashier(self):
        ada = appoint()

        assert ada.is_staff is True
        assert ada.is_superuser is False
        assert ada.has_perm("members.view_member") is True
        assert ada.has_perm("members.change_member") is False

    def test_lets_an_administrator_do_everything(self):
        assert appoint(Role.ADMINISTRATOR).is_superuser is True

    def test_refuses_an_address_in_use(self):
        appoint()

        with pytest.raises(staffing.EmailTaken):
            appoint(Role.ADMINISTRATOR)

        assert User.objects.count() == 1
        assert User.objects.get().is_superuser is False


class TestDismiss:
    def test_shuts_the_door_and_keeps_the_name(self):
        ada = appoint()

        staffing.dismiss(user=ada)

        assert User.objects.get().email == "ada@example.org"
        assert ada.groups.count() == 0
        known = authenticate(
            HttpRequest(), username="ada@example.org", password="correct horse battery"
        )
        assert known is None
