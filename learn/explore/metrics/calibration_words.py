"""What the Ranking page's figure of probabilities says, in a sentence computed from the table that it draws."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from learn.explore.metrics.leading import listed
from learn.ranking.schema import NONE

HARDLY = 0.2
"""Probabilities that are nearer or further by less than this part of how far they were are called unchanged."""


def calibration(table: pd.DataFrame, names: Mapping[str, str]) -> str:
    """Of `ranking.calibration_curves`: whether LEARN brings what was predicted nearer to what happened, on average over
    impressions, on which side what is predicted with it lies, and where it is furthest off."""
    told: list[str] = []
    far_off: list[str] = []
    nearer: list[str] = []
    further: list[str] = []
    for ranker, of_ranker in table.groupby("ranker", sort=False):
        far = {features: _far(rows) for features, rows in of_ranker.groupby("features", sort=False)}
        form = next((features for features in far if features != NONE), None)
        if NONE not in far or form is None:
            continue
        (before, _), (after, side) = far[NONE], far[form]
        if abs(after - before) > HARDLY * before:
            (nearer if after < before else further).append(names[str(ranker)])
        far_off.append(f"{names[str(ranker)]} {before:.3f} → {after:.3f}")
        with_it = of_ranker[of_ranker["features"] == form]
        worst = with_it.loc[(with_it["observed"] - with_it["predicted"]).abs().idxmax()]
        gap = 100 * abs(worst["observed"] - worst["predicted"])
        told.append(
            f"{names[str(ranker)]}'s are {side}, most ({gap:.0f} points) where {worst['predicted']:.0%} are predicted"
        )
    if not told:
        return ""
    verdict = [f"nearer to what happened for {listed(nearer)}"] if nearer else []
    verdict += [f"further from what happened for {listed(further)}"] if further else []
    start = f"With LEARN probabilities are on average {listed(verdict)}"
    start = start if verdict else "On average LEARN hardly changes how far off the probabilities are"
    return f"{start} (mean gap between predicted and observed, ECE: {', '.join(far_off)}). {'; '.join(told)}."


def _far(rows: pd.DataFrame) -> tuple[float, str]:
    """How far what was predicted is from what happened, and on which side, from the lowest predictions up."""
    rows = rows.sort_values("predicted")
    off = (rows["predicted"] - rows["observed"]).to_numpy(dtype=float)
    weights = rows["impressions"].to_numpy(dtype=float)
    gap, mean = float(np.average(np.abs(off), weights=weights)), float(np.average(off, weights=weights))
    low = off < 0
    turns = np.flatnonzero(np.diff(low))
    if not len(turns):
        return gap, "too low" if low[0] else "too high"
    if len(turns) == 1:
        at = rows["predicted"].to_numpy(dtype=float)[turns[0]]
        first, then = ("low", "high") if low[0] else ("high", "low")
        return gap, f"too {first} up to {at:.0%} and too {then} above"
    if abs(mean) <= gap / 2:
        return gap, "off on both sides"
    return gap, "mostly too low" if mean < 0 else "mostly too high"
