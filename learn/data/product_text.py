"""The cash register's shorthand of completejourney, written out for an LLM and for people.

"FRZN ICE" becomes "Frozen ice", "SFT DRNK MLT-PK BTL CARB (EXCP" becomes "Soft drink multi-pack bottle carbonated":
only what reads in one way is spelled out, and a bracket that the register cut off is dropped.
"""

from __future__ import annotations

import re
from functools import lru_cache

from learn.data.schema import Items

_DEPARTMENTS = {
    "CHARITABLE CONT": "Charity",
    "CNTRL/STORE SUP": "Store supplies",
    "DRUG GM": "Drug & general merchandise",
    "GM MERCH EXP": "General merchandise",
    "PROD-WHS SALES": "Warehouse sales",
}
_WORDS = {
    "addtvs": "additives", "asst": "assorted", "beeralemalt": "beer, ale and malt", "bev": "beverage", "bf": "beef",
    "bg": "bags", "bkd": "baked", "bkngwares": "bakeware", "bnls": "boneless", "brd": "bread", "brkfst": "breakfast",
    "brst": "breast", "btl": "bottle", "carb": "carbonated", "catfd": "cat food", "choc": "chocolate",
    "chococlate": "chocolate", "chs": "cheese", "cktls": "cocktails", "conc": "concentrate", "cond": "condiments",
    "cookng": "cooking", "crbntd": "carbonated", "crkr": "crackers", "dnr": "dinner", "dnrs": "dinners",
    "dogfd": "dog food", "drnk": "drink", "drnks": "drinks", "drsng": "dressing", "enhncd": "enhanced", "fd": "food",
    "flvr": "flavor", "flvrd": "flavored", "frsh": "fresh", "frz": "frozen", "frzn": "frozen", "gds": "goods",
    "grnd": "ground", "hlth": "health", "hygn": "hygiene", "jce": "juice", "juic": "juice", "lndry": "laundry",
    "lrg": "large", "marg": "margarine", "minwtr": "mineral water", "mlk": "milk", "mlt": "multi",
    "mltpk": "multi-pack", "msc": "misc", "mxs": "mixes", "natrl": "natural", "pckgd": "packaged", "pk": "pack",
    "pkg": "package", "pkgd": "packaged", "pkld": "pickled", "plstc": "plastic", "prep": "prepared",
    "prods": "products", "ptty": "patty", "pwdr": "powder", "refrgratd": "refrigerated", "refrig": "refrigerated",
    "rts": "ready-to-serve", "sald": "salad", "sft": "soft", "sgl": "single", "sherbt": "sherbet",
    "sherbts": "sherbets", "shred": "shredded", "smkd": "smoked", "sndwch": "sandwich", "sngl": "single",
    "snks": "snacks", "sply": "supplies", "splys": "supplies", "spply": "supplies", "sprd": "spread",
    "ss": "single-serve", "sup": "supplies", "sw": "sweet", "swt": "sweet", "trsh": "trash", "trtmnt": "treatment",
    "veg": "vegetable", "vegs": "vegetables", "whl": "whole", "whlsm": "wholesome", "wtr": "water",
}  # fmt: skip
_WORD = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)?")
_CUT_BRACKET = re.compile(r"\([^()]*$")


@lru_cache(maxsize=8192)
def readable(text: str) -> str:
    """Sentence case, shorthand written out, blanks where the register saved them."""
    text = _CUT_BRACKET.sub("", " ".join(text.split())).strip()
    text = re.sub(r" ?: ?", ": ", text)
    text = _WORD.sub(lambda match: _WORDS.get(match.group().lower(), match.group().lower()), text)
    text = re.sub(r" ?& ?", " & ", text)
    text = " ".join(text.split()).strip(" -/:&")
    return text[:1].upper() + text[1:]


def size_text(size: str) -> str:
    """ "22  LB" as "22 lb"; a single letter stays, as in "2 L"."""
    size = " ".join(size.split())
    return _WORD.sub(lambda match: match.group().lower() if len(match.group()) > 1 else match.group(), size)


def title_text(name: str, size: str | None) -> str:
    """ "Ice - crushed/cubed, 22 lb": what it is, then how much of it."""
    return f"{readable(name)}, {size_text(size)}" if size else readable(name)


def category_text(department: str, category: str | None) -> str:
    """ "Grocery > Frozen ice": department, then category, each once."""
    levels = [_DEPARTMENTS.get(department, readable(department)), readable(category) if category else None]
    return Items.CATEGORY_SEPARATOR.join(dict.fromkeys(level for level in levels if level))


def brand_text(brand: str) -> str:
    """ "National" or "Private", as given."""
    return brand.strip()
