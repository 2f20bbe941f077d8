"""Comparisons against plain Python: overlaps, duels, variety."""

import itertools
import math
import re
from functools import cache
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from learn.errors import LearnError
from learn.evaluation.targets import make_targets
from learn.explore.figures import compare as f
from learn.explore.figures.base import label_room
from learn.explore.figures.variety import AXES, cut_axes, name_places, trade_offs_figure
from learn.explore.metrics import compare as c
from learn.explore.metrics.overview import collect_metrics, compare_runs
from learn.item_towers import brief
from learn.runs.run import Run
from tests import synthetic

CANDIDATES = "new"


@pytest.fixture(scope="module")
def runs(trained_workspace):
    return [Run(path) for path in trained_workspace.run_paths(synthetic.NAME)]


@pytest.fixture(scope="module")
def lists(runs, dataset):
    return {run.name: c.stored_matrix(run, dataset, CANDIDATES) for run in runs}


@cache
def stored(run, user_id):
    table = run.recommendations
    mine = table[(table["user_id"] == user_id) & (table["among"] == CANDIDATES)]
    return mine.sort_values("rank")["item_id"].tolist()


def test_stored_lists_are_read_as_they_are(runs, lists, dataset):
    for run, user in itertools.product(runs, (0, 17, 39)):
        row = lists[run.name][user]
        assert [dataset.item_ids[item] for item in row[row >= 0]] == stored(run, dataset.user_ids[user])


def test_overlap_is_the_mean_share_in_common(runs, lists, dataset):
    table, k = c.overlap_matrix(lists, 10), 10
    for one, other in itertools.product(runs, runs):
        shares = [
            len(set(stored(one, user)[:k]) & set(stored(other, user)[:k])) / k
            for user in dataset.user_ids
            if stored(one, user) and stored(other, user)
        ]
        assert table.loc[one.name, other.name] == pytest.approx(np.mean(shares))
    assert np.allclose(np.diag(table), 1)


def test_lists_without_a_common_user_have_no_overlap():
    table = c.overlap_matrix({"x": np.array([[1, 2], [-1, -1]]), "y": np.array([[-1, -1], [1, 2]])}, 2)
    assert math.isnan(table.loc["x", "y"]) and table.loc["x", "x"] == 1


def test_shorter_lists_are_measured_by_the_longer_one():
    table = c.overlap_matrix({"x": np.array([[1, 2, 3, 4]]), "y": np.array([[4, -1, -1, -1]])}, 4)
    assert table.loc["x", "y"] == 0.25


def test_variety_by_hand():
    ranked = np.array([[0, 1, 2], [0, 3, -1], [-1, -1, -1]])
    popularity, groups = np.array([4, 2, 1, 0, 0]), np.array([0, 0, 1, 1, 1])
    found = c.variety(ranked, 3, popularity, 4, groups)
    shown = [0, 1, 2, 0, 3]
    assert found["coverage"] == 4 / 5
    assert found["popularity_bias"] == pytest.approx(np.mean([popularity[i] / 4 for i in shown]))
    assert found["novelty"] == pytest.approx(np.mean([-math.log2((popularity[i] + 0.5) / 4.5) for i in shown]))
    assert found["diversity"] == pytest.approx((2 / 3 + 1) / 2)
    assert math.isnan(c.variety(np.full((2, 3), -1), 3, popularity, 4, groups)["diversity"])


def test_diversity_agrees_with_counting_pairs(lists):
    groups = np.arange(synthetic.N_ITEMS) % 6
    shares = []
    for row in lists["learn-a"][:, :10]:
        pairs = list(itertools.combinations(row[row >= 0], 2))
        if pairs:
            shares.append(np.mean([groups[x] != groups[y] for x, y in pairs]))
    counts = np.ones(synthetic.N_ITEMS)
    assert c.variety(lists["learn-a"], 10, counts, 40, groups)["diversity"] == pytest.approx(np.mean(shares))


