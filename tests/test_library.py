"""`import learn`: cheap to import, and from two files to recommendations in a few lines."""

import subprocess
import sys

import pandas as pd
import pytest

import learn
from learn.data.schema import Items, Metrics, Recommendations
from learn.data.stored import open_dataset
from learn.progress import make_progress
from tests.fake_llm import make_tiny_llm
from tests.shop import write_tables

HEAVY = ("torch", "transformers", "numpy", "pandas", "pydantic", "faiss", "streamlit", "typer", "rich", "umap")
MAPPING = {"title": "name", "user_id": "customer", "timestamp": "when"}


def shop_in(folder, **more):
    return learn.read_tables(*write_tables(folder), name="shop", mapping=MAPPING, **more)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("library")


@pytest.fixture(scope="module")
def options(place):
    """What keeps a training tiny: the preset, the LLM, a workspace."""
    llm = make_tiny_llm(place / "llm")
    return {"preset": "tiny", "llm": llm, "workspace": place / "workspace", "progress": make_progress(silent=True)}


@pytest.fixture(scope="module")
def shop(place):
    return shop_in(place)


@pytest.fixture(scope="module")
def run(shop, options):
    return learn.train(shop, "b", **options)


def test_importing_is_cheap():
    code = f"import sys, learn; dir(learn); print([m for m in {HEAVY} if m in sys.modules], learn.__version__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["[]", learn.__version__]


def test_what_is_offered_is_there_and_nothing_else():
    assert set(learn.__all__) <= set(dir(learn))
    assert all(getattr(learn, name) is not None for name in learn.__all__)
    for name in ("trian", "Place"):
        with pytest.raises(AttributeError, match=name):
            getattr(learn, name)


def test_a_dataset_is_read_with_its_split_and_its_report(shop, tmp_path):
    assert shop.split.info.kind == "leave_one_out"  # ten events a customer: too few for a cut by time
    assert shop.report["tested_users"] == 30 and shop.report["split"] == shop.split.describe()
    by_time = shop_in(tmp_path, split="by-time", test_start="2024-09-01")
    assert by_time.split.info.test_start == "2024-09-01T00:00:00"
    with pytest.raises(learn.LearnError, match="no source 'cinema'"):
        learn.read("cinema")
    with pytest.raises(learn.LearnError, match="no field 'name'"):
        shop_in(tmp_path, split="auto") and learn.read_tables(*write_tables(tmp_path), mapping={"name": "title"})


def test_training_keeps_the_dataset_and_its_split(shop, run, options):
    stored = open_dataset(learn.Workspace.at(options["workspace"]), "shop")
    assert stored.fingerprint == shop.fingerprint and stored.split.info == shop.split.info
    assert run.name == "learn-b" and run.dataset.split.info == shop.split.info
    assert learn.open_dataset("shop", options["workspace"]).fingerprint == shop.fingerprint
    assert learn.open_run(shop, "learn-b", options["workspace"]).path == run.path
    assert set(run.metrics.columns) == set(Metrics.ALL)


def test_an_equal_run_is_kept_and_another_is_trained(shop, run, options, place):
    stamp = (run.path / "run.json").stat().st_mtime_ns
    about = (options["workspace"] / "datasets" / "shop" / "dataset.json").stat().st_mtime_ns
    again = learn.train(shop, "b", settings={"training.epochs": run.config.training.epochs}, **options)
    assert (again.path / "run.json").stat().st_mtime_ns == stamp
    assert (options["workspace"] / "datasets" / "shop" / "dataset.json").stat().st_mtime_ns == about
    longer = learn.train(shop, "b", settings=["training.epochs=3"], seed=1, suffix="-longer", **options)
    assert longer.name == "learn-b-longer" and longer.config.training.epochs == 3 and longer.info.seed == 1


