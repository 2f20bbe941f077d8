"""Which old encodings make a language of some bytes: letters of one alphabet, signs where they stand, case in order."""

from __future__ import annotations

import itertools
import re

# Encoding -> the letters beyond ASCII of each language that is written in it.
_LATIN = {
    "cp1252": (
        "äöüß", "àâæçéèêëîïôœùûüÿ", "áéíñóúü", "ãáàâçéêíóôõúü", "àèéìíîòóùú", "åäöéü", "åæøéèêóòôü", "áéíóúýðþæö",
        "àçèéíïòóúü", "ëïéèêöüçá", "áéíóú", "äöüõšž",
    ),
    "cp1250": (
        "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž", "äöüß", "ëç",
    ),
    "cp1254": ("âçğıîöşüûİ",),
    "cp1257": ("āčēģīķļņšūž", "ąčęėįšųūž", "äöüõšž"),
}  # fmt: skip
_CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґў"
_GREEK = "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋ"
_HEBREW = "".join(map(chr, range(0x5D0, 0x5EB)))
_ARABIC = "".join(map(chr, [*range(0x621, 0x63B), *range(0x641, 0x653)])) + "پچژگ،؛؟"
_OTHER = {
    "cp1251": _CYRILLIC, "koi8_r": _CYRILLIC, "cp866": _CYRILLIC, "cp1253": _GREEK, "cp1255": _HEBREW,
    "cp1256": _ARABIC,
}  # fmt: skip
_SIGNS = frozenset("–—‘’“”„…«»€£¥§©®™°·•×²³½¼¾ºª¿¡´±µ№\xa0")
_INNER_SIGN = re.compile(r"(?<=[^\W\d_])[^\w\s!-~’·\xa0-](?=[^\W\d_])|[ªº²³](?=[^\W\d_])")

# Encoding -> the first bytes of its common characters' pairs, and of those that must be among them.
_PAIRS: dict[str, tuple[tuple[range, ...], str]] = {
    "gb18030": ((range(0xA1, 0xA4), range(0xB0, 0xD8)), ""),
    "big5": ((range(0xA1, 0xA4), range(0xA4, 0xC7)), ""),
    "cp932": ((range(0x81, 0x85), range(0x88, 0x99)), "\u3041-\u30fe"),
    "euc_jp": ((range(0xA1, 0xA6), range(0xB0, 0xD0)), "\u3041-\u30fe"),
    "cp949": ((range(0xA1, 0xA4), range(0xB0, 0xC9)), "\uac00-\ud7a3"),
}
_HANGUL_LEADS = range(0xB0, 0xC9)
_ENOUGH = 16  # so many Chinese characters do not all lie in the half of the table that Korean uses


def plausible(sample: bytes) -> list[str]:
    """The encodings, of those in use, in which ``sample`` reads as a language; most likely first.

    If there is none, those in which every word reads as one of several languages.
    """
    tests = ((_latin, _LATIN), (_one_alphabet, _OTHER), (_pairs, _PAIRS))
    found = [codec for test, codecs in tests for codec in codecs if _decodes(sample, codec) and test(sample, codec)]
    return found or [codec for codec in _LATIN if _decodes(sample, codec) and _latin_words(sample, codec)]


def _decodes(sample: bytes, codec: str) -> str | None:
    try:
        text = sample.decode(codec)
    except UnicodeDecodeError:
        return None
    return None if re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000-\uf8ff]", text) else text


def _orderly(text: str) -> bool:
    """No sign amid a word, and no capital after a small letter where one of the two is beyond ASCII."""
    if _INNER_SIGN.search(text):
        return False
    pairs = itertools.pairwise(text)
    return not any(a.islower() and b.isupper() and not (a.isascii() and b.isascii()) for a, b in pairs)


def _latin(sample: bytes, codec: str) -> bool:
    text = sample.decode(codec)
    letters = {one for one in text if not one.isascii()} - _SIGNS
    if not _orderly(text):
        return False
    lower = {one.lower() if one != "İ" else one for one in letters}
    return any(lower <= set(language) for language in _LATIN[codec])


def _latin_words(sample: bytes, codec: str) -> bool:
    text = sample.decode(codec)
    words = {word for word in re.findall(r"[^\W\d_]+", text) if not word.isascii()}
    signs = {one for one in text if not one.isascii() and not one.isalpha()}
    return _orderly(text) and signs <= _SIGNS and all(_latin(word.encode(codec), codec) for word in words)


def _one_alphabet(sample: bytes, codec: str) -> bool:
    text = sample.decode(codec)
    letters = {one for one in text if not one.isascii()} - _SIGNS
    mixed = re.search(r"[A-Za-z][^\W\d_a-zA-Z]|[^\W\d_a-zA-Z][A-Za-z]|·", text)
    return bool(letters) and not mixed and _orderly(text) and {one.lower() for one in letters} <= set(_OTHER[codec])


def _pairs(sample: bytes, codec: str) -> bool:
    leads, needed = _PAIRS[codec]
    characters = [one for one in sample.decode(codec) if not one.isascii()]
    coded = [one.encode(codec) for one in characters]
    common = [len(one) == 2 and any(one[0] in span for span in leads) for one in coded]
    if codec in ("gb18030", "euc_jp", "cp949"):
        common = [good and one[1] >= 0xA1 for good, one in zip(common, coded, strict=True)]
    if sum(common) < 0.9 * len(common):
        return False
    if codec == "gb18030" and sum(one[0] >= 0xB0 for one in coded) >= _ENOUGH:
        return not all(one[0] in _HANGUL_LEADS for one in coded if one[0] >= 0xB0)
    return not needed or len(re.findall(f"[{needed}]", "".join(characters))) >= 0.2 * len(characters)