def test_trade_offs_have_a_row_per_run(runs, lists, split, catalogue):
    metrics = collect_metrics(runs)
    accuracy = compare_runs(metrics, "recall", 10, CANDIDATES, "all")
    table = c.trade_offs(runs, lists, accuracy, 10, split.training_counts(), 40, catalogue)
    assert table["run"].tolist() == [run.name for run in runs]
    by_run = accuracy.set_index("run")["mean"]
    assert all(row["accuracy"] == by_run[row["run"]] for row in table.to_dict("records"))
    own = metrics.query("metric == 'coverage' and k == 10 and among == 'new' and slice == 'all'").set_index("run")[
        "mean"
    ]
    for row in table.to_dict("records"):  # metrics count evaluated users only
        assert own[row["run"]] - 1e-9 <= row["coverage"] <= 1
    assert (table["accuracy_low"] <= table["accuracy"]).all() and (table["accuracy"] <= table["accuracy_high"]).all()
    assert set(AXES) == set(c.TRADE_OFFS)
    figure = trade_offs_figure(table, {}, "recall@10", list(c.TRADE_OFFS))
    assert len(figure.data) == len(runs) * len(c.TRADE_OFFS)
    low, high = figure.layout.xaxis3.range
    assert list(c.TRADE_OFFS)[2] == "popularity_bias" and low > high, "to the right is more varied"


def test_names_of_dots_keep_clear_of_dots_and_of_each_other():
    table = pd.DataFrame(
        {
            "label": ["Popularity", "(c) no item PAL", "SVD"],
            "accuracy": [0.126, 0.1261, 0.142],
            "accuracy_low": [0.121, 0.121, np.nan],
            "accuracy_high": [0.131, 0.131, np.nan],
            "coverage": [0.018, 0.021, 0.084],
        }
    )
    first, second, third = name_places(table, "coverage", (0.005, 0.097), (0.118, 0.15))
    assert first.split()[0] in ("top", "bottom") and second == "right" and third == "right"
    assert name_places(table.iloc[[2]], "coverage", (0.0, 0.085), (0.1, 0.2)) == ["left"], "the panel ends there"
    full = pd.DataFrame({"label": ["Popularity", "(c)", "(b)", "(a)"], "accuracy": [0.126, 0.1234, 0.1308, 0.112]})
    full = full.assign(accuracy_low=full["accuracy"] - 0.005, accuracy_high=full["accuracy"] + 0.005)
    full = full.assign(coverage=[0.016, 0.019, 0.031, 0.04])
    places = name_places(full, "coverage", (0.0, 0.28), (0.1, 0.162))
    assert places == ["top far", "right", "right", "right"], "a line leads to it where no place beside it is free"
    table = table.assign(run=list("xyz"), variant="", coverage=[np.nan, 0.02, 0.03])
    figure = trade_offs_figure(table, {}, "R", ["coverage"])
    assert [one.text for one in figure.layout.annotations] == ["(c)", "SVD"]
    assert not trade_offs_figure(table.head(0), {}, "R", ["coverage"]).data
    assert brief("(b) sequence to item + counts") == "(b) + counts" and brief("w/o Align") == "w/o Align"


def test_one_far_from_all_others_is_inside_the_axes():
    table = pd.DataFrame(
        {"run": list("abcd"), "label": list("ABCD"), "variant": "", "accuracy": [0.15, 0.13, 0.12, 0.02]}
    )
    table = table.assign(accuracy_low=table["accuracy"], accuracy_high=table["accuracy"])
    table = table.assign(coverage=[0.24, 0.03, 0.02, 0.71], novelty=[2.0, 2.2, 2.4, 8.1])
    figure = trade_offs_figure(table, {}, "R", ["coverage", "novelty"])
    assert figure.layout.xaxis.type == "log" and figure.layout.xaxis2.type is None
    low, high = figure.layout.xaxis.range
    assert low < np.log10(0.02) and np.log10(0.71) < high, "in powers of ten"
    assert sorted(one.x for one in figure.layout.annotations)[:4] == pytest.approx(np.sort(np.log10(table["coverage"])))
    assert figure.layout.yaxis.range[0] == 0 and figure.layout.xaxis2.range[1] > 8.1
    assert cut_axes(table, ["coverage"]) == "coverage on a logarithmic scale"
    linear = trade_offs_figure(table.assign(coverage=[0.24, 0.03, 0.0, 0.71]), {}, "R", ["coverage"])
    assert linear.layout.xaxis.type is None, "a logarithmic axis has no 0"


