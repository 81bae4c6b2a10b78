"""Pictures: whatever was uploaded is decoded, made smaller and written anew.

What we serve was therefore made by us: no place, no date, no camera of whoever took it, and
nothing that a browser could take for something else than a picture.
"""

import io
import secrets
import struct
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from loyalty.core.refusals import Refusal
from rewards.models import Picture

CONTENT_TYPE = "image/webp"
MOST_BYTES = 8_000_000
_MOST_PIXELS = 40_000_000
_FORMATS = ("JPEG", "PNG", "WEBP")
_BOX = (1200, 900)
_QUALITY = 82
# What decoders raise on files that are cut short, or made to break them.
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    TypeError,
    OverflowError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


class BadPicture(Refusal):
    code = "bad-picture"
    title = _("This file is not a whole JPEG, PNG or WebP picture.")


class PictureTooLarge(Refusal):
    """`most` is the limit, in bytes or in pixels."""

    code = "picture-too-large"
    title = _("This picture is too large: at most 8 MB and 40 million pixels.")


@dataclass(frozen=True)
class Drawn:
    """A picture made anew, ready to be kept: WebP, and its size."""

    width: int
    height: int
    content: bytes


def read(*, file: IO[bytes]) -> Drawn:
    """Make a picture anew from a file that somebody sent, at most 1200 by 900, as WebP.

    Writes nothing. Raises BadPicture or PictureTooLarge.
    """
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise PictureTooLarge(most=MOST_BYTES)
    small = _decode(content)
    written = io.BytesIO()
    small.save(written, "WEBP", quality=_QUALITY, method=4)
    return Drawn(width=small.width, height=small.height, content=written.getvalue())


def keep(*, drawn: Drawn, at: datetime) -> Picture:
    """Keep a picture under a name of chance, that says nothing of the file it came from."""
    return Picture.objects.create(
        name=secrets.token_hex(16),
        width=drawn.width,
        height=drawn.height,
        content=drawn.content,
        made_at=at,
    )


def _decode(content: bytes) -> Image.Image:
    """Return the first picture of a file, upright, small, and without anything beside it."""
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            # Known from the header: what would fill the memory is refused before it does.
            if image.width * image.height > _MOST_PIXELS:
                raise PictureTooLarge(most=_MOST_PIXELS)
            image.draft("RGB", _BOX)
            upright = ImageOps.exif_transpose(image)
            has_holes = upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info
            plain = upright.convert("RGBA" if has_holes else "RGB")
    except _BROKEN as error:
        raise BadPicture from error
    plain.thumbnail(_BOX)
    # A new image has no metadata that the writer could carry over.
    bare = Image.new(plain.mode, plain.size)
    bare.paste(plain)
    return bare
