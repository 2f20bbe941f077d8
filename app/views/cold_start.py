"""Cold start: items that nobody had bought while the variants learned, from the catalogue, typed, or from a file."""

from __future__ import annotations

import streamlit as st

from app.panels import cold_item, new_items_file, typed_item
from app.shared import look, page, pickers, recommenders, theme, url

MODES = {"catalogue": "Of the catalogue", "new": "A new item", "file": "From a file"}


def draw() -> None:
    runs, view = page.open_page(
        "Cold start",
        "A product that nobody has bought yet is known by its text alone: what each variant takes it for, and in "
        "whose lists it stands highest.",
    )
    url.check_number(url.NEW_PRICE)
    dataset = view.dataset
    usable = pickers.live_runs(runs, dataset.name)
    with st.container(key=f"{look.LEVEL}cold_start"):
        left, middle, right = st.columns([12, 13, 4], vertical_alignment="bottom")
    mode = url.linked(left.segmented_control, "Which item?", list(MODES), url.MODE, "catalogue", format_func=MODES.get)
    with right.popover("Variants", width="stretch"):
        chosen = pickers.pick_runs(usable)
    opened = recommenders.open_recommenders([run for run in usable if run.name in chosen], dataset, towers=True)
    if not opened:
        return
    if mode == "new":
        typed_item.show(view, runs, opened)
    elif mode == "file":
        new_items_file.show(view, runs, opened)
    else:
        cold_item.show(view, opened, middle)


theme.guarded(draw)
