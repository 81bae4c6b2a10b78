"""Pictures are served as what they are, to anybody, and kept."""

import io

import pytest
from django.test import Client
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from rewards import picturing
from rewards.models import Picture
from tests.conftest import NOON


@pytest.fixture
def picture(db: None) -> Picture:
    sent = io.BytesIO()
    Image.new("RGB", (64, 40), (180, 90, 20)).save(sent, "PNG")
    sent.seek(0)
    return picturing.keep(drawn=picturing.read(file=sent), at=NOON)


class TestPicture:
    def test_is_served_for_a_year_as_webp_and_nothing_else(
        self, picture: Picture, django_assert_num_queries: DjangoAssertNumQueries
    ):
        with django_assert_num_queries(1):
            answer = Client().get(f"/pictures/{picture.name}.webp")

        assert answer.content == bytes(picture.content)
        assert answer.headers["Content-Type"] == "image/webp"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]

    def test_is_not_found_under_another_name(self, picture: Picture):
        for name in ("0" * 32, picture.name.upper() + "x", "..%2f..%2fsettings"):
            assert Client().get(f"/pictures/{name}.webp").status_code == 404

    def test_is_only_read(self, picture: Picture):
        assert Client().post(f"/pictures/{picture.name}.webp").status_code == 405
