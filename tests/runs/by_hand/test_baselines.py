"""Popularity and item-kNN against counts and sums worked out in plain Python."""

import math
from collections import Counter

import numpy as np
import pytest

from learn.data.schema import Recommendations
from learn.data.splits import Phase, leave_one_out
from learn.errors import LearnError
from learn.evaluation.protocol import evaluate
from learn.evaluation.references import Known
from learn.evaluation.references.counts import fit_frequency, fit_popularity
from learn.evaluation.references.item_knn import fit_item_knn
from learn.evaluation.references.ranking import rank_scores
from learn.retrieval.ties import tie_keys
from learn.runs.baselines import EVERYWHERE
from learn.runs.reference_runs import Content, make_reference_run, make_reference_runs, reference_run
from learn.runs.run import Run
from learn.workspace import Workspace

ALL, NEW = Recommendations.ALL_CANDIDATES, Recommendations.UNSEEN
ANN, BOB, CAT, DAN, EVE = range(5)
DAY = 86_400e9


def popularity(split, phase=Phase.TEST):
    score = fit_popularity(Known(split.history(phase), split.n_items))
    return rank_scores(score, split, phase, everybody=True)


def item_knn(split, neighbours=25, shrinkage=20.0, forgetting=(30.0, "days")):
    score = fit_item_knn(Known(split.history(Phase.TEST), split.n_items), neighbours, shrinkage, forgetting)
    return rank_scores(score, split)


def by_count(counts, items):
    """``items``, the greatest count first, equal ones by the seeded hash."""
    keys = tie_keys(6).tolist()
    return sorted(items, key=lambda item: (-counts[item], keys[item]))


def test_popularity_counts_distinct_users_before_the_target(split):
    ranked = popularity(split, Phase.TEST)
    # Histories: ann 0 1 0 2, bob 0 1 1, cat 0 2, dan none, eve 1 2 4: items 0, 1, 2 have three users each, 4 has one.
    items, scores = ranked[ALL]
    counts = [3, 3, 3, 0, 1, 0]
    assert items[BOB].tolist() == by_count(counts, range(6)) != [0, 1, 2, 4, 3, 5] and scores[BOB].tolist() == [
        3,
        3,
        3,
        1,
        0,
        0,
    ]
    assert (items == items[DAN]).all()
    assert ranked[NEW][0][ANN].tolist() == [*by_count(counts, (3, 4, 5)), -1, -1, -1]
    assert popularity(split, Phase.VALIDATION)[ALL][1][BOB].tolist() == [3, 3, 2, 0, 0, 0]


def knn_by_loops(split, neighbours, shrinkage, half_life):
    """[U, N] scores from the definition."""
    history = split.history(Phase.TEST)
    owners = [{user for user in range(len(history)) if item in history[user]} for item in range(split.n_items)]
    near = []
    for mine in owners:
        similar = {
            other: len(mine & theirs) / (math.sqrt(len(mine) * len(theirs)) + shrinkage)
            for other, theirs in enumerate(owners)
            if mine & theirs
        }
        near.append(dict(sorted(similar.items(), key=lambda pair: (-np.float32(pair[1]), pair[0]))[:neighbours]))
    scores = np.zeros((len(history), split.n_items))
    for user in range(len(history)):
        start, stop = history.offsets[user : user + 2]
        for place in range(start, stop):
            age = stop - 1 - place if history.times is None else (history.times[stop - 1] - history.times[place]) / DAY
            for other, similarity in near[history.items[place]].items():
                scores[user, other] += similarity * 0.5 ** (age / half_life)
    return scores


@pytest.mark.parametrize("timed", [True, False])
@pytest.mark.parametrize("settings", [(6, 0.0, 30.0), (2, 5.0, 4.0)])
def test_item_knn_follows_its_definition(world, split, settings, timed):
    if not timed:
        split = leave_one_out(world)
        split = type(split)(
            split.info, type(split.sequences)(split.sequences.items, split.sequences.offsets), split.codes, 6
        )
    neighbours, shrinkage, half_life = settings
    unit = "days" if timed else "events"
    items, scores = item_knn(split, neighbours, shrinkage, (half_life, unit))[ALL]
    expected = knn_by_loops(split, neighbours, shrinkage, half_life)
    assert (expected > 0).any()
    for user in range(5):
        listed = items[user] >= 0
        assert set(items[user][listed].tolist()) == set(np.flatnonzero(expected[user] > 0).tolist())
        np.testing.assert_allclose(scores[user][listed], expected[user][items[user][listed]], rtol=1e-5)
        assert (np.diff(scores[user][listed]) <= 0).all()


def test_item_knn_hides_history_only_among_new(split):
    ranked = item_knn(split)
    history = split.history(Phase.TEST)
    for user in range(5):
        assert not set(ranked[NEW][0][user].tolist()) & set(history[user].tolist())
    assert ranked[ALL][0][BOB, 0] in history[BOB]
    assert (ranked[ALL][0][DAN] == -1).all()


def test_an_ancient_history_still_ranks(world, split):
    sequences = split.sequences
    times = sequences.times.copy()
    times[sequences.offsets[BOB] : sequences.offsets[BOB] + 3] -= int(40 * 365 * DAY)
    aged = type(split)(split.info, type(sequences)(sequences.items, sequences.offsets, times), split.codes, 6)
    assert (item_knn(aged)[ALL][0][BOB] == item_knn(split)[ALL][0][BOB]).all()


