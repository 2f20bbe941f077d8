"""text+counts: the score is the sum of z-scores, the weight is validation's, and the best Run recommends."""

from copy import copy

import numpy as np
import pytest
from typer.testing import CliRunner

import learn
from learn.cli.commands import app
from learn.data.sequences import Sequences
from learn.data.stored import open_dataset
from learn.errors import LearnError
from learn.evaluation.references.ranking import ranked_value
from learn.evaluation.validation import ValidationMetric, validation_metric
from learn.explore.metrics.result import gloss, kind_words
from learn.runs import blend as blends
from learn.runs import blend_weights
from learn.runs.baselines import EVERYWHERE
from learn.runs.blend_scores import Weights, long_tail, z_scores
from learn.runs.recommender import Recommender
from learn.runs.reference_runs import reference_run
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
    return blend(place, dataset, "learn-b", "l3ae+svd")


def test_z_scores_are_over_what_the_history_lacks():
    scores = np.array([[1.0, 2.0, 3.0, 9.0], [5.0, 5.0, 5.0, -np.inf]], np.float32)
    history = Sequences(np.array([3, 3, 3], np.int32), np.array([0, 2, 3]))
    found = z_scores(scores, history, 0)
    spread = np.sqrt(2 / 3)
    np.testing.assert_allclose(found[0], [-1 / spread, 0, 1 / spread, 7 / spread], rtol=1e-5)
    assert found[1].tolist() == [0, 0, 0, 0]
    np.testing.assert_allclose(z_scores(scores[1:], history, 1), found[1:])


def test_all_references_are_made_with_texts_and_once_more_refitted(references):
    assert set(references) == {name + suffix for name in EVERYWHERE for suffix in ("", "-refit")}
    assert all(run.info.refit == run.name.endswith("-refit") for run in references.values())
    assert references["l3ae"].info.content_key


def scorers(place, dataset):
    text = blends.EmbeddedScores(Recommender(open_run(place, dataset, "learn-b"), dataset))
    return text, [blends.reference_scorer(open_run(place, dataset, name)) for name in ("l3ae", "svd")]


def test_weights_start_equal_and_move_where_that_pays(place, dataset, text_counts):
    chosen = blends.blending_of(text_counts).weights
    assert text_counts.info.settings["run"] == "learn-b" and text_counts.info.settings["reference"] == "l3ae+svd"
    assert (text_counts.info.kind, text_counts.info.variant, text_counts.info.refit) == ("blend", "text+counts", False)
    text, counts = scorers(place, dataset)
    tail, by = long_tail(dataset.split), validation_metric(dataset.split)

    def value(weights):
        return ranked_value(blends.blended(text, counts, weights, tail), dataset.split, by)

    best = value(Weights(chosen.text, chosen.counts))
    assert best >= value(Weights(1.0, (1.0, 1.0)))
    assert value(chosen) >= best * (1 - blend_weights.TAIL_COST) - 1e-9


def test_a_part_that_says_the_wrong_thing_loses_weight_and_one_that_knows_keeps_it(dataset, monkeypatch):
    monkeypatch.setattr(blend_weights, "validation_metric", lambda split: ValidationMetric("new", "ndcg", 5))
    split = dataset.split
    target = np.bincount(split.target("validation").items, minlength=split.n_items).astype(np.float32)

    def everybody(scores):
        return lambda histories, start, stop: np.tile(scores, (stop - start, 1))

    found = blend_weights.choose_weights(everybody(-target), [everybody(target)], split)
    assert found.text < 1 and found.counts == (1.0,)
    same = blend_weights.choose_weights(everybody(target), [everybody(target), everybody(target)], split)
    assert (same.text, same.counts) == (1.0, (1.0, 1.0)), "nothing pays: equal weights"


def test_the_long_tail_is_lifted_as_far_as_validation_allows(dataset, monkeypatch):
    """Whatever the tail gets, somebody else loses; with no cost allowed it gets what is free."""
    split = dataset.split
    target = np.bincount(split.target("validation").items, minlength=split.n_items).astype(np.float32)

    def counted(histories, start, stop):
        return np.tile(target, (stop - start, 1))

    found = {}
    for cost in (0.0, 1.0):
        monkeypatch.setattr(blend_weights, "TAIL_COST", cost)
        monkeypatch.setattr(blend_weights, "validation_metric", lambda split: ValidationMetric("new", "recall", 5))
        found[cost] = blend_weights.choose_weights(counted, [counted], split)
    assert found[1.0].tail == max(blend_weights.TAIL) * found[1.0].total > found[0.0].tail
    monkeypatch.setattr(blend_weights, "validation_metric", lambda split: ValidationMetric("new", "ndcg", 5))
    assert blend_weights.choose_weights(counted, [counted], split).tail == 0


