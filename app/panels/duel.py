"""Two Runs user by user: for how many each was better, and the people for whom they differ most."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from app.components import lists
from app.shared import bench_settings, cache, links, theme, url
from learn.errors import LearnError
from learn.evaluation.better import chance_words, few_words, interval_words, signed
from learn.explore.lists.user_lists import Suggestions
from learn.explore.metrics import compare, overview
from learn.runs.run import Run

SHOWN = 6  # users on each side


def show(view: cache.View, picked: list[Run], candidates: str, k: int, colours: dict[str, str]) -> None:
    """Draws who does better with one of two Runs, and whether that is more than chance; ``picked``: the best first."""
    able = []
    for run in picked:
        try:
            _ = run.per_user
            able.append(run)
        except LearnError as error:
            theme.show_error(error)
    if len(able) < 2:
        st.caption("Choose two Runs with a record of every user: `learn evaluate` writes it.")
        return
    labels = overview.run_labels(picked)
    names = [run.name for run in able]
    left, right, _ = st.columns([2, 2, 2])
    one = url.linked(left.selectbox, "This variant", names, url.WINNER, names[0], format_func=labels.get)
    two = url.linked(right.selectbox, "against", names, url.LOSER, names[1], format_func=labels.get)
    if one == two:
        st.info("Choose two different variants.")
        return
    ks = compare.cutoffs([run for run in able if run.name in (one, two)])
    if not ks:
        st.info("The two Runs were evaluated at different list lengths. Evaluate them again:")
        st.code(f"learn evaluate {view.dataset.name}", language="bash")
        return
    at = k if k in ks else ks[-1]
    a, b = (next(run for run in able if run.name == name) for name in (one, two))
    found = compare.paired_comparison(a, b, at, candidates)
    mean, low, high = found.difference
    theme.conclude(
        f"{labels[one]} was better for {found.won:,} users, {labels[two]} for {found.lost:,}, and both alike for "
        f"{found.tied:,}. On average Recall@{at} differs by {signed(mean)} {interval_words(low, high)}: "
        f"{chance_words(low, high)}."
    )
    theme.caution(few_words(len(found.users)))
    st.caption(
        "The interval is the paired 95% one, of the same users under both. Below, the most different users, by how "
        f"many of their later items were among the first {at} of this variant, and of the other: recall, whatever the "
        "metric above."
    )
    sides = (
        (one, two, found.users[found.users["difference"] > 0]),
        (two, one, found.users[found.users["difference"] < 0]),
    )
    columns = [_side(view, name, other, users.head(SHOWN), labels, colours, one, at) for name, other, users in sides]
    lists.show({"legend": [], "columns": columns}, "compare_duel")


def _side(
    view: cache.View, name: str, other: str, users: pd.DataFrame, labels: dict, colours: dict, first: str, at: int
) -> dict:
    rows = []
    mine, theirs = ("a", "b") if name == first else ("b", "a")
    for place, row in enumerate(users.to_dict("records"), 1):
        user_id = str(view.dataset.user_ids[row["user"]])
        query = links.query_of(view.dataset) | {
            url.USER: user_id,
            url.RUNS: [name, other],
            url.K: bench_settings.list_length(at),
        }
        rows.append(
            {
                "rank": place,
                "item": user_id,
                "title": f"User {user_id}",
                "reasons": [f"found {row[mine]} of {row['n_targets']} later items, the other {row[theirs]}"],
                "links": [{"text": "open side by side", "href": links.page("recommendations", **query)}],
            }
        )
    nothing = Suggestions(np.zeros(0, np.int64), np.zeros(0), live=True)
    data = lists.column_data(lists.Column(name, f"{labels[name]} was better", colours[name], "", "", nothing), rows)
    return data | {"empty": "Nobody."}
