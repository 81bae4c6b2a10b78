"""Pictures are made anew from what was sent, or refused."""

import io
import random

import pytest
from PIL import Image, PngImagePlugin

from loyalty.core.refusals import Refusal
from rewards import picturing
from rewards.models import Picture
from tests.conftest import NOON

pytestmark = pytest.mark.django_db

BAD, LARGE = "bad-picture", "picture-too-large"


def drawn(kind: str, size: tuple[int, int] = (80, 60), mode: str = "RGB", **said: object) -> bytes:
    written = io.BytesIO()
    colour = (200, 80, 20, 128)[: len(Image.new(mode, (1, 1)).getbands())]
    Image.new(mode, size, colour if len(colour) > 1 else 200).save(written, kind, **said)
    return written.getvalue()


def kept(content: bytes) -> tuple[Picture, Image.Image]:
    picture = picturing.keep(drawn=picturing.read(file=io.BytesIO(content)), at=NOON)
    image = Image.open(io.BytesIO(picture.content))
    image.load()
    return picture, image


class TestKeep:
    @pytest.mark.parametrize(
        ("kind", "mode"),
        [
            ("JPEG", "RGB"),
            ("JPEG", "L"),
            ("JPEG", "CMYK"),
            ("PNG", "RGB"),
            ("PNG", "P"),
            ("PNG", "LA"),
            ("PNG", "I;16"),
            ("WEBP", "RGBA"),
        ],
    )
    def test_writes_any_of_them_as_webp(self, kind: str, mode: str):
        picture, image = kept(drawn(kind, mode=mode))

        assert (image.format, image.size) == ("WEBP", (80, 60))
        assert (picture.width, picture.height, picture.made_at) == (80, 60, NOON)

    def test_keeps_holes_open(self):
        _picture, image = kept(drawn("PNG", mode="RGBA"))

        assert image.mode == "RGBA"

    def test_makes_large_ones_small_and_small_ones_no_larger(self):
        assert kept(drawn("JPEG", (4000, 3000)))[1].size == (1200, 900)
        assert kept(drawn("JPEG", (900, 3000)))[1].size == (270, 900)
        assert kept(drawn("PNG", (3, 2)))[1].size == (3, 2)

    def test_turns_it_upright_and_forgets_where_it_was_taken(self):
        exif = Image.Exif()
        exif[0x0112] = 6
        exif[0x010F] = "Canary camera"
        content = drawn("JPEG", (80, 60), exif=exif, comment=b"canary")

        picture, image = kept(content)

        assert b"anary" in content
        assert b"anary" not in picture.content
        assert image.size == (60, 80)
        assert not image.getexif()

    def test_forgets_words_in_a_png(self):
        words = PngImagePlugin.PngInfo()
        words.add_text("Author", "canary")

        picture, _image = kept(drawn("PNG", pnginfo=words))

        assert b"canary" not in picture.content

    def test_gives_names_of_chance(self):
        one, other = kept(drawn("PNG"))[0], kept(drawn("PNG"))[0]

        assert one.name != other.name
        assert len(one.name) == 32


class TestRefuses:
    def refusal(self, content: bytes) -> str:
        """Return the code of the refusal, after which nothing is kept."""
        with pytest.raises(Refusal) as refusal:
            picturing.read(file=io.BytesIO(content))
        assert Picture.objects.exists() is False
        return refusal.value.code

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"not a picture",
            b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
            b"<!doctype html><script>alert(1)</script>",
            drawn("GIF", mode="P"),
            drawn("BMP"),
            drawn("TIFF"),
            drawn("PNG", (300, 300))[:100],
            drawn("JPEG", (300, 300))[:400],
        ],
    )
    def test_whatever_is_no_whole_jpeg_png_or_webp(self, content: bytes):
        assert self.refusal(content) == BAD

    def test_a_file_that_is_too_large(self):
        assert self.refusal(b"\0" * (picturing.MOST_BYTES + 1)) == LARGE

    def test_a_bomb_before_it_is_decoded(self):
        small_file = drawn("PNG", (9_000, 9_000), mode="1")

        assert len(small_file) < 100_000
        assert self.refusal(small_file) == LARGE

    def test_a_bomb_that_even_its_library_fears(self):
        header = bytearray(drawn("PNG", (10, 10), mode="1"))
        header[16:24] = (60_000).to_bytes(4, "big") * 2

        with pytest.raises((picturing.BadPicture, picturing.PictureTooLarge)):
            picturing.read(file=io.BytesIO(bytes(header)))

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    def test_or_takes_a_damaged_file_and_never_breaks(self, kind: str):
        chance = random.Random(7)
        whole = drawn(kind, (60, 40))
        taken, refused = [], 0
        for _ in range(300):
            damaged = bytearray(whole)
            for _ in range(chance.randint(1, 8)):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            try:
                taken.append(picturing.read(file=io.BytesIO(bytes(damaged))))
            except (picturing.BadPicture, picturing.PictureTooLarge):
                refused += 1

        assert len(taken) + refused == 300
        assert refused > 0
        for picture in taken:
            image = Image.open(io.BytesIO(picture.content))
            assert (image.format, image.size) == ("WEBP", (picture.width, picture.height))
