"""The search: optuna proposes settings, validation judges them after each epoch, the best configuration is kept.

Proposals are those of a tree-structured Parzen estimator (Bergstra et al., NeurIPS 2011). A trial is given up where
most others were better after as many epochs. No event of the test target is read.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import optuna

from learn.cex.extractor import content_embeddings, wording_differences
from learn.cex.store import store_key
from learn.config import Config
from learn.data.dataset import Dataset
from learn.data.splits import Phase
from learn.errors import LearnError
from learn.evaluation.targets import candidate_sets
from learn.evaluation.validation import ValidationMetric, validation_metric
from learn.files import write_json
from learn.item_towers import ITEM_TOWERS
from learn.locks import writing
from learn.progress import Handle, Progress, make_progress
from learn.training.train import prepare_content
from learn.training.trainer import Trainer, remove_checkpoints
from learn.tuning.space import Space, as_it_is, search_space
from learn.tuning.study import make_study, next_trial, tell
from learn.tuning.trials import State, Trial, best_trial, read_trials, write_trials
from learn.workspace import Workspace

CONFIG = "config.json"
"""The best configuration: what `learn train --config` takes."""


class TimeIsUp(Exception):
    """The search's minutes are over; the trial that it stops goes on next time."""


@dataclass(frozen=True)
class Tuned:
    """What a search has come to.

    Attributes:
        folder: where its trials are, and the best configuration.
        trials: all of them, in the order of their making.
        metric: what validation measures.
        config: the best configuration; None: no trial has come to a validation.
        interrupted: whether somebody stopped it before its time.
    """

    folder: Path
    trials: list[Trial]
    metric: ValidationMetric
    config: Config | None
    interrupted: bool = False

    @property
    def file(self) -> Path:
        """The best configuration's."""
        return self.folder / CONFIG

    @property
    def best(self) -> Trial | None:
        """The best trial."""
        return best_trial(self.trials)

    @property
    def seconds(self) -> float:
        """That all trials took together."""
        return sum(trial.seconds for trial in self.trials)


def tune(
    workspace: Workspace,
    dataset: Dataset,
    config: Config,
    *,
    minutes: float = 30.0,
    names: Iterable[str] | None = None,
    fixed: Iterable[str] = (),
    most: int | None = None,
    progress: Progress | None = None,
) -> Tuned:
    """Searches the settings of one item tower for ``minutes``, what earlier calls took included.

    Called again it goes on: a trial that was stopped from its checkpoint. Interrupted (Ctrl-C), it returns what it has.

    Args:
        workspace: where trials go; it holds ``dataset``.
        dataset: with its split; no test target is read.
        config: what the search begins with, and what stays as it is.
        minutes: of all trials together; reading the items comes before.
        names, fixed: as of `learn.tuning.space.search_space`.
        most: trials in all, at the most; None: as many as time allows.
        progress: where to show progress; None: the terminal.

    Raises:
        LearnError: nothing is trained or nobody can be validated, no time, a setting that cannot be searched, or texts
            that cannot be read.
    """
    tower = ITEM_TOWERS[config.pal.item_tower]
    if not tower.trained:
        raise LearnError(f"{tower.label} trains nothing.", "Choose a tower that is trained: --tower b")
    if not 0 < minutes < float("inf"):
        raise LearnError(f"A search cannot take {minutes:g} minutes.", "Give it some: --minutes 30")
    candidate_sets(dataset.split, Phase.VALIDATION)
    space = search_space(config, names, fixed)
    progress = progress or make_progress()
    content = content_embeddings(dataset, config.cex, workspace, progress)
    differences = None
    if config.pal.wording:
        differences = wording_differences(dataset, config.cex, workspace, content.vectors, progress)
    about = [config.for_hashing(), dataset.fingerprint, dataset.split.describe(), content.key, sorted(space)]
    folder = workspace.tuning(dataset.name) / f"{tower.code}-{store_key({'search': about})}"
    with writing(folder):
        search = _Search(folder, dataset, config, space, content.vectors, differences)
        with progress.task(f"Searching {dataset.name}", total=minutes * 60, unit="s") as bar:
            return search.run(minutes * 60, most, bar)


