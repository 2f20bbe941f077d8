"""Who leads, and ahead of whom clearly: paired on the same users, for whatever shows Runs beside each other.

`learn.evaluation.better` has the rule; here it is asked of Runs, whose values of every user are stored.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from learn.data.schema import Metrics, PerUser, Slices
from learn.data.slices import USER_PREFIX, user_slices
from learn.data.split import Phase
from learn.errors import LearnError
from learn.evaluation.better import FEW_USERS, more_than_chance, too_few
from learn.evaluation.bootstrap import Interval, bootstrap_ratios, paired_difference
from learn.evaluation.metrics import METRICS
from learn.evaluation.protocol import per_user_values
from learn.runs.run import Run

DIFFERENCE = ("difference", "difference_low", "difference_high")
"""Columns: what the first has more than this one on the same users, and its 95% interval."""
_UNKNOWN = Interval(np.nan, np.nan, np.nan)


def paired(
    one: pd.DataFrame, others: Sequence[pd.DataFrame], metric: str, k: int, candidates: str, users: np.ndarray | None
) -> list[Interval]:
    """How much more of ``metric`` the first has than each of ``others``, on the users that it shares with that one.

    Args:
        one, others: `learn.runs.run.Run.per_user` of Runs on one split.
        candidates: among which items.
        users: indices of those who count; None: all.

    Raises:
        LearnError: users have no such value, or the first shares no user with one of the others.
    """
    mine = _values(one, metric, k, candidates, users)
    found: list[Interval] = []
    together: dict[int, np.ndarray] = {}  # those of the very same users are resampled once
    for place, other in enumerate(others):
        theirs = _values(other, metric, k, candidates, users)
        found.append(_UNKNOWN)
        if mine.index.equals(theirs.index) and len(mine):
            together[place] = (mine["value"] - theirs["value"]).to_numpy()
            continue
        both = mine.merge(theirs, left_index=True, right_index=True, suffixes=("", "_other"))
        if both.empty and users is not None:
            continue  # nobody of that slice has a target among these items: nothing is known
        if both.empty:
            raise LearnError(f"The Runs share no user among {candidates} items.", "Choose two other Runs.")
        found[place] = paired_difference(
            both["value"].to_numpy(), both["value_other"].to_numpy(), _weights(both, metric)
        )
    if together:
        numerators = np.stack(list(together.values()), axis=1)
        denominators = np.repeat(_weights(mine, metric)[:, None], numerators.shape[1], axis=1)
        for place, ends in zip(together, zip(*bootstrap_ratios(numerators, denominators), strict=True), strict=True):
            found[place] = Interval(*map(float, ends))
    return found


def _values(table: pd.DataFrame, metric: str, k: int, candidates: str, users: np.ndarray | None) -> pd.DataFrame:
    """Columns n_targets and value, by user."""
    table = table[table[PerUser.CANDIDATES] == candidates]
    table = table if users is None else table[table[PerUser.USER].isin(users)]
    values = table[[PerUser.N_TARGETS]].assign(value=per_user_values(table, metric, k))
    return values.set_index(table[PerUser.USER]).sort_index()


def _weights(values: pd.DataFrame, metric: str) -> np.ndarray:
    weigh, n_targets = METRICS[metric].weights, values[PerUser.N_TARGETS].to_numpy()
    return np.asarray(np.ones(len(values)) if weigh is None else weigh(n_targets), dtype=np.float64)


def against(table: pd.DataFrame, runs: Sequence[Run], metric: str, k: int, candidates: str, part: str) -> pd.DataFrame:
    """`overview.compare_runs` (best first) with the columns `DIFFERENCE`: the first of them less each other.

    They are NaN for the first; where every user's value is not stored (of slices of the items, of lists as a whole, in
    Runs of earlier versions) and the separate intervals touch: then nothing can be said. Where these do not touch, the
    difference stands with their ends, which are further apart than those of the paired interval.
    """
    known = {run.name: run for run in runs}
    by_user = part == Slices.WHOLE or part.startswith(USER_PREFIX)
    stored = {}
    for name in filter(known.__contains__, table["run"] if by_user else ()):
        try:
            stored[name] = known[name].per_user
            _values(stored[name].head(0), metric, k, candidates, None)
        except LearnError:  # this one is compared by the two intervals
            stored.pop(name, None)
    found = [_separate(table.iloc[0], row) for _, row in table.iterrows()]
    names = [name for name in table["run"].iloc[1:] if name in stored]
    if names and table["run"].iloc[0] in stored:
        first = stored[table["run"].iloc[0]]
        intervals = paired(first, [stored[name] for name in names], metric, k, candidates, _members(runs, part))
        places = {name: place for place, name in enumerate(table["run"])}
        for name, interval in zip(names, intervals, strict=True):
            found[places[name]] = interval
    found[:1] = [_UNKNOWN] * min(len(found), 1)
    return table.assign(**{column: [one[end] for one in found] for end, column in enumerate(DIFFERENCE)})


def unreadable(runs: Sequence[Run]) -> list[LearnError]:
    """Why every user's value of a Run, which is there, cannot be read: `against` then knows the separate intervals
    only, and whoever shows what it says shows this, too."""
    problems = []
    for run in runs:
        try:
            _ = run.per_user
        except LearnError as problem:
            if run.file("per_user.parquet").exists():
                problems.append(problem)
    return problems


def _members(runs: Sequence[Run], part: str) -> np.ndarray | None:
    """Indices of the users of a slice of the users; None for everybody, and for a slice of the items."""
    if not part.startswith(USER_PREFIX) or not runs:
        return None
    split = runs[0].split
    names = user_slices(split.history(Phase.TEST).lengths)
    return np.flatnonzero(names == part.removeprefix(USER_PREFIX))


def _separate(first: pd.Series, row: pd.Series) -> Interval:
    low, high = first[Metrics.LOW] - row[Metrics.HIGH], first[Metrics.HIGH] - row[Metrics.LOW]
    return Interval(first[Metrics.MEAN] - row[Metrics.MEAN], low, high) if more_than_chance(low, high) else _UNKNOWN


def split_by_chance(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows behind the first of `against`: those behind by more than chance, and those that are not (or unknown)."""
    behind = table.iloc[1:]
    sure = np.array([more_than_chance(low, high) for low, high in zip(*map(behind.get, DIFFERENCE[1:]), strict=True)])
    sure = sure.astype(bool)
    return behind[sure], behind[~sure]


