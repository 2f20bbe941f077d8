"""Why more is found of what nobody or few bought than one would think: popularity guessed from texts, or a bonus."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from learn.data.schema import Metrics, Slices
from learn.explore.metrics.leading import listed
from learn.explore.metrics.result import parts_of_blend
from learn.item_towers import brief
from learn.runs.blend import JOINED
from learn.runs.run import Run
from learn.runs.vectors import has_popularity_bias

HIGHEST = 0.05
"""The part of the catalogue that counts as held most popular."""


def more_of_the_never_bought(never: pd.DataFrame, seldom: pd.DataFrame, runs: Sequence[Run], slices: np.ndarray) -> str:
    """Which variants find more of never-bought than of seldom-bought items, and what their popularity bias, which they
    read from a text, has to do with it: that few buy a seldom-bought item it has learned, the other it guesses.

    Args:
        never, seldom: `learn.explore.metrics.overview.compare_runs` of the two slices.
        runs: those that were chosen.
        slices: [N] the slice of each item (`learn.data.slices.item_slices`).

    Returns:
        "" where no variant does, or where its bias holds no more of the never-bought items popular.
    """
    found = never.set_index("run")[Metrics.MEAN], seldom.set_index("run")[Metrics.MEAN]
    told = {}
    for run in runs:
        means = [float(one.get(run.name, np.nan)) for one in found]
        if means[0] > means[1] and has_popularity_bias(run):
            high = slices[held_most_popular(run)]
            counts = [int((high == name).sum()) for name in (Slices.COLD_START, Slices.LONG_TAIL)]
            shares = [
                count / max((slices == name).sum(), 1)
                for count, name in zip(counts, (Slices.COLD_START, Slices.LONG_TAIL), strict=True)
            ]
            if shares[0] > shares[1]:
                told[run.name] = means[0], counts
    if not told:
        return ""
    labels = never.set_index("run")["label"].map(brief)
    first = max(told, key=lambda name: told[name][0])
    bought_never, bought_seldom = told[first][1]
    find = "find" if len(told) > 1 else "finds"
    return (
        f"{listed([labels[name] for name in told])} {find} more of never-bought than of seldom-bought items. "
        f"{'These models guess' if len(told) > 1 else 'It guesses'} an item's popularity from its text. For "
        "seldom-bought items training taught that it is low; for never-bought items the guess is sometimes high: of "
        f"the {HIGHEST:.0%} of items that {labels[first]} takes for the most popular, {bought_never:,} were never and "
        f"{bought_seldom:,} seldom bought."
    )


def lifted(seldom: pd.DataFrame, runs: Sequence[Run]) -> str:
    """Which blends find more of seldom-bought items than any of their parts does, as those get a bonus.

    Args:
        seldom: `learn.explore.metrics.overview.compare_runs` of that slice, of all Runs that there are.
        runs: those that were chosen.

    Returns:
        "" where no blend does, or none has such a bonus (`learn.runs.blend_scores.Weights.tail`).
    """
    means = seldom.set_index("run")[Metrics.MEAN]
    told = []
    for run in runs:
        if run.info.kind != "blend" or not float(run.info.settings.get("tail") or 0.0) > 0:
            continue
        names = [run.info.settings.get("run", ""), *str(run.info.settings.get("reference", "")).split(JOINED)]
        parts = [float(means[name]) for name in names if name in means.index]
        if len(parts) < len(names) or not float(means.get(run.name, np.nan)) > max(parts):
            continue
        told.append(
            f"{brief(run.info.label)} finds more of seldom-bought items than any of {listed(parts_of_blend(run))} "
            f"alone ({max(parts):.4f} at most), because it adds a bonus to the score of each seldom-bought item. "
            "How large a bonus was chosen on validation."
        )
    return " ".join(told)


def held_most_popular(run: Run) -> np.ndarray:
    """Indices of the items of the highest popularity bias (`HIGHEST` of the catalogue, one at least), of a Run that has
    one (`has_popularity_bias`)."""
    of_content = run.info.item_vectors == "content"  # then it is stored beside what makes the vectors
    bias = np.asarray(run.tensors("preprocessing")["prior"] if of_content else run.own_item_vectors[:, -1]).ravel()
    found: np.ndarray = np.argsort(-bias, kind="stable")[: max(round(HIGHEST * len(bias)), 1)]
    return found