class _Search:
    """One search: its trials, and optuna's study of them."""

    def __init__(
        self,
        folder: Path,
        dataset: Dataset,
        config: Config,
        space: Space,
        content: np.ndarray,
        differences: np.ndarray | None,
    ) -> None:
        self.folder, self.dataset, self.config, self.space = folder, dataset, config, space
        self.content, self.differences = content, differences
        self.trials = read_trials(folder)
        self.study = make_study(self.trials, space, config.training.seed, max(1, config.training.epochs // 5))

    def run(self, seconds: float, most: int | None, bar: Handle) -> Tuned:
        """Trials until all of them took ``seconds``."""
        clock = _Clock(self, seconds, bar)
        interrupted = False
        try:
            first = as_it_is(self.config, self.space)
            while clock.left > 0 and (both := next_trial(self.study, self.trials, self.space, first, most)) is not None:
                self._try(both, clock)
        except TimeIsUp:
            pass
        except KeyboardInterrupt:
            interrupted = True
        best = best_trial(self.trials)
        config = None if best is None else self.config.with_settings(best.settings)
        return Tuned(self.folder, self.trials, validation_metric(self.dataset.split), config, interrupted)

    def _try(self, both: tuple[Trial, optuna.trial.Trial], clock: _Clock) -> None:
        """Trains one trial, from the start or from where it was stopped, and tells the study how it ended."""
        trial, asked = both
        folder = self.folder / f"trial-{trial.number}"
        for epoch, score in trial.scores:
            asked.report(score, epoch)
        state = State.STOPPED
        with self._kept(trial, clock):
            try:
                trainer = self._trainer(trial, folder)
                trainer.watch = lambda epoch, score: self._heard(trial, asked, epoch, score)
                trainer.train(clock)
                state = State.WHOLE
            except optuna.TrialPruned:
                state = State.PRUNED
            except LearnError as error:  # of the settings that were proposed; the first ones are the user's own
                if not trial.number:
                    raise
                state, trial.why = State.REFUSED, error.what
            trial.state = state
        remove_checkpoints(folder)
        tell(self.study, trial, asked)

    @contextmanager
    def _kept(self, trial: Trial, clock: _Clock) -> Iterator[None]:
        """Stores the trial before, and however it ends."""
        earlier = trial.seconds
        clock.begin(trial)
        write_trials(self.folder, self.trials)
        try:
            yield
        finally:
            trial.seconds = earlier + clock.since_began()
            self._write()

    def _write(self) -> None:
        write_trials(self.folder, self.trials)
        best = best_trial(self.trials)
        if best is not None:
            write_json(self.folder / CONFIG, self.config.with_settings(best.settings).model_dump(mode="json"))

    def _trainer(self, trial: Trial, folder: Path) -> Trainer:
        split = self.dataset.split
        config = self.config.with_settings(trial.settings)
        prepared, _ = prepare_content(self.content, split, config, self.differences)
        return Trainer(self.dataset, split, prepared, config, folder)

    def _heard(self, trial: Trial, asked: optuna.trial.Trial, epoch: int, score: float) -> None:
        """Notes what validation said; of a trial that goes on from an older checkpoint a second time nothing new."""
        if epoch not in dict(trial.scores):
            trial.scores.append((epoch, score))
            asked.report(score, epoch)
        self._write()
        if trial.number and asked.should_prune():
            raise optuna.TrialPruned


class _Clock:
    """Tells how much of the search's time is left, in place of one training's progress, and ends it when it is over."""

    def __init__(self, search: _Search, seconds: float, bar: Handle) -> None:
        self.search, self.bar = search, bar
        self.left = seconds - sum(trial.seconds for trial in search.trials)
        self.began = self.told = time.monotonic()
        self.trial: Trial | None = None
        if seconds > self.left:
            bar.update(min(seconds, seconds - self.left))

    def begin(self, trial: Trial) -> None:
        """A trial begins."""
        self.trial, self.began = trial, time.monotonic()

    def since_began(self) -> float:
        """Seconds since the trial began."""
        return time.monotonic() - self.began

    @contextmanager
    def task(self, description: str, total: float, unit: str) -> Iterator[Handle]:
        """See `learn.progress.Progress.task`."""
        yield self

    def update(self, n: float = 1, **fields: Any) -> None:
        """Time goes on; raises `TimeIsUp` when it is over."""
        now = time.monotonic()
        passed, self.told = now - self.told, now
        self.left -= passed
        best = best_trial(self.search.trials)
        shown = {"trial": self.trial.number} if self.trial else {}
        shown |= {"epoch": fields["epoch"]} if "epoch" in fields else {}
        self.bar.update(passed, **shown, **({} if best is None else {"best": f"{best.best:.4f}"}))
        if self.left <= 0:
            raise TimeIsUp
