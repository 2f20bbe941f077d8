"""What the Ranking page's figures say, in sentences computed from the tables that they draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from learn.data.schema import Slices
from learn.evaluation.better import more_than_chance, signed, too_few
from learn.explore.metrics.leading import listed
from learn.explore.metrics.ranking import digits_that_add_up
from learn.explore.metrics.slice_words import slice_words
from learn.ranking.schema import AUC, COSINE, FUSED, RAW, UAUC, WUAUC

FORMS = {
    FUSED: "LEARN's vectors, adapted to purchases,",
    COSINE: "LEARN's vectors, as one similarity score,",
    RAW: "LEARN's raw vectors",
}
"""In which a ranker is given LEARN's vectors -> the subject of a sentence; the paper's first."""
WITH = {FUSED: "With adapted vectors", COSINE: "With that one score", RAW: "With raw vectors"}
"""The same before what is said of parts of users and items."""
SMALL = 0.01
"""A gain of less than this part of what there was is called little."""
MOST, HALF = 0.8, 0.5
"""A part of the gain from which on it is called nearly all of it, or most of it."""
MANY = 5
"""From more comparisons than this on it is said that one may be clear by chance."""
NEARLY = 0.1
"""An interval with less than this part of it on the better side of 0 is nearly all a loss."""
JUST = 0.1
"""A clear gain whose interval begins nearer to 0 than this part of it is called just clear."""


def ranking_gain(table: pd.DataFrame, names: Mapping[str, str], less_is_better: bool = False, unit: str = "") -> str:
    """Of `ranking.gains`: in which form LEARN's vectors make most rankers clearly better, which, by how much of
    ``unit`` and from what to what.

    ``names``: ranker -> what people read.
    """
    best = best_form(table, less_is_better)
    rows = _rows_of(table, best)
    return f"{FORMS[best]} {_verdict(rows, names, less_is_better, unit)}" if rows else ""


def beyond_the_gain(table: pd.DataFrame, names: Mapping[str, str], less_is_better: bool = False, unit: str = "") -> str:
    """What `ranking_gain` comes to in pairs; and what the fused form, the paper's, does where that is another."""
    best = best_form(table, less_is_better)
    rows, fused = _rows_of(table, best), _rows_of(table, FUSED)
    small = _how_much(rows, unit) if rows else ""
    if best != FUSED and fused:
        more = f"Adapted to purchases, as in the paper, LEARN's vectors {_briefly(fused, names, less_is_better)}."
    else:
        better = [row for row in rows if _better(row, less_is_better)]
        worse = any(_better(row, not less_is_better) for row in rows)
        more = _one_number(table, better, less_is_better) if better and not worse else ""
    return " ".join(filter(None, (small, more)))


def best_form(table: pd.DataFrame, less_is_better: bool = False) -> str:
    """Of `ranking.gains`: in which of `FORMS` LEARN's vectors make most rankers clearly better; of equals the one that
    gains most; the paper's where none does, or where the table has none."""
    sign = -1 if less_is_better else 1
    forms = {form: rows for form in FORMS if (rows := _rows_of(table, form))}
    helps = {form: sum(_better(row, less_is_better) for row in rows) for form, rows in forms.items()}
    if not any(helps.values()):
        return FUSED
    return max(forms, key=lambda form: (helps[form], sign * sum(row["gain"] for row in forms[form])))


def _how_much(rows: Sequence[dict[str, Any]], unit: str) -> str:
    """What a gain in AUC within users means, in pairs."""
    most = max(rows, key=lambda row: abs(row["gain"]))["gain"]
    pairs = round(1000 * abs(most))
    if unit.lower() not in (UAUC, WUAUC) or pairs == 0:
        return ""
    side = "more" if most > 0 else "fewer"
    return f"Of 1,000 pairs of an item that a user bought and one left, about {pairs} {side} come in the right order."


def _rows_of(table: pd.DataFrame, form: str) -> list[dict[str, Any]]:
    rows = table[table["features"] == form].to_dict("records")
    return [{str(key): value for key, value in row.items()} for row in rows]


def _verdict(rows: Sequence[dict[str, Any]], names: Mapping[str, str], less_is_better: bool, unit: str) -> str:
    """ "make both rankers slightly but clearly better: UAUC ..." """
    told = []
    for side, less in (("better", less_is_better), ("worse", not less_is_better)):
        found = [row for row in rows if _better(row, less)]
        if found:
            little = all(abs(row["gain"]) < SMALL * abs(row.get("mean", 0)) for row in found)
            how = "slightly but clearly" if little else "clearly"
            told.append(f"{_all_or_some(found, rows, names)} {how} {side}: {_sizes(found, names, unit)}")
    return f"make {'; and '.join(told)}." if told else f"make no ranker clearly better: {_sizes(rows, names, unit)}."


