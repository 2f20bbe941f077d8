"""What validation chooses for a reference: its settings, and what it adds to the items of a history."""

from dataclasses import replace

import numpy as np
import pytest

from learn.data.schema import Recommendations
from learn.data.splits import Phase
from learn.evaluation.climb import climb
from learn.evaluation.protocol import validation_score
from learn.evaluation.references import ITEM_KNN, PERSONAL_FREQUENCY, Known, Reference, ranking
from learn.evaluation.references.ranking import rank_scores, ranked_value, reference_bias
from learn.evaluation.references.tune import tune
from learn.evaluation.repeat_bias import fit_bias, fit_scale
from learn.evaluation.validation import ValidationMetric, comparing_metric, validation_metric
from learn.retrieval.repeats import Repeat


def by_vectors(users, items):
    """A scorer for histories of all users in their order."""
    return lambda histories, start, stop: (users[start:stop] @ items.T).astype(np.float32)


@pytest.fixture
def vectors(split):
    rng = np.random.default_rng(3)
    return (rng.normal(size=(size, 4)).astype(np.float32) for size in (len(split.sequences), split.n_items))


def test_the_figure_on_validation_is_that_of_vectors(split, vectors):
    users, items = vectors
    counted = np.flatnonzero(split.history(Phase.VALIDATION).lengths > 0)
    targets = set(np.flatnonzero(split.target(Phase.VALIDATION).lengths > 0))
    evaluated = [user for user in counted if user in targets]
    for candidates in (Recommendations.UNSEEN, Recommendations.ALL_CANDIDATES):
        by = ValidationMetric(candidates, "ndcg", 10)
        expected = validation_score(users, items, split, candidates=candidates, metric="ndcg", k=10, repeat=0.5)

        def score(histories, start, stop):
            rows = [
                user
                for user in evaluated
                if any(
                    np.array_equal(split.history(Phase.VALIDATION)[user], h)
                    for h in [histories[i] for i in range(len(histories))]
                )
            ]
            return by_vectors(users[rows], items)(histories, start, stop)

        assert ranked_value(score, split, by, 0.5) == pytest.approx(expected, abs=1e-6)


def test_tuning_climbs_to_what_is_best_on_validation_and_goes_back_to_earlier_settings(synthetic_split, monkeypatch):
    split = synthetic_split
    monkeypatch.setattr("learn.evaluation.references.tune.validation_metric", comparing_metric)
    by, tried = comparing_metric(split), []
    common = np.bincount(split.target(Phase.VALIDATION).items, minlength=split.n_items)

    def fit(known, first, second):
        assert len(known.events.items) == len(split.train().items), "only the training part is known"
        tried.append((first, second))
        sign = 1.0 if (first, second) == (2, 1) else 0.0 if second else -1.0  # first matters after second alone

        def score(histories, start, stop):
            return np.tile((sign * common).astype(np.float32), (stop - start, 1))

        return score

    reference = Reference(fit, {"first": 0, "second": 0}, {"first": (0, 2), "second": (0, 1)})
    found = tune(reference, split)
    assert found.settings == {"first": 2, "second": 1}
    assert found.value == ranked_value(fit(Known(split.train(), split.n_items), 2, 1), split, by)
    assert len(tried[:-1]) == len(set(tried[:-1])) == found.tried == 4, "nothing is fitted twice"


def test_settings_that_make_up_for_each_other_are_tried_together(synthetic_split, monkeypatch):
    """Both have to move at once: a step of one alone is worse."""
    split = synthetic_split
    common = np.bincount(split.target(Phase.VALIDATION).items, minlength=split.n_items).astype(np.float32)
    monkeypatch.setattr("learn.evaluation.references.tune.validation_metric", comparing_metric)

    def fit(known, first, second):
        sign = {(0, 0): 0.0, (1, 1): 1.0}.get((first, second), -1.0)
        return lambda histories, start, stop: np.tile(sign * common, (stop - start, 1))

    alone = Reference(fit, {"first": 0, "second": 0}, {"first": (0, 1), "second": (0, 1)})
    assert tune(alone, split).settings == {"first": 0, "second": 0}
    assert tune(replace(alone, together=(("first", "second"),)), split).settings == {"first": 1, "second": 1}


def test_a_climb_stops_where_the_next_is_no_better():
    values, tried = {1: 0.1, 2: 0.3, 3: 0.2, 4: 0.9}, []

    def value_of(settings):
        tried.append(settings["one"])
        return values[settings["one"]]

    assert climb(value_of, {"one": 1, "two": 7}, "one", (1, 2, 3, 4)) == {"one": 2, "two": 7}
    assert 4 not in tried, "beyond a worse neighbour nothing is tried"
    assert climb(value_of, {"one": 3}, "one", (1, 2, 3, 4)) == {"one": 4}
    assert climb(value_of, {"one": 3}, "one", (1, 2, 3)) == {"one": 2}


