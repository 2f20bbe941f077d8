"""The cash register's shorthand of completejourney, written out for an LLM and for people.

"FRZN ICE" becomes "Frozen ice", "SFT DRNK MLT-PK BTL CARB (EXCP" becomes "Soft drink multi-pack bottle carbonated":
only what reads in one way is spelled out, and a bracket that the register cut off is dropped.
"""

from __future__ import annotations

import re

from learn.data.schema import Items

_WORDS = {
    "addtvs": "additives", "asst": "assorted", "bev": "beverage", "bf": "beef", "bkd": "baked", "bkngwares": "bakeware",
    "bnls": "boneless", "brd": "bread", "brkfst": "breakfast", "btl": "bottle", "carb": "carbonated",
    "choc": "chocolate", "chococlate": "chocolate", "chs": "cheese", "cntrl": "control", "cookng": "cooking",
    "cond": "condiments", "dogfd": "dog food", "dnr": "dinner", "dnrs": "dinners", "dnrs/n": "dinners",
    "enhncd": "enhanced", "fd": "food", "flvr": "flavor", "flvrd": "flavored", "frsh": "fresh", "frz": "frozen",
    "frzn": "frozen", "gm": "general merchandise", "grnd": "ground", "hlth": "health", "hygn": "hygiene",
    "juic": "juice", "marg": "margarine", "merch": "merchandise", "mlt": "multi", "mltpk": "multi-pack",
    "mlt-pk": "multi-pack", "msc": "misc", "natrl": "natural", "pckgd": "packaged", "pk": "pack", "pkg": "package",
    "plstc": "plastic", "prep": "prepared", "prod": "products", "prods": "products", "ptty": "patty",
    "refrgratd": "refrigerated", "refrig": "refrigerated", "rts": "ready-to-serve", "sft": "soft", "drnk": "drink",
    "drnks": "drinks", "shred": "shredded", "sherbt": "sherbet", "sherbts": "sherbets", "smkd": "smoked",
    "splys": "supplies", "sply": "supplies", "spply": "supplies", "ss": "single-serve", "sup": "supplies",
    "swt": "sweet", "veg": "vegetable", "vegs": "vegetables", "whl": "whole", "whs": "warehouse",
}  # fmt: skip
_UNITS = {"oz", "lb", "ct", "ml", "gal", "pt", "qt", "in", "ft", "sq", "pk", "dz"}
_WORD = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)?")
_CUT_BRACKET = re.compile(r"\s*\([^()]*$")


def readable(text: str) -> str:
    """Sentence case, shorthand written out, blanks where the register saved them."""
    text = _CUT_BRACKET.sub("", text)
    text = re.sub(r"\s*:\s*", ": ", text)
    text = _WORD.sub(lambda match: _WORDS.get(match.group().lower(), match.group().lower()), text)
    text = re.sub(r"\s*&\s*", " & ", text)
    text = " ".join(text.split()).strip(" -/:&")
    return text[:1].upper() + text[1:]


def size_text(size: str) -> str:
    """ "22 LB" as "22 lb", "2 L" stays: units in their usual letters."""
    return _WORD.sub(
        lambda m: m.group().lower() if m.group().lower() in _UNITS or len(m.group()) > 1 else m.group(), size
    )


def title_text(name: str, size: str | None) -> str:
    """ "Ice - crushed/cubed, 22 lb": what it is, then how much of it."""
    return readable(name) + (f", {size_text(size.strip())}" if size else "")


def category_text(department: str, category: str | None) -> str:
    """ "Grocery > Frozen ice": department, then category, each once."""
    levels = [readable(level) for level in (department, category) if level]
    return Items.CATEGORY_SEPARATOR.join(dict.fromkeys(levels))


def brand_text(brand: str) -> str:
    """ "National" or "Private", as given."""
    return brand.strip()
