"""The comparison from end to end on tiny trained Runs: its files, its parts, and what is told to a mistake."""

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from learn.cli.commands import app
from learn.data.stored import open_dataset
from learn.errors import LearnError
from learn.ranking.config import RankingConfig
from learn.ranking.experiment import sampled, split_parts
from learn.ranking.feature_matrix import make_feature_matrix
from learn.ranking.impressions import check_impressions
from learn.ranking.report import read_report, report_folders, tables
from learn.ranking.run import open_impressions, ranking_config, vectors_cut
from learn.ranking.schema import FEATURE_SETS, METRICS, RANKERS
from learn.ranking.vectors import impression_vectors
from learn.runs.recommender import Recommender
from learn.runs.stored import open_run
from learn.runs.vectors import run_vectors
from tests import synthetic, trained
from tests.ranking.conftest import make_table

DAYS = ("--set", "train_days=10", "--set", "validation_days=4", "--set", "seeds=1", "--set", "resamples=20")


@pytest.fixture(scope="module")
def workspace(trained_once, tmp_path_factory):
    return trained.copy_of(trained_once, tmp_path_factory.mktemp("ranking") / "trained")


@pytest.fixture(scope="module")
def impressions(workspace):
    dataset = open_dataset(workspace, synthetic.NAME)
    split = dataset.split
    path = workspace.root / "shown.csv"
    make_table(dataset, vectors_cut(split)).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def ranked(workspace, impressions):
    words = ["rank", synthetic.NAME, "--impressions", str(impressions), "--workspace", str(workspace.root)]
    result = CliRunner().invoke(app, [*words, *DAYS, "--publish", str(workspace.root / "published")])
    assert result.exit_code == 0, result.output + repr(result.exception)
    return result.output


def test_the_command_writes_every_row(workspace, ranked):
    report = read_report(workspace.ranking(synthetic.NAME))
    found = report.rows[report.rows["slice"] == "all"]
    wanted = {(r, f, m) for r in RANKERS for f in FEATURE_SETS for m in METRICS}
    assert set(zip(found["ranker"], found["features"], found["metric"], strict=True)) == wanted
    assert "Table 8" in ranked and "Table 9" in ranked and "learn app" in ranked
    parts = report.about["parts"]
    assert sum(part["impressions"] for part in parts.values()) == 1500
    assert {part["slice"] for part in report.about["slices"]} == set(report.rows["slice"])
    assert sum(part["share_of_impressions"] for part in report.about["slices"]) == pytest.approx(3)
    assert tables(report.rows, report.about) in (workspace.ranking(synthetic.NAME) / "ranking.md").read_text()


def test_the_published_report_is_found_and_the_workspaces_own_replaces_it(workspace, ranked, tmp_path):
    published = workspace.root / "published"
    assert report_folders(type(workspace)(tmp_path), published) == {synthetic.NAME: published}
    assert report_folders(workspace, published) == {synthetic.NAME: workspace.ranking(synthetic.NAME)}


def test_ordinary_features_that_say_it_all_are_used(workspace, ranked):
    """Conversions follow the user's first category: both rankers must see that much."""
    rows = read_report(workspace.ranking(synthetic.NAME)).rows
    auc = rows[(rows["metric"] == "auc") & (rows["slice"] == "all")].set_index(["ranker", "features"])["mean"]
    assert auc["lightgbm", "none"] > 0.55 and auc["dnn", "none"] > 0.5


def test_vectors_are_the_runs_at_the_cut_and_grow_with_the_history(workspace, impressions):
    dataset = open_dataset(workspace, synthetic.NAME)
    split = dataset.split
    cut = vectors_cut(split)
    shown = check_impressions(pd.read_csv(impressions), dataset, cut, "shown")
    run = open_run(workspace, synthetic.NAME, "learn-b")
    recommender = Recommender(run, dataset)
    found = impression_vectors(recommender, dataset, shown, cut, refresh_days=7.0)
    users, items = run_vectors(run, dataset)
    first = shown.times < cut + 7 * 86_400 * 10**9
    width = found.users.shape[1]
    lengths = np.linalg.norm(users[:, :width], axis=1, keepdims=True)
    stored = users[:, :width] / np.maximum(lengths, 1e-9)
    assert found.users[first] == pytest.approx(stored[shown.users[first]], abs=2e-3)
    assert np.abs(found.users[~first] - stored[shown.users[~first]]).max() > 0.01
    assert np.linalg.norm(found.items, axis=1) == pytest.approx(1, abs=1e-5)
    assert items.shape[1] == width + 1 and found.priors.std() > 0


