"""Cold start: items that nobody had bought while the variants learned, from the catalogue, typed, or from a file."""

from __future__ import annotations

import streamlit as st

from app.panels import cold_item, new_items_file, typed_item
from app.shared import page, pickers, recommenders, theme, url

MODES = {"catalogue": "Of the catalogue", "new": "A new item", "file": "From a file"}


def draw() -> None:
    runs, view = page.open_page(
        "Cold start",
        "Items that nobody had bought while the variants learned. Each variant knows them by their text alone: see "
        "what it takes them for, and whom it would show them to.",
    )
    dataset = view.dataset
    usable = pickers.live_runs(runs, dataset.name)
    mode = url.linked(st.segmented_control, "Which item?", list(MODES), url.MODE, "catalogue", format_func=MODES.get)
    chosen = pickers.pick_runs(usable)
    opened = recommenders.open_recommenders([run for run in usable if run.name in chosen], dataset, towers=True)
    if not opened:
        return
    if mode == "new":
        typed_item.show(view, runs, opened)
    elif mode == "file":
        new_items_file.show(view, runs, opened)
    else:
        cold_item.show(view, opened)


theme.guarded(draw)
