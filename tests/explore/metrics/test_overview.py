"""The overview's tables against counts made another way."""

import numpy as np
import pandas as pd
import pytest

from learn.data.slices import user_slices
from learn.data.splits import leave_one_out
from learn.explore.catalogue import NO_CATEGORY, OTHER_CATEGORIES, read_catalogue
from learn.explore.colours import CATEGORY_COLOURS, REST_COLOUR, category_colours, run_colours, variant_colour
from learn.explore.figures import base as figures
from learn.explore.metrics import overview
from learn.explore.metrics.slice_words import slice_rules
from learn.runs.run import Run
from tests import synthetic


@pytest.fixture(scope="module")
def runs(workspace):
    return [Run(path) for path in workspace.run_paths(synthetic.NAME)]


def test_health_counts(dataset, split):
    facts = overview.health(dataset, split)
    events = dataset.interactions
    assert (facts.users, facts.items, facts.interactions) == (40, 60, len(events))
    assert (facts.first, facts.last) == (events["timestamp"].min(), events["timestamp"].max())
    before = events[events["timestamp"] < pd.Timestamp(split.info.test_start)]
    lengths = before.groupby("user_id").size().reindex(dataset.user_ids, fill_value=0)
    assert facts.median_history == lengths.median()
    target = events[events["timestamp"] >= pd.Timestamp(split.info.test_start)]
    assert facts.users_tested == target["user_id"].nunique()
    train = events[events["timestamp"] < pd.Timestamp(split.info.validation_start)]
    assert facts.cold_tested == len(set(target["item_id"]) - set(train["item_id"])) >= 1
    assert facts.cold_items == dataset.n_items - train["item_id"].nunique() >= facts.cold_tested


def test_timeline_parts_add_up(split):
    table = overview.timeline(split)
    assert table.groupby("part")["events"].sum().to_dict() == dict(
        zip(overview.PARTS, np.bincount(split.codes).tolist(), strict=True)
    )
    assert (table["period"].dt.day_of_week == 0).all()  # four months are shown by week, from Monday


def test_timeline_of_an_order_without_times_is_empty(dataset):
    events = dataset.interactions.assign(timestamp=pd.NaT)
    bare = type(dataset)(dataset.name, dataset.items, events)
    split = leave_one_out(bare)
    assert overview.timeline(split).empty
    assert overview.health(bare, split).first is None


def test_history_lengths_count_every_user_once(split, phases):
    table = overview.history_lengths(split)
    assert table["users"].sum() == 40
    lengths = phases[0].lengths
    shown = dict(zip(table["events"], table["users"], strict=True))
    assert shown["10–19"] == ((lengths >= 10) & (lengths <= 19)).sum()


def test_slice_shares_sum_to_one(split):
    table = overview.slice_shares(split)
    np.testing.assert_allclose(table.groupby("of")["share"].sum(), 1.0)
    cold = table[(table["of"] == "items") & (table["slice"] == "cold-start")]["share"].item()
    assert cold == (split.training_counts() == 0).mean()


def test_the_slices_thresholds_are_those_that_members_have(split):
    rules, lengths = overview.slice_rules(split), split.history("test").lengths
    assert rules["user:cold-start"] == "0 to 5 history events" and rules["item:cold-start"] == "0 training interactions"
    last = lengths[user_slices(lengths) == "long-tail"].max(initial=5)
    assert rules["user:others"] == f"{last + 1} history events or more"
    assert slice_rules(rules).startswith(
        f"New users: 0 to 5 history events; users with a short history: {rules['user:long-tail']}. Never-bought items: "
    )


def test_top_categories_are_sorted_and_complete(dataset, catalogue):
    table = overview.top_categories(dataset, catalogue)
    assert table["interactions"].is_monotonic_decreasing
    assert table["interactions"].sum() == len(dataset.interactions) and table["items"].sum() == 60
    assert table["category"].tolist() == list(catalogue.category_order)
    assert set(table["category"]) == {"Fruit", "Bread", "Tea", "Cheese", "Soap"}