@pytest.mark.parametrize(
    ("tower", "settings", "said"),
    [
        ("all", None, "trains one item tower"),
        ("z", None, "no item tower 'z'"),
        ("b", {"training.epoch": 3}, "did you mean training.epochs"),
        ("b", {"epochs": 3}, "not section.field=value"),
    ],
)
def test_a_mistake_is_said_before_anything_is_written(shop, tmp_path, tower, settings, said):
    with pytest.raises(learn.LearnError, match=said):
        learn.train(shop, tower, settings=settings, workspace=tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_neighbours_are_the_nearest_others(run):
    table = learn.neighbours(run, "s1", k=5)
    assert list(table.columns) == [
        Recommendations.RANK, Items.ID, Items.TITLE, Items.CATEGORY, Items.BRAND, Items.PRICE, Recommendations.SCORE,
    ]  # fmt: skip
    assert table[Recommendations.RANK].tolist() == [1, 2, 3, 4, 5] and "s1" not in set(table[Items.ID])
    vectors = run.own_item_vectors[:, : run.config.pal.output_size]
    vectors = vectors / (vectors**2).sum(axis=1, keepdims=True) ** 0.5
    cosines = pd.Series(vectors @ vectors[1], index=run.dataset.item_ids).drop("s1")
    assert table[Recommendations.SCORE].tolist() == pytest.approx(cosines.nlargest(5).tolist(), abs=1e-3)
    with pytest.raises(learn.LearnError, match="no item 'zzz'"):
        learn.neighbours(run, "zzz")


def test_an_audience_of_an_item_and_of_new_ones(run):
    columns = [Items.ID, Items.TITLE, Recommendations.RANK, Recommendations.USER]
    of_old = learn.audience(run, "s1", k=4)
    assert list(of_old.columns) == columns and len(of_old) == 4 and set(of_old[Items.ID]) == {"s1"}
    history = run.dataset.interactions.groupby("user_id")["item_id"].agg(set)
    assert not any("s1" in history[user] for user in of_old[Recommendations.USER])
    new = learn.audience(run, pd.DataFrame({"title": ["Blue cheese", "Rye bread"], "price": [3.0, 2.0]}), k=3)
    assert list(new.columns) == columns and new[Items.ID].tolist() == ["new-1"] * 3 + ["new-2"] * 3
    assert (new.groupby(Items.ID)[Recommendations.RANK].diff().dropna() >= 0).all()
    who, place = of_old[Recommendations.USER][0], of_old[Recommendations.RANK][0]
    assert run.recommend([who], k=int(place)).iloc[-1][Items.ID] == "s1"


def test_runs_are_compared_on_the_same_users(shop, run, options, tmp_path):
    where = options["workspace"]
    popular, knn = learn.popularity(shop, where), learn.item_knn(shop, where)
    stamp = (knn.path / "run.json").stat().st_mtime_ns
    assert (learn.item_knn(shop, where).path / "run.json").stat().st_mtime_ns == stamp
    table = learn.compare([run, popular, knn], metric="ndcg", k=10)
    assert set(table["run"]) == {"learn-b", "popularity", "item-knn"} and table[Metrics.MEAN].is_monotonic_decreasing
    rows = knn.metrics
    rows = rows[(rows["metric"] == "ndcg") & (rows["k"] == 10) & (rows["among"] == "new") & (rows["slice"] == "all")]
    assert table.set_index("run")[Metrics.MEAN]["item-knn"] == rows[Metrics.MEAN].item()
    with pytest.raises(learn.LearnError, match="recall@7 was not evaluated"):
        learn.compare([run], k=7)
    other = shop_in(tmp_path, split="by-time", test_start="2024-09-01")
    with pytest.raises(learn.LearnError, match="different splits"):
        learn.compare([popular, learn.popularity(other, tmp_path)])


def test_recommendations_for_users_and_for_anybody(run):
    table = run.recommend(["c7", "c3"], k=4)
    assert table[Recommendations.USER].tolist() == ["c7"] * 4 + ["c3"] * 4
    assert list(table.columns)[:3] == [Recommendations.USER, Recommendations.RANK, Items.ID]
    bought = run.dataset.interactions.query("user_id == 'c7'")["item_id"].tolist()
    assert not set(table[Items.ID][:4]) & set(bought[:-1])  # the last one is the test target
    assert len(run.recommend_for(history=["s1", "s4"], k=6)) == 6
    assert "s1" not in set(run.recommend_for(history=["s1"], k=20)[Items.ID])
    with pytest.raises(learn.LearnError, match=r"no item 's999'.*for example 's0'"):
        run.recommend_for(["s1", "s999"])


def test_ids_that_are_numbers_need_no_quotes(options, tmp_path):
    for path in write_tables(tmp_path):
        frame = pd.read_csv(path)
        frame["sku"] = frame["sku"].str.removeprefix("s").astype(int)
        frame.to_csv(path, index=False)
    shop = learn.read_tables(tmp_path / "items.csv", tmp_path / "interactions.csv", name="numbers")
    made = learn.train(shop, "without-align", **options)
    assert made.recommend_for([1, 4], k=5).equals(made.recommend_for(["1", "4"], k=5))
