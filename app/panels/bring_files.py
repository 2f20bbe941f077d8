"""Bring your own: the two tables, uploaded or already in the workspace; which ones is in the URL."""

from __future__ import annotations

import re
from itertools import chain, count

import streamlit as st

from app.shared import cache, theme, url
from learn.building.background import build_names
from learn.building.files import UPLOADS, keep_upload, tables_in
from learn.errors import LearnError

TABLES = {
    url.ITEMS_FILE: (
        "Items",
        "One row per item: an id and a **title**; category, brand, price and keywords help.",
        "sku,name,category,price\ns1,Rye bread 500 g,Food > Bakery,2.90\ns2,Oat drink 1 l,Food > Drinks,1.99",
    ),
    url.EVENTS_FILE: (
        "Interactions",
        "One row per purchase, rating or click: **who**, **which item** and **when**.",
        "customer,sku,when\nc7,s1,2024-05-31\nc7,s2,2024-06-02",
    ),
}
"""The URL's key -> the table's heading, what it holds, and what it may look like."""
FORMATS = "CSV, TSV, Parquet, JSON lines, gzip"
_GENERAL = frozenset(
    {"items", "item", "products", "product", "catalogue", "catalog", "articles", "movies", "books", "meta", "metadata"}
    | {"interactions", "events", "ratings", "reviews", "transactions", "purchases", "orders", "clicks", "log", "table"}
)


def pick() -> dict[str, str]:
    """Draws both tables' uploads and choices; key -> file, relative to the workspace, of those that are chosen."""
    limit = st.get_option("server.maxUploadSize")
    chosen = {}
    for column, (key, (name, words, example)) in zip(st.columns(2), TABLES.items(), strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(f"**{name}**  \n{words}")
            st.file_uploader(
                f"Upload the {name.lower()}: {FORMATS}",
                key=f"bring_upload_{key}",
                on_change=_keep,
                args=(key,),
                help=f"Up to {limit:,} MB. Put a larger file into the workspace folder and choose it below.",
            )
            if problem := st.session_state.pop(_problem(key), None):
                theme.show_error(problem)
            file = url.linked_or_none(
                st.selectbox,
                f"or choose the {name.lower()} in the workspace",
                tables_in(cache.workspace()),
                key,
                None,
                index=None,
                format_func=_told,
                placeholder="A file of the workspace folder",
            )
            if file is not None:
                chosen[key] = file
            else:
                st.caption("For example (other column names are recognised):")
                st.code(example, language=None)
    return chosen


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
    try:
        st.query_params[key] = keep_upload(cache.workspace(), upload.name, upload)
    except LearnError as error:
        st.session_state[_problem(key)] = error
