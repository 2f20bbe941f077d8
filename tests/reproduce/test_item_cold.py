"""The table of items that training never met: its rows, its candidates, and what its zeros mean."""

import numpy as np
import pandas as pd
import pytest

from learn.data.schema import Recommendations
from learn.data.splits import Phase, choose_split
from learn.errors import LearnError
from learn.evaluation.targets import is_left_out
from learn.reproduce.results import one_metric, read_rows
from learn.reproduce.run import run_benchmark
from learn.reproduce.tables import plan
from learn.runs.baselines import BASELINES
from learn.runs.run import Run
from learn.workspace import Workspace
from tests import synthetic
from tests.fake_llm import make_tiny_llm
from tests.trained import tiny_config

COUNTED = [one.code for one in BASELINES.entries if not one.reference.scores_cold]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    place = Workspace(tmp_path_factory.mktemp("cold") / "workspace")
    plain = synthetic.make_synthetic_dataset()
    dataset = plain.with_split(choose_split(plain, "item-cold"))
    dataset.save(place.dataset(dataset.name))
    config = tiny_config(make_tiny_llm(place.root / "llm"))
    result = run_benchmark(
        plan("item-cold", config), "item-cold", dataset, dataset.split, place, 1, place.root / "item-cold.json",
        say=lambda _: None,
    )  # fmt: skip
    return place, dataset, config, result


def test_every_row_is_there_and_what_cannot_score_a_cold_item_says_so(made):
    place, _, _, result = made
    rows = read_rows(place.root / "item-cold.json")
    for among in ("all", "new", "cold"):
        found = one_metric(rows, "recall", 10, among).set_index("run")
        assert {"text-knn", "category-popularity", "without-align", "a", "b", "c", "text-counts"} <= set(found.index)
        assert (found.loc[COUNTED, "mean"] == 0).all()
        assert found.loc[COUNTED, "why"].str.startswith("It cannot score an item that nobody bought").all()
    assert found.loc["text-knn", "mean"] > 0 and pd.isna(found.loc["text-knn", "why"])
    assert "EASE: It cannot score an item" in result.text


def test_cold_lists_hold_the_items_left_out_best_first(made):
    place, dataset, _, _ = made
    cold = set(dataset.item_ids[is_left_out(dataset.split)])
    assert len(cold) == 6
    folder = place.benchmark("item-cold", dataset.name)
    for path in [folder / "text-knn", *place.benchmark("cells", dataset.name).glob("b-*")]:
        lists = Run(path, dataset).recommendations
        alone = lists[lists[Recommendations.CANDIDATES] == Recommendations.COLD]
        whole = lists[lists[Recommendations.CANDIDATES] == Recommendations.ALL_CANDIDATES]
        user = alone[Recommendations.USER].iloc[0]
        shown = alone[alone[Recommendations.USER] == user][Recommendations.ITEM].astype(str).tolist()
        among = whole[whole[Recommendations.USER] == user][Recommendations.ITEM].astype(str).tolist()
        assert set(shown) == cold and shown == [item for item in among if item in cold]


def test_no_history_and_no_training_holds_a_cold_item(made):
    split = made[1].split
    cold = np.flatnonzero(is_left_out(split))
    assert np.isin(split.target(Phase.TEST).items, cold).all()
    assert not np.isin(split.history(Phase.TEST).items, cold).any()


def test_the_split_has_to_be_the_tables(made):
    place, dataset, config, _ = made
    with pytest.raises(LearnError, match="Benchmark table4 needs another split; synthetic has: item cold"):
        run_benchmark(plan("table4", config), "table4", dataset, dataset.split, place, 1)
    other = synthetic.make_synthetic_dataset()
    with pytest.raises(LearnError, match="Benchmark item-cold needs an item-cold split"):
        run_benchmark(plan("item-cold", config), "item-cold", other, other.split, place, 1)