def who_leads(table: pd.DataFrame, metric: str) -> str:
    """Of `against`: who has the most of ``metric``, whom it is clearly ahead of, and who may be as good."""
    table = table.dropna(subset=[Metrics.MEAN])
    if len(table) < 2:
        return ""
    first = table.iloc[0]
    words = f"{first['label']} leads: {metric} {first[Metrics.MEAN]:.4f}"
    n_users = first.get(Metrics.N_USERS, np.nan)
    if pd.notna(n_users) and too_few(n_users):
        return f"{words}, but of {n_users:,.0f} users only, fewer than {FEW_USERS}: too few to say who is better."
    behind, close = split_by_chance(table)
    if close.empty:
        return f"{words}, clearly ahead of {_named(behind)}."
    may = f"{words}, but not clearly ahead of {_named(close)}"
    return f"{may}; {_rest(behind)} clearly behind." if len(behind) else f"{may}."


def how_sure(table: pd.DataFrame, column: str = "label", most: int = 3) -> str:
    """Of `against`: how sure the first one's lead is, to stand behind "A leads, ": "clearly ahead of all others", or
    whom it is not clearly ahead of.

    A difference of which nothing is known is not clear either: one wording for both.
    ``column``: what the rows go by; ``most``: how many of them are named.
    """
    behind, close = split_by_chance(table)
    if len(close):
        return f"but not clearly ahead of {_names(close, most, column)}"
    return f"clearly ahead of {'all others' if len(behind) > 1 else _names(behind, most, column)}"


def who_leads_in_short(table: pd.DataFrame) -> str:
    """Of `against`: who leads, and how sure that is, without figures; a nearer one that is clearly behind is named."""
    table = table.dropna(subset=[Metrics.MEAN])
    if len(table) < 2:
        return ""
    said = f"{table.iloc[0]['label']} leads, {how_sure(table)}."
    behind, close = split_by_chance(table)
    nearer = behind[behind[Metrics.MEAN] > close[Metrics.MEAN].min()] if len(close) else behind.head(0)
    if nearer.empty:
        return said
    lies = "lies nearer and is" if len(nearer) == 1 else "lie nearer and are"
    return f"{said} {_names(nearer)} {lies} clearly behind: user by user that gap varies less."


def _named(rows: pd.DataFrame, most: int = 3) -> str:
    """The first few by name and figure, the others by their number."""
    names = [
        f"{label} ({mean:.4f})" for label, mean in rows[["label", Metrics.MEAN]].head(most).itertuples(index=False)
    ]
    return listed([*names, *([f"{len(rows) - most} more"] if len(rows) > most else [])])


def _rest(rows: pd.DataFrame) -> str:
    return f"{rows['label'].iloc[0]} is" if len(rows) == 1 else f"the other {len(rows)} are"


def listed(words: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def quoted(name: str) -> str:
    """``name`` as it stands in a sentence: in quotes where it has a comma, which would end it too soon."""
    return f"\N{LEFT DOUBLE QUOTATION MARK}{name}\N{RIGHT DOUBLE QUOTATION MARK}" if "," in name else name


def _names(rows: pd.DataFrame, most: int = 3, column: str = "label") -> str:
    names = list(rows[column].head(most))
    return listed([*names, *([f"{len(rows) - most} more"] if len(rows) > most else [])])
