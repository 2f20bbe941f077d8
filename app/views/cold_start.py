"""Cold start: items that nobody had bought while the variants learned, from the catalogue, typed, or from a file."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import streamlit as st

from app.panels import audiences, new_item_maps
from app.shared import cache, links, page, pickers, recommenders, theme, url
from learn.cex.prompt import item_prompts
from learn.data import new_items
from learn.data.schema import Items
from learn.errors import LearnError
from learn.explore.colours import run_colours
from learn.explore.lists import cold_start, new_item
from learn.explore.metrics.overview import run_labels
from learn.runs.recommender import Recommender
from learn.runs.stored import FoundRuns

MODES = {"catalogue": "Of the catalogue", "new": "A new item", "file": "From a file"}
MOST_LISTED = 2000
AUDIENCE_LENGTH = 50
EXAMPLE = (
    "title,category,brand,price\nOat drink barista 1 L,Grocery > Milk,Oatly,2.49\nGluten-free rye bread,Bakery,,4.2\n"
)


def draw() -> None:
    runs, view = page.open_page(
        "Cold start",
        "Items that nobody had bought while the variants learned. Each variant knows them by their text alone: see "
        "what it takes them for, and whom it would show them to.",
    )
    dataset = view.dataset
    usable = pickers.live_runs(runs, dataset.name)
    for wanted in url.from_url(url.MODE, list(MODES)):
        st.warning(f"There is nothing called {theme.plain(wanted)} on this page.")
    mode = url.linked(st.segmented_control, "Which item?", list(MODES), url.MODE, "catalogue", format_func=MODES.get)
    chosen = pickers.pick_runs(usable)
    opened = recommenders.open_recommenders([run for run in usable if run.name in chosen], dataset, towers=True)
    if not opened:
        return
    if mode == "new":
        _new_item(view, runs, opened)
    elif mode == "file":
        _file(view, runs, opened)
    else:
        _of_catalogue(view, opened)


def _names(opened: dict[str, Recommender]) -> tuple[dict[str, str], dict[str, str]]:
    runs = [one.run for one in opened.values()]
    return run_labels(runs), run_colours((run.name, run.info.variant) for run in runs)


# --- of the catalogue


def _choose(ids: list[str]) -> None:
    st.query_params[url.ITEM] = str(np.random.default_rng().choice(ids))


def _of_catalogue(view: cache.View, opened: dict[str, Recommender]) -> None:
    dataset = view.dataset
    table = cold_start.cold_items(view.counts, view.target, view.catalogue)
    if table.empty:
        st.info("Every item of this catalogue was bought in the training part. Try *A new item* instead.")
        return
    buyers = dict(zip(dataset.item_ids[table["index"]], table["buyers"], strict=True))
    ids = list(buyers)
    asked = st.query_params.get(url.ITEM)
    item = int(dataset.item_index.get_indexer([asked])[0]) if asked else -1
    if asked and asked not in buyers:
        what = "is no cold-start item: people had it in the training part" if item >= 0 else "is not in this catalogue"
        st.warning(f"Item {theme.plain(asked)} {what}. Choose another one.")
    # The options are cut, but what a link asks for is always one.
    options = ids[:MOST_LISTED] + ([asked] if asked in buyers and asked not in ids[:MOST_LISTED] else [])

    def words(item_id: str) -> str:
        index = int(dataset.item_index.get_indexer([item_id])[0])
        n = buyers.get(item_id, 0)
        return f"{view.catalogue.titles[index]}  ({n} later buyers)" if n else f"{view.catalogue.titles[index]}"

    left, right = st.columns([5, 1], vertical_alignment="bottom")
    right.button("Random item", icon=":material/casino:", on_click=_choose, args=(options,), width="stretch")
    chosen = url.linked(
        left.selectbox,
        f"One of {len(ids):,} cold-start items; {sum(n > 0 for n in buyers.values()):,} of them were bought later",
        options,
        url.ITEM,
        ids[0],
        format_func=words,
        help="Those that most people bought later come first.",
    )
    item = int(dataset.item_index.get_indexer([chosen])[0])
    _card(dataset.items.iloc[[item]])
    for link in links.on_maps(dataset, item):
        st.markdown(f"[Show it on the maps]({link['href']})")
    labels, colours = _names(opened)
    found = audiences.answers(opened, {name: one.items[item] for name, one in opened.items()}, view, item)
    audiences.show_answers(found, view, labels, colours, item, "cold_start")
    _who_bought(view, opened, item, labels)


def _who_bought(view: cache.View, opened: dict[str, Recommender], item: int, labels: dict[str, str]) -> None:
    st.subheader("Who did buy it", anchor=False)
    table = cold_start.buyers_ranks(opened, view.history, view.target, item)
    if table.empty:
        st.info("In the target period nobody with a history bought it: there is nothing to check the variants against.")
        return
    st.caption(
        f"{len(table)} people with a history bought it later. Where it stood in the list that each of them would have "
        f"been shown, of some {view.dataset.n_items:,} items: the smaller, the better."
    )
    for column, name in zip(st.columns(len(opened)), opened, strict=True):
        best = f"best {table[name].min():,} · first 100: {int((table[name] <= 100).sum())} of {len(table)}"
        column.metric(
            theme.plain(labels[name]),
            f"median rank {table[name].median():,.0f}",
            best,
            delta_color="off",
            delta_arrow="off",
        )
    shown = table.assign(user=view.dataset.user_ids[table["user"]]).rename(columns=labels | {"user": "User"})
    with st.expander(f"All {len(table)} of them"):
        st.dataframe(shown, hide_index=True, width="stretch")


def _card(row: pd.DataFrame) -> None:
    """The item's words, and the text that the LLM reads."""
    with st.expander("What the language model reads", icon=":material/article:"):
        st.code(item_prompts(row)[0], language=None, wrap_lines=True)


