"""New items from a file: whom every variant would show each of them to first, one to look at, all to download."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from app.panels.new_item_answers import show_new_item
from app.panels.new_item_text import read_items
from app.shared import cache, theme
from learn.data import new_items
from learn.data.schema import Items
from learn.explore.export import csv_bytes
from learn.explore.lists import new_item
from learn.runs.recommender import Recommender
from learn.runs.stored import FoundRuns

AUDIENCE_LENGTH = 50
UPLOADED = (".csv", ".tsv", ".parquet", ".jsonl")
MEGABYTES = 20
"""Of an uploaded table: of as many new items as there may be, each may have 20,000 characters."""


def show(view: cache.View, runs: FoundRuns, opened: dict[str, Recommender]) -> None:
    """Draws the upload, and of what it holds every variant's audiences and one item's answers."""
    upload = _pick_file(view)
    if upload is None:
        st.info(
            "Upload a CSV of new items; download for each of them whom every variant would show it to first.",
            icon=":material/upload_file:",
        )
        return
    items, notes = _uploaded(upload)
    for note in notes:
        st.caption(f":material/info: {theme.plain(note)}")
    content = read_items(opened, items)
    opened = {name: one for name, one in opened.items() if name in content}
    if not opened:
        return
    row = _pick_row(view, opened, items, content)
    show_new_item(view, runs, opened, items.iloc[[row]].reset_index(drop=True), None, "file_item")


def _pick_file(view: cache.View) -> UploadedFile | None:
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    right.download_button(
        "Example file",
        csv_bytes(new_item.example_file(view.dataset.name, view.dataset.items)),
        "new-items.csv",
        "text/csv",
        icon=":material/download:",
        width="stretch",
    )
    return left.file_uploader(
        f"A table of up to {new_items.MOST:,} new items, with at least a column title",
        type=[ending.removeprefix(".") for ending in UPLOADED],
        key="cold_start_file",
        max_upload_size=MEGABYTES,
        help="Columns: title, category, brand, price, keywords, attributes, item_id; common other names are found too.",
    )


def _pick_row(
    view: cache.View, opened: dict[str, Recommender], items: pd.DataFrame, content: dict[str, np.ndarray]
) -> int:
    """The place of the item to look at; beside it all audiences to download."""
    titles = dict(zip(items[Items.ID], items[Items.TITLE].fillna(""), strict=True))
    left, right = st.columns([3, 1.4], vertical_alignment="bottom")
    chosen = left.selectbox(
        f"{len(items):,} items were read; look at one",
        list(titles),
        key="cold_start_row",
        format_func=lambda item_id: f"{titles[item_id] or 'no title'}  ({item_id})",
    )
    right.download_button(
        f"All audiences ({AUDIENCE_LENGTH} users each)",
        lambda: csv_bytes(_all_audiences(view, opened, items, content)),
        "audiences.csv",
        "text/csv",
        icon=":material/download:",
        type="primary",
        width="stretch",
    )
    return int(np.flatnonzero(items[Items.ID] == chosen)[0])


def _all_audiences(
    view: cache.View, opened: dict[str, Recommender], items: pd.DataFrame, content: dict[str, np.ndarray]
) -> pd.DataFrame:
    """Every Run's audience of every item: computed when somebody asks for the file."""
    tables = [
        new_item.audiences({name: one}, items, content[name], view.history, view.dataset.user_ids, AUDIENCE_LENGTH)
        for name, one in opened.items()
    ]
    return pd.concat(tables, ignore_index=True)


def _uploaded(upload: UploadedFile) -> tuple[pd.DataFrame, list[str]]:
    """The uploaded file's items; readers want a path, whose ending tells the type."""
    with tempfile.TemporaryDirectory() as folder:
        ending = Path(upload.name).suffix.lower()  # a browser's word; of the name nothing else becomes a path
        path = Path(folder) / f"items{ending if ending in UPLOADED else ''}"
        path.write_bytes(upload.getvalue())
        return new_item.read_new_items(path, upload.name)
