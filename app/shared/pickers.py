"""Choosing a user and Runs, the same on every page that asks for them; what is chosen is in the URL."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.shared import cache, theme, url, variant_texts
from learn.data.schema import Slices
from learn.data.slices import user_slices
from learn.explore.metrics.overview import run_labels
from learn.item_towers import ITEM_TOWERS
from learn.runs.baselines import POPULARITY
from learn.runs.run import Run
from learn.runs.stored import FoundRuns
from learn.runs.vectors import embeds

EVERYONE = "everyone"
MOST_LISTED = 2000
AT_FIRST = 4
"""Runs that are shown before anybody chose; where one of them is the untrained text, one that counts comes to them."""


def worth_comparing(usable: Sequence[Run]) -> list[str]:
    """The names of the Runs to compare where nobody chose: all but references, of which popularity and the one that did
    best on validation stand for the others."""
    references = [run for run in usable if run.info.kind == "reference"]
    best = max(references, key=lambda run: run.info.validation or 0.0, default=None)
    shown = {run.name for run in (best,) if run is not None} | {POPULARITY}
    return [run.name for run in usable if run.info.kind != "reference" or run.name in shown]


def to_show_first(usable: Sequence[Run]) -> list[str]:
    """The names of the Runs to show beside each other where nobody chose, in the order of ``usable``, the untrained
    text last.

    They are `AT_FIRST`, or one more where both the untrained text and something that counts are there.

    Those two are what trained towers are to be seen against; of what counts, the reference or blend that did best on
    validation. The others are towers; where there are too few, any.
    """
    towers = {run.name: ITEM_TOWERS.get(run.info.variant) for run in usable}
    untrained = [name for name, tower in towers.items() if tower is not None and not tower.trained]
    others = [run for run in usable if run.info.kind in ("reference", "blend")]
    told = [run for run in others if run.info.validation is not None]
    best = max(told, key=lambda run: run.info.validation or 0.0, default=None)
    against = [*untrained[:1], *([] if best is None else [best.name])]
    counted = {run.name for run in others}
    trained = [name for name in towers if name not in counted and name not in untrained]
    most = AT_FIRST - len(against[:1])
    wanted = [*trained[:most], *against, *trained[most:], *towers]
    chosen = list(dict.fromkeys(wanted))[: max(AT_FIRST, len(trained[:most]) + len(against))]
    return sorted([name for name in towers if name in chosen], key=lambda name: name in untrained)


def pick_runs(
    usable: Sequence[Run], key: str = url.RUNS, first: Sequence[str] | None = None, called: str = "Variants"
) -> list[str]:
    """The names of the chosen Runs, in the order of choice; ``first``: before anybody chose; ``called``: what they are
    on the page."""
    names = [run.name for run in usable]
    return url.linked_many(
        called,
        names,
        key,
        list(names[:AT_FIRST] if first is None else first),
        format_func=run_labels(usable).__getitem__,
        placeholder=f"Choose {called.lower()} to compare",
        help=variant_texts.explain(usable) or None,
    )


def how_many(usable: Sequence[Run], first: Sequence[str], key: str = url.RUNS) -> int:
    """How many Runs `pick_runs` is about to show as chosen, for the label of what it stands in."""
    asked = {run.name for run in usable}.intersection(st.query_params.get_all(key))
    return len(asked) or (0 if key in st.query_params and "" in st.query_params.get_all(key) else len(first))


def live_runs(runs: FoundRuns, dataset: str) -> list[Run]:
    """The Runs that can answer for new people and items; where there is none the page ends with what to type."""
    for problem in runs.problems:
        theme.show_error(problem)
    found = [run for run in runs.usable if embeds(run)]
    if not found:
        if runs.usable:
            st.info(
                "The Runs here have stored lists only. A trained Run can also answer for new people and new items.",
                icon=":material/model_training:",
            )
            st.code(f"learn train {dataset}", language="bash")
        else:
            theme.no_runs(dataset)
        st.stop()
    return found


def _candidates(view: cache.View, group: str) -> np.ndarray:
    """User indices of a slice; those with something bought later first."""
    names = user_slices(view.history.lengths)
    found = np.arange(len(names)) if group == EVERYONE else np.flatnonzero(names == group)
    return found[np.argsort(view.target.lengths[found] == 0, kind="stable")]


def typical_user(view: cache.View, among: np.ndarray | None = None) -> int:
    """A user (of those ``among``) with much to see: of those with a target, the one at three quarters by history."""
    found = np.arange(len(view.dataset.user_ids)) if among is None else among
    tested = found[view.target.lengths[found] > 0]
    pool = tested if len(tested) else found
    by_length = pool[np.argsort(view.history.lengths[pool], kind="stable")]
    return int(by_length[len(pool) * 3 // 4])


def _id_of_typical(view: cache.View, found: np.ndarray) -> str:
    return str(view.dataset.user_ids[typical_user(view, found)])


def _user_of(view: cache.View, group: str) -> dict[str, str]:
    found = _candidates(view, group)
    return {url.USER: _id_of_typical(view, found)} if len(found) else {}


def _choose(user_ids: list[str]) -> None:
    """Another user than the one in the URL, where there is another."""
    others = [user for user in user_ids if user != st.query_params.get(url.USER)] or user_ids
    st.query_params[url.USER] = str(np.random.default_rng().choice(others))


def pick_user(view: cache.View, places: Sequence[DeltaGenerator] | None = None) -> int | None:
    """The index of the user chosen by id, by slice or at random; None, with what is wrong, where there is none.

    ``places``: where to put the three; None: in a row of their own.
    """
    columns = places or st.columns([2, 1.7, 1.9], vertical_alignment="bottom")
    group = url.linked(
        columns[1].selectbox,
        "User group",
        [EVERYONE, *Slices.NAMES],
        url.SLICE,
        EVERYONE,
        others=partial(_user_of, view),
        help="By how much is known of a user: cold-start, next to nothing; long-tail, little.",
    )
    found = _candidates(view, group)
    ids = view.dataset.user_ids[found].tolist()
    if not ids:
        st.info(f"No user is {group} here: choose another group.")
        return None
    columns[2].button(
        "Random user", icon=":material/casino:", on_click=_choose, args=(ids[:MOST_LISTED],), width="stretch"
    )
    name = url.linked_or_none(
        columns[0].selectbox,
        "User",
        ids[:MOST_LISTED],
        url.USER,
        _id_of_typical(view, found),
        index=None,
        accept_new_options=True,
        placeholder="Type or choose a user's id",
        help=f"{len(ids):,} users; any id can be typed.",
    )
    if name is None:
        st.info("Choose a user to see their recommendations.")
        return None
    index = int(view.dataset.find_users([name])[0])
    if index < 0:
        st.warning(f"There is no user {theme.plain(str(name))} in this dataset: choose another one.")
        return None
    return index