def test_catalogue_of_items_with_nothing_but_an_id(dataset):
    items = dataset.items.assign(title=None, category=None, brand=None, price=None, keywords=None)
    bare = read_catalogue(type(dataset)(dataset.name, items, dataset.interactions))
    assert bare.titles[3] == "item i03" and set(bare.categories) == {NO_CATEGORY}
    assert bare.brand_order == () and bare.price_range is None


def test_compare_runs_is_the_metrics_of_each_run_best_first(runs):
    metrics = overview.collect_metrics(runs)
    table = overview.compare_runs(metrics, "recall", 10, "new", "all")
    assert set(table["run"]) == {"learn-a", "learn-b", "learn-c", "popularity"}
    assert table["mean"].is_monotonic_decreasing
    for run in runs:
        own = run.metrics.query("metric == 'recall' and k == 10 and among == 'new' and slice == 'all'")
        assert table.set_index("run").loc[run.name, "mean"] == own["mean"].item()
    assert ((table["low"] <= table["mean"]) & (table["mean"] <= table["high"])).all()


def test_metrics_overview_has_a_row_a_run_and_what_lists_show_together_last(runs):
    table = overview.metrics_overview(overview.collect_metrics(runs), 10, "new", "all")
    assert table.columns[0] == "label"
    assert table.columns[-3:].tolist() == [
        "coverage@10",
        "distinct_items@10",
        "gini@10",
    ]
    assert len(table) == len(runs) and table.notna().all().all()


def test_no_runs_give_empty_metrics():
    assert overview.collect_metrics([]).empty


def test_runs_with_one_label_are_told_apart(workspace):
    run = Run(workspace.run(synthetic.NAME, "learn-a"))
    twin = Run(workspace.run(synthetic.NAME, "learn-b"))
    twin.info = twin.info.model_copy(update={"label": run.info.label})
    labels = overview.run_labels([run, twin])
    assert len(set(labels.values())) == 2 and labels["learn-b"].endswith("learn-b")


def test_a_category_keeps_its_colour_and_the_rest_is_grey():
    names = [f"c{i}" for i in range(12)]
    colours = category_colours(names)
    assert [colours[name] for name in names[: len(CATEGORY_COLOURS)]] == list(CATEGORY_COLOURS)
    assert {colours[name] for name in [*names[8:], OTHER_CATEGORIES]} == {REST_COLOUR}
    assert len(set(CATEGORY_COLOURS)) == len(CATEGORY_COLOURS) <= 6, "more are not told apart at a glance"


def test_two_runs_of_a_variant_differ_in_colour():
    colours = run_colours([("one", "a"), ("two", "a"), ("mine", "imported")])
    assert colours["one"] == variant_colour("a") and len(set(colours.values())) == 3


def test_words_of_strangers_are_no_markup_in_figures(dataset, split):
    table = pd.DataFrame({"group": ["<b>x</b>"], "category": ["<i>%{y}</i>"], "share": [1.0], "n": [3]})
    bar = figures.shares_figure(table, ["<i>%{y}</i>"]).data[0]
    assert bar.y == ("&lt;b&gt;x&lt;/b&gt;",) and "<i>" not in bar.hovertemplate
    assert bar.hovertemplate.count("%{y}") == 1


def test_metrics_figure_draws_the_intervals(runs):
    table = overview.compare_runs(overview.collect_metrics(runs), "ndcg", 10, "all", "all")
    drawn = figures.metrics_figure(table, {}, "ndcg@10").data
    assert [trace.x[0] for trace in drawn] == table["mean"].tolist()
    assert [trace.x[0] + trace.error_x.array[0] for trace in drawn] == pytest.approx(table["high"].tolist())
    assert [trace.x[0] - trace.error_x.arrayminus[0] for trace in drawn] == pytest.approx(table["low"].tolist())


def test_timeline_figure_marks_both_cuts(split):
    cuts = {"validation": split.info.validation_start, "target": split.info.test_start}
    figure = figures.timeline_figure(overview.timeline(split), cuts)
    assert [shape.x0 for shape in figure.layout.shapes] == list(cuts.values())
    assert sum(sum(bar.y) for bar in figure.data) == len(split.codes)