def test_a_history_from_the_future_changes_no_vector(workspace, impressions):
    dataset = open_dataset(workspace, synthetic.NAME)
    split = dataset.split
    cut = vectors_cut(split)
    shown = check_impressions(pd.read_csv(impressions), dataset, cut, "shown")
    recommender = Recommender(open_run(workspace, synthetic.NAME, "learn-a"), dataset)
    first = shown.keep(shown.times < cut + 7 * 86_400 * 10**9)
    events = dataset.interactions.copy()
    later = (events["timestamp"] >= pd.Timestamp(cut)).to_numpy()
    events.loc[later, "item_id"] = np.random.default_rng(0).permutation(events.loc[later, "item_id"].to_numpy())
    other = type(dataset)(dataset.name, dataset.items, events)
    before, after = (impression_vectors(recommender, one, first, cut, 7.0) for one in (dataset, other))
    assert (before.users == after.users).all()


def test_whole_visits_are_sampled(dataset, cut, table):
    table["visit"] = np.arange(len(table)) // 5
    shown = check_impressions(table, dataset, cut, "shown")
    some = sampled(shown, 300)
    assert 290 < len(some) <= 300
    _, sizes = np.unique(some.visits, return_counts=True)
    assert (sizes == 5).all() and (sampled(shown, 300).times == some.times).all()
    assert sampled(shown, 10**6) is shown


def test_parts_follow_the_time(dataset, cut, table):
    shown = check_impressions(table, dataset, cut, "shown")
    config = RankingConfig(train_days=10, validation_days=4)
    parts = split_parts(shown, cut, config)
    assert (np.diff(parts) >= 0).all() and set(parts) == {0, 1, 2}
    assert shown.times[parts == 1].min() >= cut + 10 * 86_400 * 10**9
    with pytest.raises(LearnError, match="The test part has 0 impressions"):
        split_parts(shown, cut, RankingConfig(train_days=10, validation_days=30))


def test_a_category_that_training_hardly_met_is_code_0():
    features = pd.DataFrame({"n": [1.0, 2, 3, 4], "kind": ["b", "a", "b", "new"]})
    frame = make_feature_matrix(features, np.array([True, True, True, False]), rare=1)
    assert frame.codes[:, 0].tolist() == [2, 1, 2, 0] and frame.sizes == (3,)
    assert make_feature_matrix(features, np.array([True, True, True, False]), rare=2).codes[:, 0].tolist() == [
        1,
        0,
        1,
        0,
    ]


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("speed=3", "speed = 3: there is no such setting"),
        ("seeds", "'seeds' is not field=value"),
        ("seeds=0", "seeds = 0: Input should be greater"),
        ("fusion.heads=none", "fusion.heads"),
        ("fusion.depth=2", "fusion.depth"),
        ("refresh_days=90", "refresh_days"),
    ],
)
def test_a_setting_that_cannot_be_is_named(setting, said):
    with pytest.raises(LearnError, match=said):
        ranking_config([setting])


def test_settings_go_where_they_belong():
    config = ranking_config(["seeds=2", "fusion.heads=3"])
    assert config.seeds == 2 and config.fusion.heads == 3 and config.top_n == RankingConfig().top_n


def test_a_dataset_without_impressions_asks_for_them(dataset, split):
    with pytest.raises(LearnError, match="has no impressions of its own"):
        open_impressions(None, None, dataset, split, RankingConfig())


def test_leave_one_out_has_no_cut(dataset):
    from learn.data.splits import leave_one_out

    with pytest.raises(LearnError, match="cut by time"):
        vectors_cut(leave_one_out(dataset))