def test_a_duel_counts_hits_user_by_user(runs, split):
    a, b = (next(run for run in runs if run.name == name) for name in ("learn-b", "popularity"))
    found = c.paired_comparison(a, b, 10, CANDIDATES)
    targets = make_targets(split, "test", CANDIDATES)
    wanted = {int(user): set(targets.items[targets.rows == row]) for row, user in enumerate(targets.users)}
    ids = synthetic.make_synthetic_dataset()
    assert sorted(found.users["user"]) == sorted(wanted)
    for row in found.users.to_dict("records"):
        for run, column in ((a, "a"), (b, "b")):
            items = ids.item_index.get_indexer(stored(run, ids.user_ids[row["user"]])[:10])
            assert row[column] == len(set(items) & wanted[row["user"]])
        assert row["n_targets"] == len(wanted[row["user"]])
    assert found.won + found.tied + found.lost == len(wanted)
    assert found.users["difference"].abs().is_monotonic_decreasing
    shares = (found.users["a"] - found.users["b"]) / found.users["n_targets"]
    assert found.difference.mean == pytest.approx(shares.mean())
    assert found.difference.low <= found.difference.mean <= found.difference.high
    turned = c.paired_comparison(b, a, 10, CANDIDATES)
    assert (turned.won, turned.lost) == (found.lost, found.won)


def test_a_duel_needs_a_common_k(runs):
    assert c.cutoffs(runs) == [10, 50, 100]
    with pytest.raises(LearnError, match="no hits@7"):
        c.paired_comparison(runs[0], runs[1], 7, CANDIDATES)


def test_slices_start_with_everybody_and_are_the_runs_own_metrics(runs):
    table = c.by_slice(collect_metrics(runs), "ndcg", 50, CANDIDATES)
    assert table["slice"].iloc[0] == "all" and set(table["run"]) == {run.name for run in runs}
    own = runs[0].metrics.query("metric == 'ndcg' and k == 50 and among == 'new'").set_index("slice")["mean"]
    mine = table[table["run"] == runs[0].name].set_index("slice")["mean"]
    pd.testing.assert_series_equal(mine.sort_index(), own.sort_index(), check_names=False, check_dtype=False)
    figure = f.slices_figure(table, {}, "ndcg@50")
    assert len(figure.data) == len(runs)
    labels = dict(zip(figure.layout.yaxis.tickvals, figure.layout.yaxis.ticktext, strict=True))
    best = table[table["slice"] == "all"].nlargest(1, "mean").iloc[0]
    place = 1 + [run.name for run in runs].index(best["run"])
    assert labels[place] == f"<b>{best['label']}</b>"
    told = [one for one in figure.layout.annotations if one.y == place]
    assert [one.text for one in told] == [f"<b>{best['mean']:.3f}</b>"]


def test_slices_of_like_figures_share_a_scale():
    table = pd.DataFrame({"slice": list("abc"), "mean": [0.1, 0.3, 0.02], "high": [0.12, np.nan, 0.03]})
    assert c.shared_scales(table) == {"a": 0.3, "b": 0.3, "c": 0.03}


def test_a_long_label_has_its_room_left_of_the_axis(runs):
    table = c.by_slice(collect_metrics(runs), "ndcg", 50, CANDIDATES)
    short = f.slices_figure(table.assign(label="(b)"), {}, "ndcg@50").layout.margin.l
    long = f.slices_figure(table.assign(label="(b) sequence to item and L3AE"), {}, "ndcg@50").layout.margin.l
    assert long > 29 * 5.5 and long >= short
    assert label_room(["<b>ab</b><br>a &amp; b"]) == label_room(["12345"])


def test_curves_are_those_of_trained_runs(runs):
    table = c.training_curves(runs)
    assert set(table["run"]) == {"learn-a", "learn-b", "learn-c"}
    for run in runs:
        assert table[table["run"] == run.name]["loss"].tolist() == (
            run.curves["loss"].tolist() if len(run.curves) else []
        )
    figure = f.curves_figure(table, {})
    rings = {trace.y[0] for trace in figure.data if trace.marker.symbol == "circle-open"}
    assert [trace.y[0] for trace in figure.data if trace.xaxis == "x"] == [0, 0, 0], "losses begin at 0"
    assert len(figure.data) == 6 + 3 and rings == set(table.groupby("run")["validation"].max())
    assert c.training_curves([]).empty


