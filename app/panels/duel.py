"""Two Runs user by user: for how many each was better, and the people for whom they differ most."""

from __future__ import annotations

import html

import pandas as pd
import streamlit as st

from app.shared import bench_settings, cache, links, theme, url
from learn.errors import LearnError
from learn.evaluation.better import chance_words, few_words, interval_words, signed
from learn.explore.metrics import compare, overview
from learn.runs.run import Run

SHOWN = 6  # users on each side
_TIED = "rgba(128, 134, 145, .3)"  # of users for whom both find as much


def show(view: cache.View, picked: list[Run], candidates: str, k: int, colours: dict[str, str]) -> None:
    """Draws who does better with one of two Runs, and whether that is more than chance.

    ``picked``: the best first; ``colours``: Run -> its colour.
    """
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
    one, two = _pick_two(able, labels)
    if one == two:
        st.info("Choose two different recommenders.")
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
        f"Both find as much for {found.tied:,} of {len(found.users):,} users; {labels[one]} finds more for "
        f"{found.won:,}, {labels[two]} for {found.lost:,}. On average Recall@{at} differs by {signed(mean)} "
        f"{interval_words(low, high)}: {chance_words(low, high)}."
    )
    theme.caution(few_words(len(found.users)))
    st.html(_all_users(found, (labels[one], labels[two]), (colours[one], colours[two])))
    st.caption(
        "In brackets: the paired 95% interval. Below, who differs most: how many of all their later items each has "
        f"among its first {at}, whatever the metric above."
    )
    sides = (
        (one, two, "ab", found.users[found.users["difference"] > 0]),
        (two, one, "ba", found.users[found.users["difference"] < 0]),
    )
    shown = pd.concat([users.head(SHOWN) for *_, users in sides])
    most = max(shown[["a", "b"]].max(axis=None), 1) if len(shown) else 1  # bars on both sides are of one scale
    for column, (name, other, order, users) in zip(st.columns(2), sides, strict=True):
        with column:
            better, worse = (f"{_square(colours[run])}{html.escape(labels[run])}" for run in (name, other))
            st.html(f"<strong>{better} better than {worse}</strong>")
            rows = users.head(SHOWN).to_dict("records")
            lines = [
                _line(view, row, order, (name, other), at)
                + "".join(_bar(row[side] / most, colours[run]) for side, run in zip(order, (name, other), strict=True))
                for row in rows
            ]
            # Not Markdown, whose links open another tab.
            st.html(f'<div style="line-height: 1.6">{"".join(lines) or "Nobody."}</div>')


def _pick_two(able: list[Run], labels: dict[str, str]) -> tuple[str, str]:
    """Draws the two boxes, at first with the pair that is worth a duel; the names of what is chosen."""
    names = [run.name for run in able]
    first, second = (run.name for run in compare.worth_a_duel(able))
    left, right, _ = st.columns([2, 2, 2])
    one = url.linked(left.selectbox, "This recommender", names, url.WINNER, first, format_func=labels.get)
    two = url.linked(right.selectbox, "against", names, url.LOSER, second, format_func=labels.get)
    return one, two


def _all_users(found: compare.PairedComparison, labels: tuple[str, str], colours: tuple[str, str]) -> str:
    """HTML of one bar of all users: for whom the first finds more, for whom both as much, for whom the second."""
    one, two = map(html.escape, labels)
    parts = (
        (found.won, f"{one} finds more", colours[0]),
        (found.tied, "both as much", _TIED),
        (found.lost, f"{two} finds more", colours[1]),
    )
    n = max(len(found.users), 1)
    bar = "".join(f'<div style="width: {count / n:.1%}; background: {colour}"></div>' for count, _, colour in parts)
    words = [f"{words}: {count:,} users ({count / n:.0%})" for count, words, _ in parts]
    key = "".join(f"<span>{_square(colour)}{told}</span>" for told, (*_, colour) in zip(words, parts, strict=True))
    return (
        f'<div role="img" aria-label="{"; ".join(words)}" style="display: flex; gap: 2px; height: 1.4rem">{bar}</div>'
        f'<div style="display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem">{key}</div>'
    )


def _square(colour: str) -> str:
    """HTML of the key of a bar's colour."""
    return (
        '<span style="display: inline-block; width: .7em; height: .7em; margin: 0 .35em 0 .15em; '
        f'background: {colour}"></span>'
    )


def _bar(share: float, colour: str) -> str:
    """HTML of a bar of so much of the width, of a pixel at least."""
    return f'<div style="height: 5px; margin: 1px 0; min-width: 1px; width: {share:.1%}; background: {colour}"></div>'


def _line(view: cache.View, row: dict, order: str, names: tuple[str, str], at: int) -> str:
    """HTML of one user: what both found, the better one first, of how many, and a way to see the two lists."""
    user_id = str(view.dataset.user_ids[row["user"]])
    query = links.query_of(view.dataset) | {
        url.USER: user_id,
        url.RUNS: list(names),
        url.K: bench_settings.list_length(at),
    }
    mine, theirs = (row[side] for side in order)
    told = html.escape(f"User {user_id}: {mine} against {theirs} of {row['n_targets']} later items")
    href = html.escape(links.page("recommendations", **query))
    return f'<div>{told} · <a href="{href}" style="color: inherit">open side by side</a></div>'