def test_blocks_do_not_change_the_lists(split, monkeypatch):
    whole = {a: i for a, (i, _) in item_knn(split).items()}
    for module in ("ranking", "item_knn"):
        monkeypatch.setattr(f"learn.evaluation.references.{module}.BLOCK_SCORES", 12)
    assert all((items == whole[candidates]).all() for candidates, (items, _) in item_knn(split).items())


def test_the_future_does_not_leak(split):
    """What happens in the test target changes no list."""
    sequences = split.sequences
    items = sequences.items.copy()
    items[split.codes == 2] = 5
    other = type(split)(split.info, type(sequences)(items, sequences.offsets, sequences.times), split.codes, 6)
    for rank in (popularity, item_knn):
        assert all((rank(split)[candidates][0] == rank(other)[candidates][0]).all() for candidates in (ALL, NEW))


def test_personal_frequency_is_what_one_had_most_and_latest_and_then_what_is_popular(split):
    score = fit_frequency(Known(split.history(Phase.TEST), split.n_items), (2.0, "events"))
    items, scores = rank_scores(score, split)[ALL]
    # Ann had 0 1 0 2, ages 3 2 1 0: 0 has .5^1.5 + .5^.5, 2 has 1, 1 has .5; then 4, which one user has, then 3 and 5.
    assert items[ANN].tolist() == [0, 2, 1, 4, *by_count([0] * 6, (3, 5))]
    assert scores[ANN][:3] == pytest.approx([0.5**1.5 + 0.5**0.5, 1.0, 0.5], abs=2e-6)
    assert (items[DAN] == -1).all(), "nothing is known of him"


def test_the_history_offset_moves_what_one_had_in_one_list_only(split):
    score = fit_popularity(Known(split.history(Phase.TEST), split.n_items))
    plain, moved = (rank_scores(score, split, repeat=repeat) for repeat in (0.0, -10.0))
    counts = [3, 3, 3, 0, 1, 0]
    assert plain[ALL][0][BOB].tolist() == by_count(counts, range(6))
    assert moved[ALL][0][BOB].tolist() == by_count(counts, (2, 3, 4, 5)) + by_count(counts, (0, 1)), "bob had 0 and 1"
    assert (plain[NEW][0] == moved[NEW][0]).all()


def test_reference_runs_are_whole_and_reproducible(world, split, tmp_path):
    workspace = Workspace(tmp_path)
    world = world.with_split(split)
    with pytest.warns(UserWarning, match="Left out: L3AE reads content embeddings"):
        runs = make_reference_runs(world, split, workspace)
    names = [code for code in EVERYWHERE if code != "l3ae"]
    assert (
        [run.name for run in runs]
        == names
        == [path.name for path in sorted(workspace.run_paths("world"), key=lambda path: names.index(path.name))]
    )
    assert {run.info.kind for run in runs} == {"reference"} and {run.info.refit for run in runs} == {False}
    assert all(0 <= run.info.validation <= 1 for run in runs)
    counted = fit_popularity(Known(split.train(), split.n_items))
    lists = {
        candidates: items
        for candidates, (items, _) in rank_scores(counted, split, repeat=runs[0].info.repeat, everybody=True).items()
    }
    mean = evaluate(lists, split, Phase.TEST).metrics["mean"].to_numpy()
    np.testing.assert_allclose(Run(runs[0].path).metrics["mean"].to_numpy(dtype=float), mean)
    before = runs[1].recommendations
    with pytest.warns(UserWarning, match="Left out"):
        again = make_reference_runs(world, split, workspace)[1].recommendations
    assert before.equals(again)
    counts = Counter(before[Recommendations.USER])
    assert counts["dan"] == 0 and counts["ann"] > 0


def test_a_refitted_reference_counts_validation_too_under_what_was_chosen_without(world, split, tmp_path):
    workspace, world = Workspace(tmp_path), world.with_split(split)
    plain = reference_run("item-knn", world, workspace)
    refitted = reference_run("item-knn", world, workspace, refit=True)
    assert (refitted.name, refitted.info.refit, refitted.info.label) == ("item-knn-refit", True, "Item-kNN, refitted")
    assert refitted.info.settings == plain.info.settings and refitted.info.repeat == plain.info.repeat
    counts = {
        run.name: run.recommendations.query("user_id == 'bob' and among == 'all'")["score"].max()
        for run in (
            reference_run("popularity", world, workspace),
            reference_run("popularity", world, workspace, refit=True),
        )
    }
    assert counts["popularity-refit"] - counts["popularity"] == 1, "eve's 1 is of the validation"


def test_l3ae_is_made_where_texts_were_read(world, split, tmp_path):
    content = Content(np.eye(6, dtype=np.float32), "key")
    run = make_reference_run("l3ae", world, split, tmp_path / "l3ae", content)
    assert run.info.content_key == "key" and set(run.info.settings) == {
        "counts",
        "strength",
        "prior",
        "text_strength",
        "forgetting",
    }
    with pytest.raises(LearnError, match="L3AE reads content embeddings, and those of world are not there"):
        make_reference_run("l3ae", world, split, tmp_path / "l3ae")
