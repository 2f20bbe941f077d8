"""The words of a new item that matter: what changes in each variant when one of them is left out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from app.panels.new_item_text import read_items
from app.shared import theme
from learn.explore.lists.word_weights import leave_out, word_weights, words_sentence
from learn.runs.recommender import Recommender

NEAREST = 10


def show(
    opened: dict[str, Recommender],
    item: pd.DataFrame,
    content: dict[str, np.ndarray],
    labels: dict[str, str],
) -> None:
    """Draws one row per word of the title and per field: how many of the nearest items it decides.

    Args:
        item: an items table of one row; content: Run name -> [1, D_llm] its content embedding.
    """
    parts, table = leave_out(item)
    st.subheader("The words that matter", anchor=False)
    if not parts:
        st.caption("One word is all there is: nothing can be left out.")
        return
    without = read_items(opened, table)
    changed = pd.DataFrame(
        {
            labels[name]: word_weights(
                one.directions(),
                one.directions(one.embed_new_items(content[name]))[0],
                one.directions(one.embed_new_items(without[name])),
                NEAREST,
            )["changed"]
            for name, one in opened.items()
        }
    )
    theme.conclude(words_sentence(parts, changed, NEAREST))
    shown = changed.assign(part=[part.text for part in parts], field=[part.field for part in parts])
    shown = shown.sort_values(list(changed.columns), ascending=False, kind="stable")
    bars = {
        name: st.column_config.ProgressColumn(
            name, min_value=0, max_value=NEAREST, format=f"%d of {NEAREST}", help="Nearest items that are others"
        )
        for name in changed
    }
    st.dataframe(
        shown[["part", "field", *changed.columns]],
        hide_index=True,
        width="stretch",
        column_config={"part": st.column_config.Column("Left out", width=170), "field": "Of the", **bars},
    )
