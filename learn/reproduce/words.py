"""What a benchmark's rows come down to, in sentences computed from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from learn.data.schema import Metrics
from learn.evaluation.better import few_words, more_than_chance
from learn.explore.metrics.leading import listed
from learn.explore.metrics.result import COUNTS
from learn.reproduce.paper import AS_IN_THE_PAPER
from learn.reproduce.results import in_words, is_earlier, is_refitted, kind_of
from learn.runs.baselines import REFIT_SUFFIX

CLEAR, UNCLEAR, UNTESTED = "clear", "unclear", "untested"
_SIMPLE = "reference"  # in "kind"
_NOT_LEARN = (_SIMPLE, "peer")

_Row = Mapping[str, Any]


def compared_with(ran: pd.DataFrame) -> str:
    """The label of the row that the others of `results.one_metric` are compared with; "" where none can be told.

    It has no difference itself, and neither have rows of an earlier run, which say so in "why".
    """
    alone = ran[ran["difference"].isna()]
    told = alone[alone["why"].isna()] if "why" in alone else alone
    found = told if len(told) else alone
    return str(found["label"].iloc[0]) if len(found) else ""


def benchmark(chosen: pd.DataFrame) -> str:
    """Of `results.one_metric`: who leads and how sure that is, and how the best simple reference stands to the row that
    all are compared with. Two of which no paired difference is stored are told apart where their own intervals do not
    touch; otherwise it is said that they are not tested."""
    ran = chosen.dropna(subset=[Metrics.MEAN])
    if len(ran) < 2:
        return ""
    ran = ran.assign(refitted=is_refitted(ran), kind=ran.get("kind", pd.Series("", index=ran.index)))
    named = compared_with(ran) if ran["difference"].notna().any() else ""
    rows = ran.to_dict("records")
    level = [row for row in rows if row[Metrics.MEAN] == rows[0][Metrics.MEAN]]
    if len(level) > 1:
        names = listed([in_words(row["label"]) for row in level])
        return f"{names} are level in front, with {rows[0][Metrics.MEAN]:.4f}."
    if few := few_words(float(ran[Metrics.N_USERS].max())):
        return f"{_with_mean(rows[0], 'has')} the most, but of {few[0].lower()}{few[1:]}"
    said, told = _lead(rows, named)
    reference = next((row for row in rows if row["label"] == named), None)
    more = _simple(rows, reference, told) if reference is not None else ""
    if not more and reference is not None and named not in (rows[0]["label"], told):
        more = _stands(in_words(rows[0]["label"]), rows[0], reference)
    whole = f"{said} {more}".strip()
    return whole[0].upper() + whole[1:]


def beside_the_papers_way(both: pd.DataFrame) -> str:
    """Of `learn.reproduce.paper.beside`: how a row of ours stands to the one that is trained as the paper's is; ""
    where there are not both."""
    rows = {row["run"]: row for row in both.to_dict("records")}
    told = []
    for own, theirs in AS_IN_THE_PAPER.items():
        if own in rows and theirs in rows:
            ours, papers = rows[own], rows[theirs]
            ahead, behind = (ours, papers) if ours[Metrics.MEAN] >= papers[Metrics.MEAN] else (papers, ours)
            how = {CLEAR: "clearly ahead of", UNCLEAR: "not clearly ahead of", UNTESTED: "ahead (not tested) of"}
            tested = any(pd.notna(_paired(*pair, ours["label"])[0]) for pair in ((ahead, behind), (behind, ahead)))
            sure = _apart(ahead, behind, ours["label"])
            words = "ahead (their intervals do not touch) of" if sure == CLEAR and not tested else how[sure]
            told.append(f"{_with_mean(ahead, 'is')} {words} {_with_mean(behind, '').strip()}.")
    return " ".join(told)


def among_all(chosen: pd.DataFrame, both: pd.DataFrame) -> str:
    """Where the row that leads in the paper stands among all of `results.one_metric`, where simple references are ahead
    of it, and whether that is tested; "" where none is.

    Args:
        both: `learn.reproduce.paper.beside` of ``chosen``.
    """
    theirs = both.dropna(subset=["paper"]) if "kind" in both else both.head(0)
    if theirs.empty:
        return ""
    first = theirs.loc[theirs["paper"].idxmax()].to_dict()
    ran = chosen.dropna(subset=[Metrics.MEAN])
    alike = ran[is_refitted(ran) == str(first["run"]).endswith(REFIT_SUFFIX)]
    ahead = alike[alike[Metrics.MEAN] > first[Metrics.MEAN]]
    simple = ahead[ahead["kind"] == _SIMPLE]
    if simple.empty:
        return ""
    named = compared_with(ran) if ran["difference"].notna().any() else ""
    pairs = [(row, first) for row in simple.to_dict("records")]
    tested = [any(pd.notna(_paired(*pair, named)[0]) for pair in ((a, b), (b, a))) for a, b in pairs]
    sure = "clearly " if all(tested) and all(_apart(*pair, named) == CLEAR for pair in pairs) else ""
    earlier = "earlier run: " if is_earlier(pd.DataFrame([first])).any() or is_earlier(simple).any() else ""
    untested = "" if all(tested) else f" ({earlier}not tested in pairs)"
    references = "simple references are" if len(simple) > 1 else "simple reference is"
    place = f"place {len(ahead) + 1} of {len(alike)} here"
    return f"{in_words(str(first['label']))} is {place}: {len(simple)} {references} {sure}ahead{untested}."


def earlier_rows(shown: pd.DataFrame) -> str:
    """What a lighter mark in a picture of these rows of `results.one_metric` is; "" where none is lighter."""
    if not is_earlier(shown).any():
        return ""
    return (
        "* Lighter: measured in an earlier run of this table, so differences to these rows are not tested user by user."
    )


def _lead(rows: list[_Row], named: str) -> tuple[str, str]:
    """Who leads, before whom and how surely; and the label of that one: refitted beside refitted where there is one."""
    first = rows[0]
    alike = [row for row in rows[1:] if row["refitted"] == first["refitted"]]
    second = (alike or rows[1:])[0]
    leads, highest = (
        f"{in_words(first['label'])} {has} {first[Metrics.MEAN]:.4f}"
        for has in ("leads with", "has the highest value,")
    )
    behind = f"{in_words(second['label'])} ({second[Metrics.MEAN]:.4f})"
    how = {
        CLEAR: f"{leads}, clearly ahead of {behind}.",
        UNCLEAR: f"{leads}, but not clearly ahead of {behind}.",
        UNTESTED: f"{highest}; {in_words(second['label'])} has {second[Metrics.MEAN]:.4f} (difference not tested).",
    }
    return how[_apart(first, second, named)], second["label"]


def _simple(rows: list[_Row], reference: _Row, told: str) -> str:
    """How the best simple reference stands to the row that all are compared with; "" where that is told already, or
    where LEARN is not what they are compared with."""
    simple = [row for row in rows if row["kind"] == _SIMPLE]
    simple = [row for row in simple if row["refitted"] == reference["refitted"]]
    if not simple or reference["kind"] in _NOT_LEARN:
        return ""
    if {simple[0]["label"], reference["label"]} == {rows[0]["label"], told}:
        return ""
    which = "a simple reference" if simple[0][Metrics.MEAN] > reference[Metrics.MEAN] else "the best simple reference"
    which += " that reads the text, too" if kind_of(simple[0]) != COUNTS else ""
    who = "It" if simple[0]["label"] == rows[0]["label"] else in_words(simple[0]["label"])
    return _stands(f"{who}, {which},", simple[0], reference, rows[0]["label"], told)


def _stands(who: str, row: _Row, reference: _Row, *told: str) -> str:
    """``told``: labels whose means stand in the sentence before."""
    behind = row[Metrics.MEAN] < reference[Metrics.MEAN]
    pair = (reference, row) if behind else (row, reference)
    how = _apart(*pair, reference["label"])
    than = in_words(reference["label"]) + ("" if reference["label"] in told else f" ({reference[Metrics.MEAN]:.4f})")
    side = "worse" if behind else "better"
    return {
        CLEAR: f"{who} is clearly {side} than {than}.",
        UNCLEAR: f"{who} is not clearly {side} than {than}.",
        UNTESTED: f"{who} is not compared, user by user, with {than}.",
    }[how]


def _apart(ahead: _Row, behind: _Row, named: str) -> str:
    """How sure it is that ``ahead`` is better, by `learn.evaluation.better`.

    ``named``: the label of the row that all are compared with; "" where no difference is stored.
    """
    for one, against in ((ahead, behind), (behind, ahead)):
        low, high = _paired(one, against, named)
        if pd.notna(low):
            return CLEAR if more_than_chance(low, high) else UNCLEAR
    return CLEAR if ahead[Metrics.LOW] > behind[Metrics.HIGH] else UNTESTED


def _paired(one: _Row, against: _Row, named: str) -> tuple[float, float]:
    """The ends of the stored paired difference of two rows; NaN where there is none."""
    if against["label"] == named:
        return one["difference_low"], one["difference_high"]
    if one.get("rival") == against["run"]:
        return one["over_rival_low"], one["over_rival_high"]
    return float("nan"), float("nan")


def _with_mean(row: _Row, verb: str) -> str:
    return f"{in_words(row['label'])} ({row[Metrics.MEAN]:.4f}) {verb}"


def seeds(ran: pd.DataFrame) -> str:
    """Of `results.one_metric`: over how many seeds the rows are means, "3 seeds (LEARN), 1 seed (the others)"."""
    counts = ran.groupby("seeds", sort=False)["label"].apply(list)
    told = {int(count): f"{count:.0f} seed{'' if count == 1 else 's'}" for count in counts.index}
    if len(told) == 1:
        return next(iter(told.values()))
    most = max(counts.index, key=lambda count: (len(counts[count]), -count))
    parts = [f"{told[int(n)]} for {listed([in_words(x) for x in counts[n]])}" for n in counts.index if n != most]
    return f"{'; '.join(parts)}; {told[int(most)]} for the others"