# --- typed


def _start_from(view: cache.View) -> None:
    """Fills the box with a real item, to be changed."""
    item = int(np.random.default_rng().choice(np.flatnonzero(view.counts > 0)))
    row = view.dataset.items.iloc[item]

    def text(column: str) -> str:
        return "" if column not in row or pd.isna(row[column]) else str(row[column])

    price = view.catalogue.prices[item]
    st.query_params.update(
        {
            url.NEW_TITLE: text(Items.TITLE),
            url.NEW_CATEGORY: text(Items.CATEGORY),
            url.NEW_BRAND: text(Items.BRAND),
            url.NEW_PRICE: f"{price:g}" if np.isfinite(price) else "",
        }
    )


def _short_title(view: cache.View) -> str:
    """A much bought item's title that fits into the box."""
    titles = view.catalogue.titles[np.argsort(-view.counts, kind="stable")[:200]]
    return min(titles, key=lambda title: len(title) > 15)


def _new_item(view: cache.View, runs: FoundRuns, opened: dict[str, Recommender]) -> None:
    first, second, third, fourth, fifth = st.columns([2.6, 2.2, 1.6, 1.3, 1.9], vertical_alignment="bottom")
    example = view.catalogue
    title = url.linked_text(
        first.text_input, "Title", url.NEW_TITLE, placeholder=f"for example {_short_title(view)}", max_chars=1000
    )
    category = url.linked_text(
        second.text_input, "Category", url.NEW_CATEGORY, placeholder=example.category_order[0], max_chars=1000
    )
    brand = url.linked_text(third.text_input, "Brand", url.NEW_BRAND, placeholder="may be empty", max_chars=300)
    price = url.linked_number(fourth.number_input, "Price", url.NEW_PRICE, placeholder="none")
    fifth.button(
        "Example",
        icon=":material/casino:",
        on_click=_start_from,
        args=(view,),
        width="stretch",
        help="Fills in an item of the catalogue, to change a word and see what it does.",
    )
    if not any(text and text.strip() for text in (title, category, brand)):
        st.info(
            "Type a title and press Enter, or take the Example and change a word: the language model reads it at once.",
            icon=":material/edit:",
        )
        return
    items = new_item.make_item(title or "", category or "", brand or "", price)
    st.caption("What the language model reads:")
    st.code(item_prompts(items)[0], language=None, wrap_lines=True)
    unusual = new_item.unusual_gaps(items, view.dataset.items)
    if unusual:
        them = "it" if len(unusual) == 1 else "them"
        st.info(
            f"Nearly every item of this catalogue has a {' and a '.join(unusual)}. Without {them} the text reads like "
            f"no other, and the answers are hardly about the item: fill {them} in.",
            icon=":material/lightbulb:",
        )
    content = _read(opened, items)
    opened = {name: one for name, one in opened.items() if name in content}
    if not opened:
        return
    _answers(view, runs, opened, content, "new_item")


