"""text+counts: the score is the sum of z-scores, the weight is validation's, and the best Run recommends."""

import numpy as np
import pytest
from typer.testing import CliRunner

import learn
from learn.cli.commands import app
from learn.data.sequences import Sequences
from learn.data.stored import open_dataset
from learn.errors import LearnError
from learn.evaluation.references.ranking import ranked_value
from learn.evaluation.validation import validation_metric
from learn.runs import blend as blends
from learn.runs.baselines import EVERYWHERE, reference_run
from learn.runs.recommender import Recommender
from learn.runs.rivals import blend, content_of, make_references
from learn.runs.run import Run
from learn.runs.stored import best_run, find_runs, open_run
from tests import synthetic
from tests.trained import copy_of


@pytest.fixture(scope="module")
def place(trained_once, tmp_path_factory):
    return copy_of(trained_once, tmp_path_factory.mktemp("blend") / "workspace")


@pytest.fixture(scope="module")
def dataset(place):
    return open_dataset(place, synthetic.NAME)


@pytest.fixture(scope="module")
def references(place, dataset):
    return {run.name: run for run in make_references(place, dataset, refit=True)}


@pytest.fixture(scope="module")
def text_counts(place, dataset, references):
    return blend(place, dataset, "learn-b", "l3ae")


def test_z_scores_are_over_what_the_history_lacks():
    scores = np.array([[1.0, 2.0, 3.0, 9.0], [5.0, 5.0, 5.0, -np.inf]], np.float32)
    history = Sequences(np.array([3, 3, 3], np.int32), np.array([0, 2, 3]))
    found = blends.z_scores(scores, history, 0)
    spread = np.sqrt(2 / 3)
    np.testing.assert_allclose(found[0], [-1 / spread, 0, 1 / spread, 7 / spread], rtol=1e-5)
    assert found[1].tolist() == [0, 0, 0, 0]
    np.testing.assert_allclose(blends.z_scores(scores[1:], history, 1), found[1:])


def test_all_references_are_made_with_texts_and_once_more_refitted(references):
    assert set(references) == {name + suffix for name in EVERYWHERE for suffix in ("", "-refit")}
    assert all(run.info.refit == run.name.endswith("-refit") for run in references.values())
    assert references["l3ae"].info.content_key


def test_the_weight_is_the_best_on_validation(place, dataset, text_counts):
    run, reference = open_run(place, dataset, "learn-b"), open_run(place, dataset, "l3ae")
    text = blends.EmbeddedScores(Recommender(run, dataset))
    counts = blends.reference_scorer(reference)
    by = validation_metric(dataset.split)
    values = {w: ranked_value(blends.blended(text, counts, w), dataset.split, by) for w in blends.WEIGHTS}
    assert text_counts.info.settings == {"run": "learn-b", "reference": "l3ae", "weight": max(values, key=values.get)}
    assert (text_counts.info.kind, text_counts.info.variant, text_counts.info.refit) == ("blend", "text+counts", False)


def test_the_lists_are_those_of_the_sum(place, dataset, text_counts):
    run, reference = open_run(place, dataset, "learn-b"), open_run(place, dataset, "l3ae")
    history = dataset.split.history("test")
    user = int(np.flatnonzero(history.lengths)[0])
    score = blends.blended(
        blends.EmbeddedScores(Recommender(run, dataset)),
        blends.reference_scorer(reference),
        text_counts.info.settings["weight"],
    )(history, user, user + 1)[0]
    score[history[user]] = -np.inf
    listed = text_counts.recommend([dataset.user_ids[user]], k=5)["item_id"].tolist()
    assert listed == [dataset.item_ids[item] for item in np.argsort(-score, kind="stable")[:5]]


def test_a_finished_blend_is_kept_until_one_of_its_parts_is_made_again(place, dataset, text_counts):
    run, reference = open_run(place, dataset, "learn-b"), open_run(place, dataset, "l3ae")
    assert blends.finished_blend(run, reference, text_counts.path) is not None
    assert blends.finished_blend(run, open_run(place, dataset, "ease"), text_counts.path) is None
    (reference.path / "run.json").touch()
    assert blends.finished_blend(run, reference, text_counts.path) is None


def test_parts_that_do_not_go_together_are_refused(place, dataset, references):
    wrong = {
        ("ease", "l3ae"): "ease .* does not score histories",
        ("learn-b", "learn-a"): "learn-a .* is no reference",
        ("learn-b", "l3ae-refit"): "only one was refitted",
        ("learn-b", "nothing"): "There is no Run 'nothing'",
    }
    for (run, reference), match in wrong.items():
        with pytest.raises(LearnError, match=match):
            blend(place, dataset, run, reference, "x")
    with pytest.raises(LearnError, match="Run 'learn-a' exists and is a learn Run"):
        blend(place, dataset, "learn-b", "ease", "learn-a")
    assert not place.run(dataset.name, "x").exists()


def test_the_best_on_validation_recommends_whatever_made_it(place, dataset, references, text_counts, monkeypatch):
    monkeypatch.setattr("learn.workspace.PREBUILT", place.root / "no-demo")
    runs = find_runs(place, dataset).usable
    best = best_run(runs)
    assert best.info.validation == max(run.info.validation for run in runs if run.info.validation is not None)
    able = best_run(runs, for_histories=True)
    assert able.info.kind == "learn" and len(able.recommend_for([dataset.item_ids[0]], k=3)) == 3


def test_of_equal_ones_the_refitted_one_recommends(references):
    pair = [references["ease"], references["ease-refit"]]
    assert best_run(pair).name == best_run(pair[::-1]).name == "ease-refit"


def test_content_is_found_by_its_key_or_not_at_all(place, dataset):
    found = content_of(place, dataset)
    assert found is not None and found.vectors.shape[0] == dataset.n_items
    assert content_of(place, dataset, "of-nobody") is None


def test_a_reference_that_is_finished_is_kept(place, dataset, references):
    before = (references["ease"].path / "run.json").stat().st_mtime_ns
    run = reference_run("ease", dataset, place)
    assert (run.path / "run.json").stat().st_mtime_ns == before and isinstance(run, Run)


def test_the_library_makes_references_and_blends(place, dataset, references, monkeypatch):
    monkeypatch.setenv("LEARN_WORKSPACE", str(place.root))
    ease = learn.reference(dataset, "ease")
    made = learn.blend(learn.open_run(dataset, "learn-b"), ease, "mine")
    assert (made.name, made.info.settings["reference"]) == ("mine", "ease") and made.path == place.run(
        dataset.name, "mine"
    )
    assert learn.reference(dataset, "ease", refit=True).info.refit
    with pytest.raises(LearnError, match="no baseline 'nothing'"):
        learn.reference(dataset, "nothing")


def test_commands_make_them_too(place, dataset, references, monkeypatch):
    monkeypatch.setenv("LEARN_WORKSPACE", str(place.root))
    said = CliRunner().invoke(app, ["blend", dataset.name, "learn-b", "l3ae", "--name", "both"], catch_exceptions=False)
    weight = open_run(place, dataset, "both").info.settings["weight"]
    assert f"z(l3ae) + {weight:g} x z(learn-b)" in said.output
    said = CliRunner().invoke(app, ["references", dataset.name], catch_exceptions=False)
    settings = open_run(place, dataset, "ease").info.settings
    assert f"ease: strength {settings['strength']}" in said.output