def _briefly(rows: Sequence[dict[str, Any]], names: Mapping[str, str], less_is_better: bool) -> str:
    """ "clearly help A alone", "clearly help neither ranker" """
    helped = [row for row in rows if _better(row, less_is_better)]
    harmed = [row for row in rows if _better(row, not less_is_better)]
    who = _all_or_some(helped, rows, names)
    only, too = ("", ", too") if len(helped) == len(rows) else ("only ", "")
    said = (
        f"clearly help {only}{who}{too}" if helped else f"clearly help {'neither' if len(rows) == 2 else 'no'} ranker"
    )
    return f"{said} and harm {_all_or_some(harmed, rows, names)}" if harmed else said


def _all_or_some(found: Sequence[dict[str, Any]], rows: Sequence[dict[str, Any]], names: Mapping[str, str]) -> str:
    return "both rankers" if len(found) == len(rows) == 2 else listed([names[row["ranker"]] for row in found])


def _sizes(rows: Sequence[dict[str, Any]], names: Mapping[str, str], unit: str) -> str:
    """ "UAUC +0.003 for A (0.889 → 0.892) and B (0.888 → 0.891)": a gain once where it rounds to the same."""
    digits = _digits(rows)
    by_gain: dict[str, list[str]] = {}
    for row in rows:
        ends = f"{row['mean'] - row['gain']:.{digits}f} → {row['mean']:.{digits}f}"
        by_gain.setdefault(signed(row["gain"], digits), []).append(f"{names[row['ranker']]} ({ends})")
    told = listed([f"{gain} for {listed(who)}" for gain, who in by_gain.items()])
    return f"{unit} {told}" if unit else told


def _digits(rows: Sequence[dict[str, Any]]) -> int:
    """The fewest decimals, at least three, at which no gain vanishes and every figure adds up."""
    gains = [abs(row["gain"]) for row in rows if row["gain"] != 0]
    least = next((n for n in range(3, 5) if all(round(gain, n) > 0 for gain in gains)), 5)
    return digits_that_add_up(pd.DataFrame(rows), least)


def _one_number(table: pd.DataFrame, better: Sequence[dict[str, Any]], less_is_better: bool) -> str:
    """How much of the gains ``better`` the cosine alone brings, where it does so clearly for each of those rankers."""
    cosines = {row["ranker"]: row for row in table[table["features"] == COSINE].to_dict("records")}
    found = [(cosines.get(row["ranker"]), row) for row in better]
    shares = [one["gain"] / row["gain"] for one, row in found if one is not None and _better(one, less_is_better)]
    if len(shares) < len(better):
        return ""
    part = "nearly all" if min(shares) >= MOST else "most" if min(shares) > HALF else "a part"
    return f"One similarity score brings {part} of it."


def other_features(table: pd.DataFrame, names: Mapping[str, str], less_is_better: bool = False) -> str:
    """Of `ranking.gains`: how much of the fused gain one cosine gives, where that is a part of it, and for whom raw
    vectors give none, where another form gives some; "" where nothing was gained."""
    rows = {(row["features"], row["ranker"]): row for row in table.to_dict("records")}
    gained = [ranker for features, ranker in rows if features == FUSED and _better(rows[FUSED, ranker], less_is_better)]
    said = []
    alone = [ranker for ranker in gained if (COSINE, ranker) in rows]
    shares = [
        f"{rows[COSINE, ranker]['gain'] / rows[FUSED, ranker]['gain']:.0%} for {names[ranker]}"
        for ranker in alone
        if _better(rows[COSINE, ranker], less_is_better)
    ]
    if shares and all(abs(rows[COSINE, ranker]["gain"]) <= abs(rows[FUSED, ranker]["gain"]) for ranker in alone):
        said.append(f"Of the gain of the adapted vectors one similarity score gives {listed(shares)}.")
    some = {ranker for (_, ranker), row in rows.items() if _better(row, less_is_better)}
    raw = [
        ranker
        for features, ranker in rows
        if features == RAW and ranker in some and not _better(rows[RAW, ranker], less_is_better)
    ]
    if raw:
        others = [ranker for features, ranker in rows if features == RAW and ranker not in raw]
        helped = [names[ranker] for ranker in others if _better(rows[RAW, ranker], less_is_better)]
        unclear = listed([names[ranker] for ranker in raw])
        said.append(
            f"Raw vectors clearly help {listed(helped)}, not {unclear}."
            if helped
            else f"Raw vectors are no clear gain for {unclear}."
        )
    return " ".join(said)


def the_paper(table: pd.DataFrame, less_is_better: bool, paper: str) -> str:
    """What ``paper`` (its name) says to the same question, and whether the fused gains of `ranking.gains` agree."""
    rows = table[table["features"] == FUSED].to_dict("records")
    clear = sum(_better(row, less_is_better) for row in rows)
    where = f"in the paper ({paper}, Tables 8 and 9; industrial data)"
    if clear == len(rows) > 0:
        return f"As {where}, every ranker gains with adapted vectors."
    here = f"{clear} of {len(rows)} rankers does" if clear else "no ranker does"
    return f"I{where[1:]} rankers gain with adapted vectors; here {here} so clearly."


def _better(row: Mapping[str, Any], less_is_better: bool) -> bool:
    sign = -1 if less_is_better else 1
    return more_than_chance(row["gain_low"], row["gain_high"]) and sign * row["gain"] > 0


