"""Trials as optuna has them: what it proposes next, and what it is told of those that have ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import optuna

from learn.tuning.space import Space
from learn.tuning.trials import State, Trial

STARTUP = 5
"""Trials before which none is given up, and until which proposals are drawn at random."""


def make_study(trials: Sequence[Trial], space: Space, seed: int, warm_up: int) -> optuna.Study:
    """A study that knows the ``trials`` that have ended.

    Args:
        trials: earlier ones.
        space: what they chose from.
        seed: of the proposals, with the number of trials: the same seed alone would propose the same again.
        warm_up: epochs before which no trial is given up.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.TPESampler(seed=seed + len(trials), n_startup_trials=STARTUP)
    pruner = optuna.pruners.MedianPruner(STARTUP, n_warmup_steps=warm_up)
    study = optuna.create_study(direction="maximize", sampler=sampler, pruner=pruner)
    for trial in trials:
        if trial.state is not State.STOPPED:
            study.add_trial(_frozen(trial, space))
    return study


def next_trial(
    study: optuna.Study, trials: list[Trial], space: Space, first: Mapping[str, Any], most: int | None = None
) -> tuple[Trial, optuna.trial.Trial] | None:
    """A trial that was stopped, else a new one, which ``trials`` then holds; the very first has the settings ``first``.

    Returns:
        The trial, and optuna's own of it; None where there are ``most``.
    """
    found = next((trial for trial in trials if trial.state is State.STOPPED), None)
    if found is None and most is not None and len(trials) >= most:
        return None
    if found is not None:
        study.enqueue_trial(found.settings)
    elif not trials:
        study.enqueue_trial(dict(first))
    asked = study.ask(dict(space))
    if found is None:
        found = Trial(len(trials), dict(asked.params))
        trials.append(found)
    return found, asked


def tell(study: optuna.Study, trial: Trial, asked: optuna.trial.Trial) -> None:
    """Tells optuna how ``trial`` has ended."""
    kinds = optuna.trial.TrialState
    if trial.best is None:
        study.tell(asked, state=kinds.FAIL)
    elif trial.state is State.PRUNED:
        study.tell(asked, state=kinds.PRUNED)
    else:
        study.tell(asked, trial.best)


def _frozen(trial: Trial, space: Space) -> optuna.trial.FrozenTrial:
    kinds = optuna.trial.TrialState
    states = {State.WHOLE: kinds.COMPLETE, State.PRUNED: kinds.PRUNED, State.REFUSED: kinds.FAIL}
    return optuna.trial.create_trial(
        state=states[trial.state],
        value=trial.best if trial.state is State.WHOLE else None,
        params=trial.settings,
        distributions=dict(space),
        intermediate_values=dict(trial.scores),
    )