def _answers(
    view: cache.View, runs: FoundRuns, opened: dict[str, Recommender], content: dict[str, np.ndarray], key: str
) -> None:
    """What every Run makes of one new item: its place, its company and its audience; ``content``: [1, D_llm] a Run."""
    labels, colours = _names(opened)
    vectors = {name: one.embed_new_items(content[name])[0] for name, one in opened.items()}
    new_item_maps.show_places(opened, content, view, runs, key)
    audiences.show_answers(audiences.answers(opened, vectors, view, None), view, labels, colours, None, key)


@st.cache_data(max_entries=64, show_spinner="The language model is reading …")
def _embed(prompts: tuple[str, ...], settings: str, _items: pd.DataFrame, _cex) -> np.ndarray:
    return new_item.embed_items(_items, recommenders.open_llm(_cex), _cex)


def _read(opened: dict[str, Recommender], items: pd.DataFrame) -> dict[str, np.ndarray]:
    """Run name -> [n, D_llm] content embeddings of ``items``; a Run whose LLM is not here says so and is left out."""
    found, said = {}, set()
    for name, one in opened.items():
        if not one.reads_text:
            st.info(f"{theme.plain(one.run.info.label)} knows items by their ID only: a new item is nothing to it.")
            continue
        try:
            cex = recommenders.reading_settings(one.run)
            found[name] = _embed(tuple(item_prompts(items)), cex.model_dump_json(), items, cex)
        except LearnError as error:
            if error.what not in said:
                theme.show_error(error)
            said.add(error.what)
    return found


# --- from a file


def _file(view: cache.View, runs: FoundRuns, opened: dict[str, Recommender]) -> None:
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    upload = left.file_uploader(
        f"A table of up to {new_items.MOST:,} new items, with at least a column title",
        type=["csv", "tsv", "parquet", "jsonl"],
        key="cold_start_file",
        help="Columns: title, category, brand, price, keywords, attributes, item_id; common other names are found too.",
    )
    right.download_button(
        "Example file", EXAMPLE, "new-items.csv", "text/csv", icon=":material/download:", width="stretch"
    )
    if upload is None:
        st.info(
            "Upload a CSV of new items; download for each of them whom every variant would show it to first.",
            icon=":material/upload_file:",
        )
        return
    items, notes = _uploaded(upload)
    for note in notes:
        st.caption(f":material/info: {theme.plain(note)}")
    content = _read(opened, items)
    opened = {name: one for name, one in opened.items() if name in content}
    if not opened:
        return
    table = pd.concat(
        [
            new_item.audiences({name: one}, items, content[name], view.history, view.dataset.user_ids, AUDIENCE_LENGTH)
            for name, one in opened.items()
        ],
        ignore_index=True,
    )
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
        table.to_csv(index=False),
        "audiences.csv",
        "text/csv",
        icon=":material/download:",
        type="primary",
        width="stretch",
    )
    row = int(np.flatnonzero(items[Items.ID] == chosen)[0])
    _card(items.iloc[[row]])
    _answers(view, runs, opened, {name: content[name][[row]] for name in opened}, "file_item")


def _uploaded(upload) -> tuple[pd.DataFrame, list[str]]:
    """The uploaded file's items; readers want a path, whose ending tells the type."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"items{Path(upload.name).suffix.lower()}"
        path.write_bytes(upload.getvalue())
        return new_item.read_new_items(path, upload.name)


theme.guarded(draw)
