"""Staff of every role at the desk of a shop with a programme."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from loyalty.identity.models import User
from loyalty.identity.roles import Role
from tests.members.staff import open_roles
from tests.pages.conftest import _catalogues_are_compiled, desk, programme, shop

__all__ = ["_catalogues_are_compiled", "desk", "programme", "shop"]

SignIn = Callable[[Role], Client]


@pytest.fixture
def sign_in(db: None) -> SignIn:
    """Return the browser of somebody in a role."""

    def sign_in(role: Role) -> Client:
        open_roles()
        address = f"{role.name.lower()}@example.test"
        user = User.objects.create_user(address, is_staff=True, language="en")
        user.groups.add(Group.objects.get(name=role.value))
        client = Client()
        client.force_login(user)
        return client

    return sign_in
