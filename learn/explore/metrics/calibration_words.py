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
    impressions."""
    far_off: list[str] = []
    nearer: list[str] = []
    further: list[str] = []
    for ranker, curves in _with_and_without(table).items():
        (before, _), (after, _) = (_far(curve) for curve in curves)
        if abs(after - before) > HARDLY * before:
            (nearer if after < before else further).append(names[ranker])
        far_off.append(f"{names[ranker]} {before:.3f} → {after:.3f}")
    if not far_off:
        return ""
    verdict = [f"nearer to what happened for {listed(nearer)}"] if nearer else []
    verdict += [f"further from what happened for {listed(further)}"] if further else []
    start = f"With LEARN probabilities are on average {listed(verdict)}"
    start = start if verdict else "On average LEARN hardly changes how far off the probabilities are"
    return f"{start} (mean gap between predicted and observed: {', '.join(far_off)})."


def furthest_off(table: pd.DataFrame, names: Mapping[str, str]) -> str:
    """Of the same: on which side what is predicted with LEARN lies, and where it is furthest off."""
    told: list[str] = []
    for ranker, (_, with_it) in _with_and_without(table).items():
        _, side = _far(with_it)
        worst = with_it.loc[(with_it["observed"] - with_it["predicted"]).abs().idxmax()]
        gap = 100 * abs(worst["observed"] - worst["predicted"])
        told.append(
            f"{'those' if told else 'probabilities'} of {names[ranker]} are {side}, most ({gap:.0f} points) where "
            f"{worst['predicted']:.0%} are predicted"
        )
    return f"With LEARN, {'; '.join(told)}." if told else ""


def _with_and_without(table: pd.DataFrame) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """Ranker -> its curve without LEARN and with it, of those that have both."""
    found = {}
    for ranker, rows in table.groupby("ranker", sort=False):
        form = next((features for features in rows["features"] if features != NONE), None)
        if form is not None and (rows["features"] == NONE).any():
            found[str(ranker)] = (rows[rows["features"] == NONE], rows[rows["features"] == form])
    return found


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
