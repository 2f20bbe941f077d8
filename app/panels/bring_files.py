"""Bring your own: the two tables, uploaded or already in the workspace; which ones is in the URL."""

from __future__ import annotations

import re
from io import BytesIO
from itertools import chain, count
from typing import IO

import pandas as pd
import streamlit as st

from app.shared import cache, theme, url
from learn.building.background import build_names
from learn.building.example import NAMES, example_tables
from learn.building.files import UPLOADS, keep_upload, tables_in
from learn.data.columns import INTERACTIONS, ITEMS, TableKind
from learn.data.schema import Interactions, Items
from learn.errors import LearnError
from learn.explore.export import csv_bytes

_SHOWN = {"sku", "name", "customer", "when"}  # in the examples


def _names(kind: TableKind, **fields: str) -> str:
    """Some of the names by which the columns that a table needs are recognised, the example's first: a line a field."""
    lines = []
    for called, field in fields.items():
        known = sorted((field, *kind.aliases[field]), key=lambda name: name not in _SHOWN)
        lines.append(f"{called}: {', '.join(known[:4])}, …")
    return "  \n".join(lines)


TABLES = {
    url.ITEMS_FILE: (
        "Items",
        "One row per item, with its **id** and its **title**.",
        "sku,name,category,price\ns1,Rye bread 500 g,Food > Bakery,2.90\ns2,Oat drink 1 l,Food > Drinks,1.99",
        f"{_names(ITEMS, id=Items.ID, title=Items.TITLE)}  \nOptional: category, price, brand, keywords.",
    ),
    url.EVENTS_FILE: (
        "Interactions",
        "One row per purchase or click, with the **user** and the **item**.",
        "customer,sku,when\nc7,s1,2024-05-31\nc7,s2,2024-06-02",
        f"{_names(INTERACTIONS, user=Interactions.USER, item=Interactions.ITEM)}  \n"
        f"Optional: {_names(INTERACTIONS, time=Interactions.TIME)} Without it the order of the rows counts.",
    ),
}
"""The URL's key -> the table's heading, what it holds, what it may look like, and what its columns mean."""
FORMATS = "CSV, TSV, Parquet or JSON lines, also gzipped"
_GENERAL = frozenset(
    {"items", "item", "products", "product", "catalogue", "catalog", "articles", "movies", "books", "meta", "metadata"}
    | {"interactions", "events", "ratings", "reviews", "transactions", "purchases", "orders", "clicks", "log", "table"}
)


def pick() -> dict[str, str]:
    """Draws both tables' uploads and choices; key -> file, relative to the workspace, of those that are chosen."""
    chosen, root = {}, cache.workspace().root
    for column, (key, (name, words, example, meaning)) in zip(st.columns(2), TABLES.items(), strict=True):
        card = column.container(border=True, height="stretch", vertical_alignment="distribute")
        with card.container():
            st.markdown(f"**{name}**  \n{words}")
            if key not in st.query_params:
                st.code(example, language=None)
                st.caption(f"Names that are recognised (any other can be chosen in step 2):  \n{meaning}")
        with card.container():  # at one height in both cards
            _upload(key)
            file = url.linked_or_none(
                st.selectbox,
                "or a file that is in the workspace already",
                tables_in(cache.workspace()),
                key,
                None,
                index=None,
                format_func=_told,
                placeholder="Choose a file",
                help="The workspace is the folder where this app keeps everything: "
                f"{theme.plain(str(root))}. Tables that you copy into it are listed here.",
            )
            if file is not None:
                chosen[key] = file
    return chosen


def _upload(key: str) -> None:
    limit = st.get_option("server.maxUploadSize")
    st.file_uploader(
        f"{FORMATS}, up to {limit:,} MB",
        key=f"bring_upload_{key}",
        on_change=_keep,
        args=(key,),
        help="Larger: as Parquet, or copy it into the workspace and choose it below.",
    )
    if problem := st.session_state.pop(_problem(key), None):
        theme.show_error(problem)


def offer_example() -> None:
    """Draws the way in for whoever has no tables at hand: an invented shop's, taken as if they had been uploaded."""
    row = st.container(horizontal=True, vertical_alignment="center", key="bring_example_row")
    row.markdown("No tables at hand?", width="content")
    row.button(
        "Try it with example tables",
        key="bring_example",
        type="primary",
        icon=":material/storefront:",
        on_click=_take_example,
    )
    row.markdown("Or download the example, an invented shop:", width="content")
    for key, table in _example().items():
        row.download_button(
            TABLES[key][0], csv_bytes(table), NAMES[key], "text/csv", key=f"bring_example_{key}",
            type="tertiary", icon=":material/download:", on_click="ignore",
        )  # fmt: skip
    for key in TABLES:
        if problem := st.session_state.pop(_problem(f"example_{key}"), None):
            theme.show_error(problem)


@st.cache_data(max_entries=1)
def _example() -> dict[str, pd.DataFrame]:
    return example_tables()


def _take_example() -> None:
    for key, table in _example().items():
        _store(key, NAMES[key], BytesIO(csv_bytes(table)), f"example_{key}")


def suggest_name(*files: str) -> str:
    """A name for the dataset of ``files``: the first that says something, which no dataset and no build has."""
    stems = [re.sub(r"[^a-z0-9]+", "-", file.split("/")[-1].split(".")[0].lower()).strip("-") for file in files]
    name = next((stem for stem in stems if stem and stem not in _GENERAL), "mine")[:60]
    taken = {*cache.dataset_names(), *build_names(cache.workspace())}
    return next(one for one in chain([name], (f"{name}-{n}" for n in count(2))) if one not in taken)


def _told(file: str) -> str:
    """A file as people know it: an upload by its name, which its content's hash tells from others of that name."""
    parts = file.split("/")
    return f"{parts[2]} (uploaded, {parts[1][:6]})" if len(parts) == 3 and parts[0] == UPLOADS else file


def _problem(key: str) -> str:
    return f"bring_problem_{key}"


def _keep(key: str) -> None:
    """Stores what was just uploaded, and has the URL name it: a reload finds it again."""
    upload = st.session_state[f"bring_upload_{key}"]
    if upload is None:
        return
    _store(key, upload.name, upload, key)


def _store(key: str, name: str, content: IO[bytes], problem: str) -> None:
    try:
        st.query_params[key] = keep_upload(cache.workspace(), name, content)
    except LearnError as error:
        st.session_state[_problem(problem)] = error