def ranking_slices(
    table: pd.DataFrame, names: Mapping[str, str], less_is_better: bool = False, form: str = FUSED
) -> str:
    """Of `ranking.gains_by_slice`: in which parts which rankers gain clearly, where none does, and where one may lose.

    ``form``: of `FORMS`, of which the gains are.
    """
    parts = table[table["slice"] != Slices.WHOLE]
    parts = parts[~parts["users"].map(too_few)]
    if parts.empty:
        return ""
    rows = parts.to_dict("records")
    rankers = list(dict.fromkeys(parts["ranker"]))
    gains: dict[str, list[str]] = {str(name): [] for name in parts["slice"]}
    losses: dict[str, list[str]] = {}
    maybe: dict[str, list[str]] = {}
    just: dict[str, list[str]] = {}
    for row in rows:
        if _better(row, less_is_better):
            gains[row["slice"]].append(row["ranker"])
            if _just(row):
                just.setdefault(row["slice"], []).append(names[row["ranker"]])
        elif _better(row, not less_is_better):
            losses.setdefault(row["slice"], []).append(names[row["ranker"]])
        elif _nearly_a_loss(row, less_is_better):
            maybe.setdefault(row["slice"], []).append(names[row["ranker"]])
    if not any(gains.values()) and not losses and not maybe:
        return f"{WITH[form]} in no part of users or items is the gain clear."
    by_gainers: dict[tuple[str, ...], list[str]] = {}
    for name, who in gains.items():
        if not who and (name in losses or name in maybe):
            continue
        of_whom = f" for {listed(just[name])}" if name in just and len(just[name]) < len(who) else ""
        sure = f" (just clear{of_whom})" if name in just else ""
        by_gainers.setdefault(tuple(who), []).append(f"{slice_words(name)}{sure}")
    order = sorted(by_gainers, key=len, reverse=True)
    told = [f"{_who(who, rankers, names)} {_parts(by_gainers[who])}" for who in order]
    told += [f"possibly a loss for {slice_words(name)} ({listed(who)})" for name, who in maybe.items()]
    told += [f"{listed(who)} became clearly worse for {slice_words(name)}" for name, who in losses.items()]
    return f"{WITH[form]} {'; '.join(told)}."


def _parts(words: Sequence[str]) -> str:
    """ "users with a long history, seldom-bought and often-bought items"."""
    items = [word.removesuffix(" items") for word in words if word.endswith(" items")]
    others = [word for word in words if not word.endswith(" items")]
    both = " and ".join(items) + " items" if items else ""
    return ", ".join([*others, both]) if len(items) > 1 else listed([*others, *filter(None, [both])])


def _nearly_a_loss(row: Mapping[str, Any], less_is_better: bool) -> bool:
    """Whether an interval that holds 0 is nearly all on the worse side of it."""
    low, high = row["gain_low"], row["gain_high"]
    better = -low if less_is_better else high
    return bool(low <= 0 <= high and better < NEARLY * (high - low))


def by_chance(table: pd.DataFrame, less_is_better: bool = False) -> str:
    """Of the same: that one of many comparisons may be clear by chance, where one is just clear; else ""."""
    parts = table[(table["slice"] != Slices.WHOLE) & ~table["users"].map(too_few)].to_dict("records")
    just = any(_better(row, less_is_better) and _just(row) for row in parts)
    return f"{len(parts)} comparisons: one may be clear by chance." if just and len(parts) > MANY else ""


def _just(row: Mapping[str, Any]) -> bool:
    return bool(min(abs(row["gain_low"]), abs(row["gain_high"])) < JUST * abs(row["gain"]))


def within_groups(table: pd.DataFrame, metric: str) -> str:
    """Of `ranking.gains_by_slice`: how every group of items, or of users, can gain more than all of them together."""
    if metric not in (UAUC, WUAUC, AUC):
        return ""
    table = table[~table["users"].map(too_few)]
    told = []
    for kind in ("item", "user"):
        groups = table[table["slice"].str.startswith(f"{kind}:")]
        clear = [more_than_chance(*ends) for ends in zip(groups["gain_low"], groups["gain_high"], strict=True)]
        groups = groups[np.array(clear, dtype=bool)]
        for ranker, rows in groups.groupby("ranker", sort=False):
            whole = table.loc[(table["slice"] == Slices.WHOLE) & (table["ranker"] == ranker), "gain"]
            if len(rows) > 1 and len(whole) and (rows["gain"] > whole.iloc[0]).all():
                told.append(f"{kind}s")
    if not told:
        return ""
    which = listed(list(dict.fromkeys(told)))
    return (
        f"Groups of {which} can gain more than all {which} together: a group's AUC compares only what is in the group."
    )


def _who(gainers: Sequence[str], rankers: Sequence[str], names: Mapping[str, str]) -> str:
    if not gainers:
        return "no clear gain for"
    if len(gainers) == len(rankers) > 1:
        return f"{'both' if len(rankers) == 2 else 'all'} rankers clearly gain for"
    gain = "gains" if len(gainers) == 1 else "gain"
    return f"{'only ' if len(rankers) > 1 else ''}{listed([names[one] for one in gainers])} clearly {gain} for"
