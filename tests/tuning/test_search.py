"""A search on a tiny dataset: it begins with what there is, never ends below it, goes on where it was stopped."""

import json

import numpy as np
import optuna
import pytest

from learn.data.schema import Interactions, Items
from learn.data.splits import leave_one_out
from learn.data.stored import save_dataset
from learn.errors import LearnError
from learn.item_towers import ITEM_TOWERS
from learn.pipeline import configuration, train_variants
from learn.progress import make_progress
from learn.training.trainer import Trainer
from learn.tuning.search import tune
from learn.tuning.trials import State, Trial, read_trials, write_trials
from learn.workspace import Workspace
from tests.training.test_train import tiny_content, tiny_dataset

SEARCHED = ("training.learning_rate", "pal.dropout")


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A dataset with its split in a workspace, and a configuration that reads its vectors from a file."""
    root = tmp_path_factory.mktemp("tuning")
    dataset = tiny_dataset()
    dataset = dataset.with_split(leave_one_out(dataset))
    save_dataset(Workspace(root), dataset)
    np.savez(root / "vectors.npz", ids=dataset.item_ids.astype(str), vectors=tiny_content())
    changed = {"training.epochs": 3, "training.batch_size": 8, "training.checkpoint_seconds": 0.0}
    return dataset, configuration(dataset, "tiny", changed, vectors=root / "vectors.npz")


@pytest.fixture
def search(shop, tmp_path):
    dataset, config = shop
    save_dataset(Workspace(tmp_path), dataset)

    def run(most=3, **more):
        silent = make_progress(silent=True)
        given = {"minutes": 60, "names": SEARCHED, "progress": silent} | more
        return tune(Workspace(tmp_path), dataset, config, most=most, **given)

    return run


def test_it_begins_with_what_there_is_and_keeps_the_best(search, shop):
    found = search(4)
    first = found.trials[0]
    assert first.settings == {"training.learning_rate": 1e-3, "pal.dropout": 0.0} and first.state is State.WHOLE
    assert len(found.trials) == 4 and all(set(one.settings) == set(SEARCHED) for one in found.trials)
    assert found.best.best == max(one.best for one in found.trials) >= first.best
    assert found.config == shop[1].with_settings(found.best.settings)
    assert configuration(shop[0], file=found.file) == found.config
    assert read_trials(found.folder) == found.trials


def test_its_scores_are_those_of_a_training(search, shop, tmp_path):
    dataset, config = shop
    found = search(1)
    (run,) = train_variants(
        Workspace(tmp_path), dataset, config, [ITEM_TOWERS["a"]], progress=make_progress(silent=True)
    )
    curve = run.curves.dropna(subset="validation")
    assert [epoch for epoch, _ in found.trials[0].scores] == curve["epoch"].tolist()
    assert [score for _, score in found.trials[0].scores] == pytest.approx(curve["validation"].tolist(), rel=1e-9)


def test_the_same_call_adds_nothing_and_a_longer_one_goes_on(search):
    first = search(2)
    again = search(2)
    assert again.trials == first.trials
    more = search(4)
    assert more.trials[:2] == first.trials and len(more.trials) == 4
    assert len({json.dumps(one.settings) for one in more.trials}) == 4


def test_a_search_that_is_interrupted_keeps_the_best_and_goes_on_from_the_checkpoint(search, monkeypatch):
    whole, steps = Trainer._take_step, []

    def until(self):
        steps.append(self.name)
        if len(steps) == 20:
            raise KeyboardInterrupt
        return whole(self)

    monkeypatch.setattr(Trainer, "_take_step", until)
    found = search(3)
    assert found.interrupted and [one.state for one in found.trials] == [State.WHOLE, State.STOPPED]
    assert found.config is not None and found.file.exists()
    stopped, before = dict(found.trials[1].settings), len(steps)
    monkeypatch.setattr(Trainer, "_take_step", lambda self: steps.append(self.name) or whole(self))
    on = search(3)
    assert on.trials[1].settings == stopped and on.trials[1].state is not State.STOPPED and len(on.trials) == 3
    assert on.trials[0] == found.trials[0]
    epoch = sum(name == "trial-0" for name in steps[:before]) // 3
    done = sum(name == "trial-1" for name in steps[: before - 1])
    assert done > 0
    if on.trials[1].state is State.WHOLE:
        assert sum(name == "trial-1" for name in steps[before:]) == 3 * epoch - done


def test_time_is_up_for_a_trial_too(search, monkeypatch):
    found = search(None, minutes=1e-9)
    assert [one.state for one in found.trials] == [State.STOPPED] and found.config is None and not found.file.exists()
    assert not found.interrupted


def test_what_most_others_beat_is_given_up(search, monkeypatch):
    """Every trial but the first ones falls behind at once."""
    from learn.training import trainer

    made = []

    class Counted(optuna.pruners.MedianPruner):
        def prune(self, study, trial):
            made.append(super().prune(study, trial))
            return made[-1]

    told = iter([0.5] * 15 + [0.1] * 100)
    monkeypatch.setattr(trainer, "validate", lambda *_: next(told))
    monkeypatch.setattr(optuna.pruners, "MedianPruner", Counted)
    found = search(7)
    states = [one.state for one in found.trials]
    assert states[:5] == [State.WHOLE] * 5 and states[5:] == [State.PRUNED] * 2 and made[-1]
    assert found.trials[5].scores[-1][0] < 3
    assert search(8).trials[:7] == found.trials  # optuna takes the pruned ones as they were stored


def test_settings_that_do_not_go_together_are_refused_and_the_search_goes_on(search, tmp_path, shop):
    found = search(1)
    bad = Trial(1, {"training.learning_rate": 1e-3, "pal.dropout": 0.5})
    write_trials(found.folder, [*found.trials, bad])
    from learn.tuning import search as module

    plain = module._Search._trainer

    def refuse(self, trial, folder):
        if trial.number == 1:
            raise LearnError("They do not go together.", "Other ones.")
        return plain(self, trial, folder)

    module._Search._trainer = refuse
    try:
        on = search(3)
    finally:
        module._Search._trainer = plain
    assert [one.state for one in on.trials][:2] == [State.WHOLE, State.REFUSED]
    assert on.trials[1].why == "They do not go together." and len(on.trials) == 3


def test_another_dataset_or_configuration_is_another_search(search, shop, tmp_path):
    dataset, config = shop
    first = search(1)
    silent = make_progress(silent=True)
    other = tune(
        Workspace(tmp_path),
        dataset,
        config.with_values(training__epochs=1),
        names=SEARCHED,
        most=1,
        progress=silent,
    )
    assert other.folder != first.folder


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"minutes": 0}, "cannot take 0 minutes"),
        ({"minutes": float("nan")}, "cannot take nan minutes"),
        ({"names": ["pal.nothing"]}, "'pal.nothing' cannot be searched"),
        ({"names": ["pal.dropout"], "fixed": ["pal.dropout"]}, "given a value too"),
        ({"names": []}, "no setting left to search"),
    ],
)
def test_what_cannot_be_searched_is_refused(search, changes, words):
    with pytest.raises(LearnError, match=words):
        search(1, **changes)


def test_an_untrained_tower_has_nothing_to_search(shop, tmp_path):
    dataset, config = shop
    with pytest.raises(LearnError, match="trains nothing"):
        tune(Workspace(tmp_path), dataset, config.with_values(pal__item_tower="without-align"))


def test_it_reads_no_test_target(search, shop, tmp_path, monkeypatch):
    """With other last items every score is the same."""
    from learn.data.validation import validate

    dataset, config = shop
    plain = search(2)
    frame = dataset.interactions.copy()
    last = frame.groupby(Interactions.USER).tail(1).index
    frame.loc[last, Interactions.ITEM] = "i0"
    other = validate("tiny", dataset.items[[Items.ID, Items.TITLE]], frame[list(dataset.interactions.columns)], {})
    other = other.with_split(leave_one_out(other))
    where = Workspace(tmp_path / "other")
    save_dataset(where, other)
    again = tune(where, other, config, names=SEARCHED, most=2, progress=make_progress(silent=True))
    assert [one.scores for one in again.trials] == [one.scores for one in plain.trials]
