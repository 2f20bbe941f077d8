"""What every variant makes of one item, in a card each: a small component, so that the same things line up and light up
together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from learn.explore.lists.newcomer_head import Figures

_HERE = Path(__file__).resolve().parent

_mount = st.components.v2.component(
    "learn_answers",
    html='<div class="answers"></div>',
    css="".join((_HERE / f"{name}.css").read_text(encoding="utf-8") for name in ("picture", "folded", "answers")),
    js="".join((_HERE / f"{name}.js").read_text(encoding="utf-8") for name in ("picture", "folded", "answers")),
)


def show_answers(
    parts: list[dict[str, str]],
    columns: list[dict[str, Any]],
    key: str,
    legend: Sequence[tuple[str, str]] = (),
    note: str = "",
    said: str = "",
    hit: str = "",
) -> None:
    """Draws one card per variant, its rows at the same height in all of them.

    Args:
        parts: what the cards have below each other: name, and none, what is said where there is no row.
        columns: name, label, colour, about (what the variant is, may be empty), said (a list of lines), and parts: as
            many lists of rows as ``parts``; names: what each part is called in this card, "" as everywhere. A row has
            key and title; perhaps detail, about, place, colour, category, sign, hit, picture
            (`app.shared.pictures.of_row`), links (href, about): the first is the title's, the second the detail's.
        key: of the component.
        legend: (words, colour) of what the rows' colours mean.
        note: a line over the cards; said: what words mean, folded away behind a question mark.
        hit: what the shade of rows that are hits means; "": there is none.
    """
    above = {"legend": [list(entry) for entry in legend], "note": note, "said": said, "hit": hit}
    _mount(key=key, data={"parts": parts, "columns": columns, **above})


def show_figures(figures: Figures, key: str, captions: Sequence[str] = ()) -> None:
    """Draws one table of ``figures``, and the lines ``captions`` below it."""
    table: dict[str, Any] = {
        "of": figures.of,
        "columns": list(figures.columns),
        "rows": [list(row) for row in figures.rows],
        "best": [list(row) for row in figures.best],
    }
    _mount(key=key, data={"figures": table, "captions": list(captions)})
