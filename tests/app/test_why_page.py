"""The Why page: its numbers are those of learn.explore.lists.attribution, and what a link asks for in vain is named."""

import numpy as np
import pytest

from learn.data.stored import open_dataset
from learn.explore.lists import attribution
from learn.runs.recommender import Recommender
from learn.runs.run import Run
from tests import synthetic
from tests.app.conftest import texts

USER = "u07"


@pytest.fixture
def parts(trained_workspace):
    dataset = open_dataset(trained_workspace, synthetic.NAME)
    history = dataset.split.history("test")[7]
    runs = [Run(path) for path in trained_workspace.run_paths(synthetic.NAME)]
    recommenders = {run.name: Recommender(run, dataset) for run in runs if run.info.kind == "learn"}
    return dataset, history, recommenders


def test_ranks_and_contributions_are_the_functions(open_page, parts, mounted_by_key):
    dataset, history, recommenders = parts
    page = open_page("why", user=USER, item="i55")
    keep = np.ones(dataset.n_items, bool)
    keep[history] = False
    rank_breakdowns = {n: attribution.rank_breakdown(one, 7, 55, keep) for n, one in recommenders.items()}
    labels = {name: one.run.info.label for name, one in recommenders.items()}
    assert sorted(tile.value for tile in page.metric) == sorted(
        f"rank {one.rank:,}" for one in rank_breakdowns.values()
    )
    shown = page.dataframe[1].value.set_index("Run")
    expected = attribution.rank_breakdowns_table(rank_breakdowns, labels).set_index("Run")
    assert shown["rank"].to_dict() == expected["rank"].to_dict()
    assert shown["score"].to_dict() == pytest.approx(expected["score"].to_dict())
    found = attribution.explain(recommenders, history, {name: one.items[55] for name, one in recommenders.items()})
    column = page.dataframe[0].value["(b) sequence to item: left out"].to_numpy()
    assert sorted(column) == pytest.approx(sorted(found["learn-b"].leave_one_out_chunk), abs=1e-6)
    assert f"rank correlation: {found['learn-b'].agreement_chunk:.2f}" in texts(page)
    assert not page.error and not page.warning


def test_a_run_of_the_llms_own_layers_is_explained(open_page, lora_workspace, mounted_by_key, dataset):
    page = open_page("why", user=USER, item="i55", runs=["llm-lora", "learn-a"])
    recommender = Recommender(Run(lora_workspace.run(synthetic.NAME, "llm-lora")), dataset)
    history = recommender.history[7]
    found = attribution.explain({"x": recommender}, history, {"x": recommender.items[55]})["x"]
    label = next(name for name in page.dataframe[0].value.columns if "llm-lora" in name and name.endswith("estimate"))
    np.testing.assert_allclose(sorted(page.dataframe[0].value[label]), sorted(found.gradient), atol=1e-5)
    assert np.abs(found.gradient).max() > 0 and len(page.metric) == 2
    assert not page.error and not page.warning


def test_without_a_link_a_recommended_item_is_explained(open_page, parts):
    dataset, history, recommenders = parts
    page = open_page("why", user=USER)
    keep = np.ones(dataset.n_items, bool)
    keep[history] = False
    firsts = {dataset.item_ids[item] for one in recommenders.values() for item in one.for_user(7, 10).items}
    assert page.selectbox(key="item_choice").value in firsts


def test_an_item_of_any_rank_can_be_asked_for(open_page, parts):
    page = open_page("why", user=USER, item=str(parts[0].item_ids[parts[1][0]]))
    assert "the person had it before" in texts(page)


@pytest.mark.parametrize(
    ("query", "words"), [({"item": "**x**"}, "There is no item"), ({"user": "**y**"}, "There is no user")]
)
def test_an_unknown_item_or_user_is_named(open_page, parts, query, words):
    page = open_page("why", **({"user": USER} | query))
    assert words in page.warning[0].value and "**" not in page.warning[0].value.replace("\\*", "") and not page.metric


def test_hostile_titles_stay_text(open_page, parts):
    for item in ("i00", "i01", "i04"):
        page = open_page("why", user=USER, item=item)
        said = texts(page)
        assert "<script>" not in said.replace("\\<script\\>", "") and ":red[" not in said.replace("\\:red\\[", "")


def test_leaving_out_everything_is_in_the_link(open_page, parts, monkeypatch):
    page = open_page("why", user=USER, item="i55", runs=["learn-a"])
    assert len(page.metric) == 1 and not page.toggle  # few items: all are left out anyway


def test_an_empty_workspace_says_which_command_to_run(empty_workspace, open_page):
    assert open_page("why").code[0].value == "learn demo"
