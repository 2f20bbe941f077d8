"""The trials of a search as they are stored: what was tried, how it did after each epoch, how it ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import pandas as pd

from learn.errors import LearnError
from learn.files import read_json, write_json

FILE = "trials.json"
REMEDY = "Remove the folder, and search anew: learn tune DATASET"


class State(StrEnum):
    """How a trial ended."""

    STOPPED = "stopped"
    """Not at its end: it was interrupted, its process died, or time was up. It goes on next time."""
    WHOLE = "whole"
    """Trained until validation stopped it."""
    PRUNED = "pruned"
    """Given up: after as many epochs most others were better."""
    REFUSED = "refused"
    """Settings that do not go together, or a loss that is no number."""


@dataclass
class Trial:
    """One trial.

    Attributes:
        number: counts from 0; 0 is the configuration as it is.
        settings: ``section.field`` -> value.
        state: how it ended.
        scores: (epoch, counted from 1; what validation said after it).
        seconds: that it took, over all starts.
        why: of a refused one, the reason.
    """

    number: int
    settings: dict[str, Any]
    state: State = State.STOPPED
    scores: list[tuple[int, float]] = field(default_factory=list)
    seconds: float = 0.0
    why: str = ""

    @property
    def best(self) -> float | None:
        """What validation said after its best epoch; None: it has not come to a validation."""
        return max((score for _, score in self.scores), default=None)


def read_trials(folder: Path) -> list[Trial]:
    """The trials in ``folder``, in the order of their making; none where there is no search.

    Raises:
        LearnError: the file is damaged.
    """
    file = folder / FILE
    if not file.exists():
        return []
    try:
        rows = [Trial(**row) for row in read_json(file, REMEDY, list)]
        for row in rows:
            row.state = State(row.state)
            row.scores = [(int(epoch), float(score)) for epoch, score in row.scores]
    except (TypeError, ValueError) as error:
        raise LearnError(f"{file} is damaged: {error}.", REMEDY) from None
    return rows


def write_trials(folder: Path, trials: Iterable[Trial]) -> None:
    """Replaces the trials in ``folder``."""
    write_json(folder / FILE, [asdict(trial) for trial in trials])


def best_trial(trials: Sequence[Trial]) -> Trial | None:
    """The trial that validation likes best, of equals the earlier; None: none has come to a validation."""
    scored = [trial for trial in trials if trial.best is not None]
    return max(scored, key=lambda trial: trial.best or 0.0, default=None)


def counted(trials: Sequence[Trial]) -> str:
    """How many trials there are, in words: "12 trials: 5 whole, 6 pruned, 1 stopped"."""
    counts = [(state, sum(trial.state is state for trial in trials)) for state in State]
    told = ", ".join(f"{count} {state.value}" for state, count in counts if count)
    return f"{len(trials)} {'trial' if len(trials) == 1 else 'trials'}: {told or 'none yet'}"


def trials_table(trials: Sequence[Trial], settings: Sequence[str] | None = None) -> pd.DataFrame:
    """trial, validation (of its best epoch), epoch (that one), epochs, state, seconds, and a column for each setting;
    the best first, those without a validation last.

    Args:
        trials: of one search.
        settings: which columns; None: all that any trial has.
    """
    names = list(dict.fromkeys(name for trial in trials for name in trial.settings)) if settings is None else settings
    rows = []
    for trial in trials:
        best = max(trial.scores, key=lambda one: one[1], default=(None, None))
        rows.append(
            {
                "trial": trial.number,
                "validation": best[1],
                "epoch": best[0],
                "epochs": trial.scores[-1][0] if trial.scores else 0,
                "state": trial.state.value,
                "seconds": round(trial.seconds),
                **{name: trial.settings.get(name) for name in names},
            }
        )
    columns = ["trial", "validation", "epoch", "epochs", "state", "seconds", *names]
    table = pd.DataFrame(rows, columns=columns)
    table["epoch"] = table["epoch"].astype("Int64")
    return table.sort_values("validation", ascending=False, kind="stable", na_position="last", ignore_index=True)