def test_personal_frequency_is_tuned_on_what_it_ranks(split):
    """Among unseen items all half-lives are one order: popularity's."""
    score = PERSONAL_FREQUENCY.fit(Known(split.train(), split.n_items), forgetting=None)
    by = validation_metric(split)._replace(candidates=Recommendations.ALL_CANDIDATES)
    assert tune(PERSONAL_FREQUENCY, split).value >= ranked_value(score, split, by) > 0


def test_half_lives_in_days_are_for_events_with_times(split):
    grid = {"forgetting": (None, (60.0, "days"))}
    days = replace(ITEM_KNN, together=(), settings=dict(ITEM_KNN.settings) | {"forgetting": None}, grid=grid)
    timed = tune(days, split)
    sequences = split.sequences
    untimed = type(split)(split.info, type(sequences)(sequences.items, sequences.offsets), split.codes, split.n_items)
    assert (timed.tried, tune(days, untimed).tried) == (2, 1)


def test_scale_and_bias_are_those_of_the_likelihood(synthetic_split):
    """Scores that are logits of a tenth of their size need a scale of ten, and the bias in their unit is a tenth."""
    split = synthetic_split
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(len(split.sequences), split.n_items))
    target = split.target(Phase.VALIDATION)
    for user in range(len(split.sequences)):
        logits[user, target[user]] += 1.0
    scale = fit_scale(lambda some: logits[some], split)
    tenth = fit_scale(lambda some: logits[some] / 10, split)
    assert tenth == pytest.approx(10 * scale, rel=0.05) and scale > 0

    history = split.history(Phase.VALIDATION)
    where = {
        history.items[history.offsets[user] : history.offsets[user + 1]].tobytes(): user for user in range(len(history))
    }

    def scorer(histories, start, stop):
        rows = [where[histories[user].tobytes()] for user in range(start, stop)]
        return (logits[rows] / 10).astype(np.float32)

    found = reference_bias(scorer, split)
    assert found.constant == pytest.approx(
        fit_bias(lambda some: scale * logits[some], split) / tenth, rel=0.05, abs=0.01
    )


def test_a_history_far_above_all_else_is_brought_down_where_nobody_has_the_same_again(synthetic_split):
    """Of personal frequency, whose new items lie a millionth of a unit apart, the bias still reaches the history."""
    split = synthetic_split
    sequences = split.sequences
    history, target = split.history(Phase.VALIDATION), split.target(Phase.VALIDATION)
    again = sum(bool(np.isin(target[user], history[user]).any()) for user in range(len(sequences)))
    assert again, "some do"
    score = PERSONAL_FREQUENCY.fit(Known(split.train(), split.n_items), forgetting=None)
    kept = split.codes != 1
    kept |= ~np.isin(sequences.users * split.n_items + sequences.items, history.users * split.n_items + history.items)
    never = type(split)(split.info, sequences.keep(kept), split.codes[kept], split.n_items)
    assert reference_bias(score, never).constant < -0.5, "an event in the history counts 1"


def test_personal_frequency_keeps_the_history_first_where_people_buy_again(synthetic_split, monkeypatch):
    split = synthetic_split
    score = PERSONAL_FREQUENCY.fit(Known(split.train(), split.n_items), forgetting=None)
    monkeypatch.setattr(ranking, "validation_metric", lambda split: ValidationMetric("new", "recall", 3))
    by = ValidationMetric("all", "recall", 3)
    found = reference_bias(score, split, with_frequency=False)
    assert ranked_value(score, split, by, found) >= ranked_value(score, split, by, Repeat())
    assert ranked_value(score, split, by, found) > ranked_value(score, split, by, -5.0), "all new items first"


def test_scores_that_say_the_wrong_thing_keep_their_scale(synthetic_split):
    target = synthetic_split.target(Phase.VALIDATION)
    wrong = np.zeros((len(synthetic_split.sequences), synthetic_split.n_items))
    for user in range(len(wrong)):
        wrong[user, target[user]] = -1.0
    assert fit_scale(lambda some: wrong[some], synthetic_split) == 1.0


def test_every_run_is_compared_by_ndcg_of_new_items(split):
    assert comparing_metric(split) == ("new", "ndcg", 6)
    assert validation_metric(split) == ("new", "recall", 6)


def test_users_without_history_have_no_list(split):
    items, _ = rank_scores(lambda h, start, stop: np.ones((stop - start, split.n_items), np.float32), split)["all"]
    assert ((items == -1).all(axis=1) == (split.history(Phase.TEST).lengths == 0)).all()