def test_the_lists_are_those_of_the_sum(place, dataset, text_counts):
    history = dataset.split.history("test")
    user = int(np.flatnonzero(history.lengths)[0])
    text, counts = scorers(place, dataset)
    chosen = blends.blending_of(text_counts).weights
    parts = [z_scores(one(history, user, user + 1), history, user)[0] for one in (text, *counts)]
    score = sum(np.float32(w) * part for w, part in zip((chosen.text, *chosen.counts), parts, strict=True))
    score = score + np.float32(chosen.tail) * long_tail(dataset.split)
    score[history[user]] = -np.inf
    listed = text_counts.recommend([dataset.user_ids[user]], k=5)
    assert listed["score"].tolist() == pytest.approx(np.sort(score)[::-1][:5].tolist(), rel=1e-3)


def test_a_finished_blend_is_kept_until_one_of_its_parts_is_made_again(place, dataset, text_counts):
    run = open_run(place, dataset, "learn-b")
    counts = [open_run(place, dataset, name) for name in ("l3ae", "svd")]
    assert blends.finished_blend(run, counts, text_counts.path) is not None
    assert blends.finished_blend(run, counts[:1], text_counts.path) is None
    (counts[1].path / "run.json").touch()
    assert blends.finished_blend(run, counts, text_counts.path) is None


def test_blends_of_earlier_versions_have_one_reference_and_no_tail(text_counts):
    earlier = copy(text_counts)
    earlier.info = text_counts.info.model_copy(update={"settings": {"run": "x", "reference": "l3ae", "weight": 8.0}})
    assert blends.blending_of(earlier).weights == Weights(8.0, (1.0,), 0.0)


def test_several_trained_runs_are_averaged_alone_and_beside_counts(place, dataset, references):
    """The scores as they are, not their z-scores: of Runs of one kind; the label says how many, refitted ones too."""
    made = blend(place, dataset, "learn-a+learn-b")
    assert (made.name, made.info.kind, made.info.variant) == ("learn-a-averaged", "average", "average")
    assert made.info.label == "(a) and (b), 2 averaged" and made.info.validation is not None
    history = dataset.split.history("test")
    users = np.flatnonzero(history.lengths)
    both = [open_run(place, dataset, name).recommender for name in ("learn-a", "learn-b")]
    lists = made.recommend([dataset.user_ids[user] for user in users], k=5)
    for user in users:
        vectors = [one.embed_histories(Sequences(history[user], np.array([0, len(history[user])]))) for one in both]
        score = sum(vector[0] @ one.items.T for vector, one in zip(vectors, both, strict=True)) / 2
        score[history[user]] = -np.inf
        listed = lists[lists["user_id"] == dataset.user_ids[user]]["score"]
        np.testing.assert_allclose(listed, np.sort(score)[::-1][:5], rtol=1e-3, atol=1e-4)
    both = blend(place, dataset, "learn-a+learn-b", "l3ae", "all-three")
    assert both.info.label == "(a) and (b), 2 averaged + L3AE" and both.info.kind == "blend"
    assert both.info.settings["run"] == "learn-a+learn-b" and both.info.settings["reference"] == "l3ae"
    assert made.info.settings["weights"] == [] and blends.blending_of(made).weights == Weights(1.0, ())
    runs = [open_run(place, dataset, name) for name in ("learn-a", "learn-b")]
    assert blends.finished_blend(runs, [], made.path) is not None
    assert blends.finished_blend(runs[:1], [], made.path) is None
    for twice in ("learn-b", "learn-b+learn-b"):
        with pytest.raises(LearnError, match="learn-b alone, or twice, is no blend"):
            blend(place, dataset, twice, "", "x")
    again = CliRunner().invoke(app, ["blend", synthetic.NAME, "learn-a+learn-b", "--workspace", str(place.root)])
    assert again.exit_code == 0 and "mean(learn-a, learn-b)" in " ".join(again.output.split())
    assert kind_words(made) == "trained text" and gloss(made) == "the mean score of 2 trained models"


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
    several = learn.blend(learn.open_run(dataset, "learn-b"), [ease, learn.open_run(dataset, "svd")], "three")
    assert several.info.settings["reference"] == "ease+svd"
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


def test_a_store_that_cannot_be_read_is_said_where_it_is_named(place, dataset, tmp_path):
    """A reference that reads texts would else be left out, as if nobody had read any."""
    there = copy_of(place, tmp_path / "workspace")
    key = open_run(place, dataset, "learn-b").info.content_key
    assert content_of(there, dataset, key).key == key
    for store in there.content(dataset.name).glob("*/store.json"):
        store.write_text("[]")
    with pytest.raises(LearnError, match="is damaged: it has no settings"):
        content_of(there, dataset, key)
    assert content_of(there, dataset) is None and content_of(there, dataset, "elsewhere") is None
