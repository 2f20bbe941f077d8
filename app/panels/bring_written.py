"""Bring your own: how the files are written, for what their content does not tell; all of it is in the URL."""

from __future__ import annotations

import re
from dataclasses import dataclass

import streamlit as st

from app.shared import url
from learn.data.columns import INTERACTIONS, ITEMS, parse_columns
from learn.data.reading.form import SEPARATORS, Asked

DATE_ORDERS = {"dmy": "day first (31/01/2024)", "mdy": "month first (01/31/2024)"}
ENCODINGS = ("utf-8", "cp1252", "latin-1", "cp1250", "cp1251", "gb18030", "big5", "shift_jis", "euc_kr", "utf-16")
EXAMPLES = {ITEMS.name: "item_id,title,category", INTERACTIONS.name: "user_id,item_id,rating,timestamp"}
_BY_CONTENT = "Told by content"
_TYPED = re.compile(r"^\s*(?:--columns\s+)?(?:items|interactions)\s*=")


@dataclass(frozen=True)
class Written:
    """What was chosen, as `learn.pipeline.Preparation` and `learn.building.background.Spec` take it; None: by content.

    Attributes:
        date_order: "dmy" or "mdy".
        encoding, separator: of both files.
        columns: names for files without a header.
    """

    date_order: str | None = None
    encoding: str | None = None
    separator: str | None = None
    columns: tuple[str, ...] = ()

    def asked(self, kind: str) -> Asked:
        """How the table ``kind`` is written; raises LearnError where ``columns`` are none."""
        return Asked(self.encoding, self.separator, parse_columns(self.columns).get(kind))


def pick() -> Written:
    """Draws the boxes, folded away until one of them is used."""
    keys = ("date_order", "encoding", "separator", *(f"{kind}.columns" for kind in EXAMPLES))
    used = any(st.query_params.get(key) for key in keys)
    with st.expander("How the files are written: order of dates, encoding, separator, no header", expanded=used):
        places = st.columns(3)
        date_order = _choice(places[0], "Dates such as 01/02/2024", list(DATE_ORDERS), "date_order")
        encoding = _choice(places[1], "Encoding", list(ENCODINGS), "encoding")
        separator = _choice(places[2], "Between cells", list(SEPARATORS), "separator")
        columns = []
        for place, (kind, example) in zip(st.columns(2), EXAMPLES.items(), strict=True):
            typed = url.linked_text(
                place.text_input,
                f"Columns of the {kind}, if the file has no header",
                f"{kind}.columns",
                placeholder=example,
                help="Name all of them in their order, with commas between.",
            )
            if names := _TYPED.sub("", typed).strip():
                columns.append(f"{kind}={names}")
    return Written(date_order, encoding, separator, tuple(columns))


def _choice(place: st.delta_generator.DeltaGenerator, label: str, options: list[str], key: str) -> str | None:
    return url.linked_or_none(
        place.selectbox,
        label,
        options,
        key,
        None,
        index=None,
        format_func=lambda code: DATE_ORDERS.get(code, code),
        placeholder=_BY_CONTENT,
    )
