import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from loyalty.identity.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return User.objects.create_user(" Ada@Example.ORG ", "correct horse battery")


class TestAUser:
    def test_is_known_by_an_address_in_lower_case(self, ada: User):
        assert ada.email == "ada@example.org"
        assert str(ada) == "ada@example.org"
        assert not hasattr(User.objects.get(), "username") or ada.username is None

    def test_signs_in_whatever_the_capitals(self, ada: User):
        asked = HttpRequest()

        right = authenticate(asked, username="ADA@example.org", password="correct horse battery")

        assert right == ada
        assert authenticate(asked, username="ada@example.org", password="wrong") is None

    def test_keeps_a_password_that_only_argon2_can_check(self, ada: User):
        assert ada.password.startswith("argon2$argon2id$")

    def test_has_an_address(self):
        with pytest.raises(ValueError, match="address"):
            User.objects.create_user("  ")

        assert User.objects.count() == 0

    def test_cannot_share_an_address_nor_keep_capitals_in_the_database(self, ada: User):
        for address in ("ada@example.org", "Grace@example.org"):
            with pytest.raises(IntegrityError), transaction.atomic():
                User.objects.bulk_create([User(email=address)])

        assert User.objects.count() == 1

    def test_is_cleaned_before_the_admin_saves(self):
        user = User(email="Grace@Example.org", password="x")

        user.full_clean()

        assert user.email == "grace@example.org"
