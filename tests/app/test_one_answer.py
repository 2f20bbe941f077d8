"""One question, one answer: command, library and pages give the same list, for every kind of Run.

In this catalogue two items share a text, so that whoever tells items apart by their vectors gives another answer.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from learn.cli.commands import app
from learn.data.dataset import Dataset
from learn.data.schema import Interactions, Items, Recommendations
from learn.evaluation.protocol import rank_vectors
from learn.explore.lists import new_user
from learn.retrieval.index import INDEX_VARIABLE
from learn.runs.by_index import ByIndex
from learn.runs.import_run import import_run
from learn.runs.reference_runs import make_reference_runs
from learn.runs.run import Run
from tests import synthetic, trained
from tests.app.bench_lists import item_rows
from tests.app.conftest import _use

LIVE = ("learn-a", "learn-b", "learn-c", "without-align", "llm-lora")
STORED = ("popularity", "item-knn", "theirs")
USERS, K = ("u07", "u20"), 8
TWINS = (3, 14)
BASKET = ["i14", "i40", "i03", "i14"]  # a twin, something else, the other twin, the first again


def twins() -> Dataset:
    """The synthetic dataset, in which item 14 has the text of item 3, and somebody had both."""
    made = synthetic.make_synthetic_dataset()
    items, interactions = made.items.copy(), made.interactions.copy()
    columns = [column for column in Items.ALL if column != Items.ID]
    items.loc[TWINS[1], columns] = items.loc[TWINS[0], columns].to_numpy()
    rows = interactions.index[interactions[Interactions.USER] == USERS[0]][:2]
    interactions.loc[rows, Interactions.ITEM] = [f"i{item:02d}" for item in TWINS]
    other = Dataset(made.name, items, interactions, made.source, made.report)
    return other.with_split(synthetic.synthetic_split(other))


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """(workspace, dataset) with a Run of every kind."""
    dataset = twins()
    place = trained.make_trained_workspace(tmp_path_factory.mktemp("answers"), dataset)
    trained.train_lora(place)
    make_reference_runs(dataset, dataset.split, place)
    table = place.root / "theirs.csv"
    lists = Run(place.run(dataset.name, "item-knn")).recommendations
    mine = lists[lists[Recommendations.CANDIDATES] == Recommendations.ALL_CANDIDATES]
    mine[["user_id", "item_id", "score"]].to_csv(table, index=False)
    with pytest.warns(UserWarning) if len(set(mine["user_id"])) < 40 else _nothing():
        import_run(table, dataset, dataset.split, place, "theirs")
    return place, dataset


class _nothing:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


@pytest.fixture
def opened(answers, tmp_path, monkeypatch):
    _use(answers[0].root, tmp_path, monkeypatch)
    return answers


def by_command(place, *words):
    result = CliRunner().invoke(app, ["recommend", synthetic.NAME, *words, "--workspace", str(place.root)])
    assert result.exit_code == 0, result.output + repr(result.exception)
    rows = [[cell.strip() for cell in line.split("│")[1:]] for line in result.output.splitlines() if "│" in line]
    ids = {int(row[0]): row[1] for row in reversed(rows) if row[0].isdigit()}  # the first of its tables has the ids
    return [ids[rank] for rank in sorted(ids)]


def of_page(data, name):
    return [row["item"] for row in item_rows(data, name)]


@pytest.mark.parametrize("unseen", [True, False])
@pytest.mark.parametrize("name", [*LIVE, *STORED])
def test_a_user_gets_one_list(opened, open_page, benches, name, unseen):
    place, dataset = opened
    run = Run(place.run(dataset.name, name), dataset)
    kind = Recommendations.UNSEEN if unseen else Recommendations.ALL_CANDIDATES
    for user in USERS:
        stored = run.recommendations
        stored = stored[(stored["user_id"] == user) & (stored[Recommendations.CANDIDATES] == kind)].head(K)
        table = run.recommend([user], K, unseen)
        assert table["item_id"].tolist() == stored["item_id"].tolist() and len(table) == K, user
        np.testing.assert_allclose(table["score"], stored["score"], rtol=2e-3)  # stored in half precision
        words = ["--run", name, "--user", user, "-k", str(K)] + ([] if unseen else ["--repeat"])
        assert by_command(place, *words) == table["item_id"].tolist()
    open_page("recommendations", user=USERS[1], runs=[name], k="10", new=str(unseen).lower())
    assert of_page(benches[-1], name)[:K] == table["item_id"].tolist()


@pytest.mark.parametrize("name", LIVE)
def test_a_pasted_history_gets_one_list_also_where_items_share_a_text(opened, open_page, mounted_by_key, name):
    place, dataset = opened
    run = Run(place.run(dataset.name, name), dataset)
    table = run.recommend_for(BASKET, K)
    assert not set(table["item_id"]) & set(BASKET) and len(table) == K
    assert by_command(place, "--run", name, "--history", ",".join(BASKET), "-k", str(K)) == table["item_id"].tolist()
    rows = dataset.item_index.get_indexer(BASKET)
    found = new_user.recommend(run.recommender, rows, K)
    assert [dataset.item_ids[item] for item in found.items] == table["item_id"].tolist()
    basket = list(dict.fromkeys(BASKET))  # the page has an item once
    open_page("new_user", basket=basket, runs=[name], k="10")
    shown = of_page(mounted_by_key["new_user_bench"]["data"], name)
    assert shown[:K] == run.recommend_for(basket, K)["item_id"].tolist()
    assert not set(shown) & set(BASKET)


@pytest.mark.parametrize("index", ["flat", "ivf"])
def test_command_and_page_ask_the_index_that_is_set(opened, open_page, benches, monkeypatch, index):
    place, dataset = opened
    monkeypatch.delenv(INDEX_VARIABLE, raising=False)
    expected = Run(place.run(dataset.name, "learn-b"), dataset).recommend([USERS[1]], K)["item_id"].tolist()
    asked, ranked = [], ByIndex.ranked
    monkeypatch.setattr(ByIndex, "ranked", lambda self, *words: asked.append(words) or ranked(self, *words))
    assert by_command(place, "--run", "learn-b", "--user", USERS[1], "-k", str(K)) == expected and not asked
    monkeypatch.setenv(INDEX_VARIABLE, index)
    assert by_command(place, "--run", "learn-b", "--user", USERS[1], "-k", str(K)) == expected and len(asked) == 1
    open_page("recommendations", user=USERS[1], runs=["learn-b"], k="10", new="true")
    assert of_page(benches[-1], "learn-b")[:K] == expected and len(asked) > 1


@pytest.mark.parametrize("name", LIVE)
def test_the_evaluation_ranks_as_the_recommender_does(answers, name):
    _, dataset = answers
    run = Run(answers[0].run(dataset.name, name), dataset)
    one = run.recommender
    lists = rank_vectors(one.users, one.items, dataset.split, k=K, repeat=run.info.repeat)
    for user in range(len(dataset.user_ids)):
        for kind, unseen in ((Recommendations.UNSEEN, True), (Recommendations.ALL_CANDIDATES, False)):
            found = one.for_user(user, K, unseen=unseen)
            assert lists[kind][0][user].tolist() == found.items.tolist(), (user, kind)
            np.testing.assert_array_equal(lists[kind][1][user], found.scores)


@pytest.mark.parametrize("name", LIVE)
def test_a_new_text_gets_one_embedding_and_twins_are_twins(answers, name):
    _, dataset = answers
    run = Run(answers[0].run(dataset.name, name), dataset)
    again = run.embed_items(dataset.items.iloc[[TWINS[0]]].assign(item_id="typed"))[0]
    np.testing.assert_allclose(again, run.embed_items()[TWINS[0]], atol=4e-3)
    catalogue = run.embed_items()
    np.testing.assert_array_equal(catalogue[TWINS[0]], catalogue[TWINS[1]])
    first = run.recommender.neighbours(again, 2).items.tolist()
    assert sorted(first) == sorted(TWINS)


def test_frames_have_the_schemas_columns(answers):
    _, dataset = answers
    table = Run(answers[0].run(dataset.name, "learn-b"), dataset).recommend(list(USERS), 3)
    assert isinstance(table, pd.DataFrame)
    expected = ["user_id", "rank", "item_id", "title", "category", "brand", "price", "score"]
    assert table.columns.tolist() == expected and table["rank"].tolist() == [1, 2, 3] * 2


def test_ranking_from_stored_vectors_needs_no_torch():
    """It takes seconds to import: pages that show lists open without it."""
    modules = "learn.runs.run, learn.runs.stored, app.shared.pickers, app.shared.recommenders, app.components.lists"
    code = f"import sys, {modules}; print([name for name in ('torch', 'transformers') if name in sys.modules])"
    root = Path(__file__).resolve().parents[2]
    answer = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
