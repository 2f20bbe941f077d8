"""A picture of a stranger's, decoded and written anew as a small one: nothing of its file but the pixels is kept."""

from __future__ import annotations

import io
import struct
import zlib

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
SIDE = 128
"""Pixels of the longer side at most."""
MOST_BYTES = 20 * 2**20
MOST_PIXELS = 60_000_000
_QUALITY = 75


def shrink(content: bytes) -> bytes | None:
    """A WebP file of `SIDE` pixels at most of the first frame of a PNG, JPEG, WebP or GIF file, on white.

    What the file is tells its content, not its name.

    Returns:
        None: it is none of these, damaged, larger than `MOST_BYTES`, or has more than `MOST_PIXELS`.
    """
    from PIL import Image, ImageOps

    if len(content) > MOST_BYTES:
        return None
    try:
        image: Image.Image = Image.open(io.BytesIO(content), formats=FORMATS)
        if image.width * image.height > MOST_PIXELS:
            return None
        image.draft("RGB", (2 * SIDE, 2 * SIDE))  # a JPEG is decoded at a fraction of its size
        image = ImageOps.exif_transpose(image)
        if image.mode not in ("RGB", "L", "I;16", "CMYK"):
            image = image.convert("RGBA")  # a palette has no colours between its own
        image.thumbnail((SIDE, SIDE))
        seen = image.convert("RGBA")
        flat = Image.new("RGB", seen.size, "white")
        flat.paste(seen, mask=seen.getchannel("A"))
        made = io.BytesIO()
        flat.save(made, "WEBP", quality=_QUALITY)
    except (
        Image.DecompressionBombError,
        ArithmeticError,
        AttributeError,
        EOFError,
        LookupError,
        MemoryError,
        OSError,
        RuntimeError,
        SyntaxError,
        TypeError,
        ValueError,
        struct.error,
        zlib.error,
    ):  # what Pillow's decoders raise on damaged files, each its own
        return None
    return made.getvalue()
