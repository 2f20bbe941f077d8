"""Refitting: training once more on training and validation together, for the number of epochs that did best."""

import numpy as np
import pandas as pd
import pytest

from learn.config import preset
from learn.data.splits import Phase, leave_one_out
from learn.errors import LearnError
from learn.evaluation.protocol import validation_score
from learn.progress import make_progress
from learn.runs.recommender import Recommender
from learn.runs.run import Run
from learn.training import train as module
from learn.training.train import best_epoch, train
from learn.training.trainer import Trainer
from tests.training.test_train import tiny_content, tiny_dataset

QUIET = make_progress(silent=True)


def tiny(tower="b", **changes):
    return preset("tiny").with_values(
        pal__item_tower=tower, training__epochs=4, training__patience=9, pal__repeat_bias=True, **changes
    )


@pytest.fixture(scope="module")
def dataset():
    found = tiny_dataset()
    return found.with_split(leave_one_out(found))


@pytest.fixture(scope="module")
def plain(dataset, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "learn-b"
    content = tiny_content()
    return train(dataset, dataset.split, content, tiny(), folder=folder, content_key="key", progress=QUIET)


def test_a_refitting_split_trains_on_validation_and_tests_as_before(dataset):
    split, refitting = dataset.split, dataset.split.refitting()
    assert np.array_equal(refitting.train().items, split.history(Phase.TEST).items)
    assert np.array_equal(refitting.target(Phase.TEST).items, split.target(Phase.TEST).items)
    assert not len(refitting.target(Phase.VALIDATION).items) and refitting.info == split.info


def test_a_refitted_run_takes_what_validation_chose_and_learns_from_validation(dataset, plain, tmp_path, monkeypatch):
    seen = {}

    class Watched(Trainer):
        def __init__(self, of, split, prepared, config, folder, until):
            super().__init__(of, split, prepared, config, folder, until)
            seen.update(events=len(self.sequences.items), until=until)

    monkeypatch.setattr(module, "Trainer", Watched)
    folder = tmp_path / "learn-b-refit"
    run = train(dataset, dataset.split, tiny_content(), tiny(), folder=folder, progress=QUIET, plain=plain)
    assert seen == {"events": len(dataset.split.history(Phase.TEST).items), "until": best_epoch(plain)}
    assert run.curves["epoch"].tolist() == list(range(1, best_epoch(plain) + 1))
    assert run.curves["validation"].isna().all(), "nothing is left to validate on"
    assert (run.info.repeat, run.info.validation) == (plain.info.repeat, plain.info.validation)
    assert (run.info.refit, plain.info.refit, run.info.label) == (True, False, f"{plain.info.label}, refitted")
    assert not np.allclose(run.user_vectors, plain.user_vectors)
    assert run.slices.equals(plain.slices), "who is cold is decided by the training part in both"


def test_the_best_epoch_is_that_of_the_best_validation(plain):
    curves = plain.curves
    assert curves.set_index("epoch")["validation"][best_epoch(plain)] == curves["validation"].max()


def test_a_run_stores_its_ndcg_of_new_items_on_validation(dataset, plain):
    split = dataset.split
    recommender = Recommender(plain, dataset, tiny_content())
    users = recommender.embed_histories(split.history(Phase.VALIDATION))
    expected = validation_score(users, plain.own_item_vectors, split, candidates="new", metric="ndcg", k=10)
    assert plain.info.validation == pytest.approx(expected, abs=2e-3), "vectors are stored in half precision"


def test_without_align_has_a_bias_and_a_figure_too_and_is_refitted(dataset, tmp_path):
    runs = []
    for name in ("without-align", "without-align-refit"):
        config, plain = tiny("without-align"), runs[0] if runs else None
        runs.append(
            train(dataset, dataset.split, tiny_content(), config, folder=tmp_path / name, progress=QUIET, plain=plain)
        )
    assert runs[0].info.repeat != 0 and runs[0].info.repeat == runs[1].info.repeat
    assert 0 < runs[0].info.validation <= 1 and runs[1].info.refit


def test_a_run_that_does_not_say_how_long_it_did_best_cannot_be_refitted(plain):
    plain = Run(plain.path)
    plain.curves = pd.DataFrame()
    with pytest.raises(LearnError, match="Run learn-b does not say how many epochs did best"):
        best_epoch(plain)
