"""Bring your own: how the tables' columns are read, to be mended by select boxes, and what becomes of them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import streamlit as st

from app.panels import report
from app.panels.bring_written import Written
from app.shared import cache, theme, url
from learn.building.files import inside
from learn.data.columns import INTERACTIONS, ITEMS, NO_COLUMN, TableKind
from learn.data.schema import Interactions, Items
from learn.pipeline import Preparation
from learn.preview import Columns, Preview, preview, table_columns

KINDS = {url.ITEMS_FILE: ITEMS, url.EVENTS_FILE: INTERACTIONS}
FIELD_LABELS = {
    Items.ID: "Item's id",
    Items.TITLE: "Title",
    Items.CATEGORY: "Category",
    Items.BRAND: "Brand",
    Items.PRICE: "Price",
    Items.KEYWORDS: "Keywords",
    Items.ATTRIBUTES: "Other text",
    Interactions.USER: "User's id",
    Interactions.TIME: "Time",
    Interactions.POSITION: "Place in the order",
}


def pick_mapping(files: dict[str, str], written: Written) -> tuple[str, ...]:
    """Draws a box for each field of both tables; what differs from what was recognised, as ``--map`` has it."""
    pairs: list[str] = []
    for column, (key, kind) in zip(st.columns(2), KINDS.items(), strict=True):
        with column:
            st.markdown(f"**{kind.name.capitalize()}**")
            path = inside(cache.workspace(), files[key])
            pairs += _pick_table(kind, _columns(path, kind.name, written, _stamp(path)))
    return tuple(pairs)


def _pick_table(kind: TableKind, columns: Columns) -> list[str]:
    pairs = []
    places = st.columns(2)
    for place, name in enumerate(kind.fields):
        found = columns.found.get(name)
        label = FIELD_LABELS.get(name, name) + (" (needed)" if name in columns.needed else "")
        box, key = places[place % 2].selectbox, f"{kind.name}.{name}"
        chosen = (
            url.linked(box, label, _choices(name, columns), key, found, format_func=_told)
            if found
            else url.linked_or_none(box, label, columns.names, key, None, index=None, placeholder="None")
        )
        if chosen is not None and chosen != found:
            pairs.append(f"{kind.name}.{name}={chosen}")
    return pairs


def _choices(name: str, columns: Columns) -> list[str]:
    """What may be read as a field that was recognised: a column, or none."""
    off = [] if name in columns.needed or NO_COLUMN in columns.names else [NO_COLUMN]
    return [*off, *columns.names]


def _told(column: str) -> str:
    return "None: leave it unread" if column == NO_COLUMN else column


def show(files: dict[str, str], mapping: tuple[str, ...], written: Written) -> None:
    """Draws what the tables become: what may be wrong, what the LLM will read, the first rows; raises as `preview`."""
    items, events = (inside(cache.workspace(), files[key]) for key in KINDS)
    found = _preview(str(items), str(events), mapping, written, (_stamp(items), _stamp(events)))
    facts = found.dataset.report
    tiles = {"Items": facts["items"], "Users": facts["users"], "Interactions": facts["interactions"]}
    times = "none" if found.times is None else " to ".join(f"{moment:%d %b %Y}" for moment in found.times)
    places = st.columns([1, 1, 1, 2])
    for place, (label, count) in zip(places, tiles.items(), strict=False):
        place.metric(label, f"{count:,}")
    places[3].metric("Time", times)
    report.show(facts)
    for one in found.unread:
        st.write(
            f"{report.SEVERITY_ICONS[report.NOTE]} Column **{theme.plain(one.column)}** is not read (first: "
            f"{theme.plain(one.first)}). Choose it above as *{FIELD_LABELS[one.field]}* to have it read."
        )
    st.markdown("**What the language model will read** of three items:")
    for prompt in found.prompts.values():
        st.code(prompt, language=None, wrap_lines=True)
    left, right = st.columns(2)
    left.markdown("**The first items**")
    left.dataframe(found.items, hide_index=True, width="stretch")
    right.markdown("**The first users**, each one's oldest events first")
    right.dataframe(found.users, hide_index=True, width="stretch")


def _stamp(path: Path) -> tuple[int, int]:
    about = path.stat()
    return about.st_mtime_ns, about.st_size


@st.cache_data(max_entries=16, show_spinner="Reading the table …")
def _columns(path: Path, kind: str, written: Written, stamp: tuple[int, int]) -> Columns:
    return table_columns(path, next(one for one in KINDS.values() if one.name == kind), written.asked(kind))


@st.cache_resource(max_entries=2, show_spinner="Reading both tables …")
def _preview(
    items: str, interactions: str, mapping: tuple[str, ...], written: Written, stamps: tuple[tuple[int, int], ...]
) -> Preview:
    return preview(Preparation("tables", items, interactions, mapping=mapping, **asdict(written)))
