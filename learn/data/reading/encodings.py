"""Bytes to text: a mark at the beginning, else UTF-8 strictly, else the one old encoding that reads as a language."""

from __future__ import annotations

import codecs
import re

from learn.data.notes import TEXT, Note
from learn.data.reading.form import line_at, line_number, shown
from learn.data.reading.languages import plausible
from learn.errors import LearnError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_SAMPLE = 1 << 20  # bytes of lines with other than ASCII that a guess looks at
_ODD_LINES = re.compile(rb"(?<![^\r\n])[^\r\n\x80-\xff]*+[\x80-\xff][^\r\n]*+")


def to_utf8(content: bytes, where: str, encoding: str | None = None) -> tuple[bytes, list[Note]]:
    """``content`` as UTF-8 without a mark, and how it was understood.

    Args:
        where: the file, for messages.
        encoding: what the user says it is; None: told by content.

    Raises:
        LearnError: an unknown encoding, bytes that it does not have, or no or several encodings that could be meant.
    """
    if encoding is not None:
        return _asked(content, where, encoding), [Note(f"{where} is read as {encoding}, as asked.")]
    for mark, codec, name in _MARKS:
        if content.startswith(mark):
            text = _strictly(content, codec, where, f"It begins with the mark of {name}: export it again as UTF-8.")
            return text, [] if name == "UTF-8" else [Note(f"{where} is {name}; it is read as that.")]
    wide = _without_mark(content)
    if wide:
        text = _strictly(content, wide, where, "Save it as UTF-8.")
        return text, [Note(f"{where} has a zero in every other byte; it is read as {wide.upper()}.")]
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return _guessed(content, where, error)
    return content, []


def _asked(content: bytes, where: str, encoding: str) -> bytes:
    try:
        codec = codecs.lookup(encoding)
        "".encode(codec.name)
    except (LookupError, ValueError):
        raise LearnError(
            f"--encoding {encoding!r} is no encoding that Python knows.",
            "Give one such as utf-8, cp1252, gb18030, shift_jis or utf-16.",
        ) from None
    name = "utf-8-sig" if codec.name == "utf-8" else codec.name
    return _strictly(content, name, where, f"It is not {encoding}: leave --encoding out, or give another.")


def _strictly(content: bytes, codec: str, where: str, remedy: str) -> bytes:
    try:
        return content.decode(codec).lstrip("\ufeff").encode("utf-8")
    except UnicodeDecodeError as error:
        number = "" if codec.startswith(("utf-16", "utf-32")) else f", line {line_number(content, error.start)}"
        raise LearnError(
            f"{where}{number}, byte {error.start + 1} of the file (0x{content[error.start]:02x}) is not {codec}.",
            remedy,
        ) from None
    except UnicodeEncodeError:
        raise LearnError(f"{where} holds half a character (a lone surrogate) as {codec}.", remedy) from None


def _without_mark(content: bytes) -> str | None:
    """UTF-16 that does not begin with a mark: nearly every second byte of a table's first lines is zero."""
    start = content[: 1 << 12]
    even, odd = start[::2].count(0), start[1::2].count(0)
    half = len(start) // 2
    if len(content) % 2 or half < 4:
        return None
    if odd > 0.4 * half and even < 0.02 * half:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 * half and odd < 0.02 * half else None


def _guessed(content: bytes, where: str, error: UnicodeDecodeError) -> tuple[bytes, list[Note]]:
    number, odd = line_number(content, error.start), line_at(content, error.start)
    sample, size = [], 0
    for match in _ODD_LINES.finditer(content):
        sample.append(match.group())
        size += len(match.group())
        if size > _SAMPLE:
            break
    _refuse_damaged_utf8(sample, where, number, odd)
    readings: dict[str, str] = {}  # how the sample reads -> the first encoding that reads it so
    for codec in plausible(b"\n".join(sample)):
        try:
            content.decode(codec)
        except UnicodeDecodeError:
            continue
        readings.setdefault(b"\n".join(sample).decode(codec), codec)
    if len(readings) == 1:
        (codec,) = readings.values()
        return content.decode(codec).encode("utf-8"), [
            Note(
                f"{where} is not UTF-8; it reads as {codec}: line {number} is {shown(odd.decode(codec))}.",
                TEXT,
                "If that is wrong, say what it is: --encoding NAME",
            )
        ]
    place = f"{where}, line {number}, byte {error.start - content.rfind(chr(10).encode(), 0, error.start)}"
    what = f"{place} (0x{content[error.start]:02x}) is not UTF-8: {shown(odd)}."
    if not readings:
        raise LearnError(
            what, "Say what it is (--encoding NAME), or save it as UTF-8: iconv -f NAME -t utf-8 OLD > NEW"
        )
    said = "; ".join(f"{codec}: {shown(odd.decode(codec), 50)}" for codec in list(readings.values())[:4])
    raise LearnError(
        what, f"Say which of these reads right, for example --encoding {next(iter(readings.values()))} ({said}); "
        "or save it as UTF-8.",
    )  # fmt: skip


def _refuse_damaged_utf8(sample: list[bytes], where: str, number: int, odd: bytes) -> None:
    """A file of which many lines are UTF-8 is no old encoding: it is damaged, or two are mixed in it."""
    good = 0
    for line in sample:
        try:
            line.decode("utf-8")
            good += 1
        except UnicodeDecodeError:
            continue
    if good >= 0.2 * len(sample):
        raise LearnError(
            f"{where}, line {number} is not UTF-8, though {good:,} of the {len(sample):,} lines with other than ASCII "
            f"are: {shown(odd)}.",
            "Mend that line; perhaps two files of different encodings were joined, or one was cut off.",
        )