def test_the_heat_map_shows_the_matrix(lists, runs):
    table = c.overlap_matrix(lists, 10)
    figure = f.overlap_figure(table, {run.name: f"<b>{run.name}" for run in runs})
    drawn = np.array(figure.data[0].z, dtype=float)
    once = np.tri(len(table), k=-1, dtype=bool)[1:, :-1]
    np.testing.assert_array_equal(drawn[once], table.to_numpy()[1:, :-1][once])
    assert np.isnan(drawn[~once]).all() and figure.data[0].zmax == drawn[once].max()
    assert len(figure.layout.annotations) == once.sum() == len(table) * (len(table) - 1) / 2
    assert all(text.startswith("&lt;b&gt;") for text in figure.data[0].x)


def test_names_of_lines_that_end_near_each_other_stand_apart():
    ends = pd.Series({"a": 1.0, "b": 1.0, "c": 9.0, "d": np.nan})
    placed = f._apart(ends, pd.Series([0.0, 10.0]), share=0.1)
    assert list(placed) == ["a", "b", "c"] and placed["b"] - placed["a"] >= 0.5 and placed["c"] == 9
    assert f._apart(pd.Series(dtype=float), pd.Series([0.0, 1.0])) == {}


def test_numbers_on_cells_are_easy_to_read():
    def luminance(colour):
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    names = ["x", "y"]
    figure = f.overlap_figure(pd.DataFrame([[1, 0.5], [0.5, 1]], names, names), dict(zip(names, names, strict=True)))
    colours = [re.findall(r"[\d.]+", colour) for _, colour in figure.data[0].colorscale]
    for ground, ink in ((0xFF, (0x0D, 0x11, 0x17)), (0x12, (0xE6, 0xEA, 0xF0))):  # of the app, light and dark
        for *cell, share in colours:
            under = [float(share) * int(part) + (1 - float(share)) * ground for part in cell]
            words = [0.82 * a + 0.18 * b for a, b in zip(ink, under, strict=True)]  # as `app.shared.look` draws them
            light, dark = sorted(luminance("#" + "".join(f"{round(p):02x}" for p in c)) for c in (under, words))[::-1]
            assert (light + 0.05) / (dark + 0.05) > 4.5, (ground, share)


def test_a_name_stands_on_the_outer_side_of_two_dots():
    table = pd.DataFrame({"label": ["SVD", "B"], "novelty": [2.0, 2.2], "accuracy": [0.15, 0.15]})
    table = table.assign(accuracy_low=table["accuracy"], accuracy_high=table["accuracy"])
    assert name_places(table, "novelty", (1.0, 3.0), (0.1, 0.2)) == ["left", "right"]


def test_only_axes_that_leave_out_0_are_said_to():
    table = pd.DataFrame({"accuracy": [0.1, 0.12], "coverage": [0.0, 0.2], "novelty": [2.0, 3.0]})
    assert cut_axes(table, ["coverage"]) == "the upright axis does not begin at 0"
    assert cut_axes(table, ["coverage", "novelty"]) == "the upright axis and that of novelty do not begin at 0"
    assert cut_axes(table, ["novelty"]) == "axes do not begin at 0"
    assert cut_axes(table.assign(accuracy=[0.0, 0.1]), ["coverage"]) == ""


def test_the_best_trained_tower_meets_the_best_that_has_none():
    def run(variant, kind):
        return SimpleNamespace(info=SimpleNamespace(variant=variant, kind=kind))

    blend, svd, tower, other = (
        run(*pair) for pair in (("text-counts", "blend"), ("svd", "reference"), ("b", "learn"), ("c", "learn"))
    )
    untrained = run("without-align", "learn")
    assert c.worth_a_duel([blend, untrained, svd, tower, other]) == (tower, svd)
    assert c.worth_a_duel([tower, svd]) == (tower, svd) and c.worth_a_duel([svd, tower]) == (tower, svd)
    assert c.worth_a_duel([blend, tower, untrained]) == (blend, tower) and c.worth_a_duel([svd, blend]) == (svd, blend)
