"""Prices as shops write them."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from learn.data.cells import MISSING_WORDS, flatten

_CURRENCY = r"(?:from|ab|approx\.?|US|CA|AU|[A-Z]{3}|Rs\.?|kr\.?|zł|[$€£¥₹₽₩]|\s)*"
_NUMBER = r"(?:\d(?:[\d.,'\u00a0\u202f]|\s(?=\d{3}\b))*|\.\d+)"
_PRICE = re.compile(
    rf"{_CURRENCY}(?P<low>{_NUMBER}),?-?{_CURRENCY}(?:(?:-|–|—|to|bis)\s*{_CURRENCY}{_NUMBER}{_CURRENCY})?"
)
_DECIMAL_COMMA = re.compile(r"\d,\d{1,2}(?!\d|[.,]\d)")
_DECIMAL_POINT = re.compile(r"\d\.\d{1,2}(?!\d|[.,]\d)")


def clean_prices(raw: pd.Series) -> tuple[pd.Series, int]:
    """Prices as float64, missing where negative, infinite or no number.

    "$1,299.00", "1.299,00 €" and "12,99" are understood; of "5 - 9" the lower end counts. Of a point and a comma the
    last separates decimals. Alone, a comma before three digits separates thousands, before one or two decimals; a
    point before three digits thousands where the column has decimal commas elsewhere, and no decimal point.

    Returns:
        The column, and how many given values became missing.
    """
    if pd.api.types.is_numeric_dtype(raw) and not pd.api.types.is_bool_dtype(raw):
        given = raw.notna()
        prices = raw.astype("Float64").astype("float64")
    else:
        texts = [(flatten(value, ", ") or "").strip() for value in raw.astype("object")]
        given = pd.Series([text not in MISSING_WORDS for text in texts], index=raw.index)
        comma = any(map(_DECIMAL_COMMA.search, texts)) and not any(map(_DECIMAL_POINT.search, texts))
        prices = pd.Series([_price(text, comma) for text in texts], index=raw.index, dtype="float64")
    prices = prices.where(np.isfinite(prices) & (prices >= 0))
    return prices, int((given & prices.isna()).sum())


def _price(text: str, comma: bool) -> float:
    match = _PRICE.fullmatch(text)
    return _amount(match["low"].strip(), comma) if match else _plain(text)


def _amount(text: str, comma: bool) -> float:
    """The number that digits, points and commas write; ``comma``: whether the column writes decimals with one."""
    digits = re.sub(r"[\s'\u00a0\u202f]", "", text).rstrip(".,")
    if "." in digits and "," in digits:
        thousands, decimal = (".", ",") if digits.rfind(",") > digits.rfind(".") else (",", ".")
        if digits.count(decimal) > 1:
            return float("nan")
        return _plain(digits.replace(thousands, "").replace(decimal, "."))
    if "," in digits:
        if re.fullmatch(r"\d{1,3}(,\d{2,3})*,\d{3}", digits) and not (comma and digits.count(",") == 1):
            return _plain(digits.replace(",", ""))
        is_decimal = re.fullmatch(r"\d+,\d{1,2}", digits) or (comma and digits.count(",") == 1)
        return _plain(digits.replace(",", ".")) if is_decimal else float("nan")
    if re.fullmatch(r"\d{1,3}(\.\d{3})+", digits) and (comma or digits.count(".") > 1):
        return _plain(digits.replace(".", ""))
    return _plain(digits)


def _plain(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
