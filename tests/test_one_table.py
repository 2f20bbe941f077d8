"""What a contributor adds is ONE entry: an item tower, an objective, a source, a metric, a colouring, each registered
with one call and walked from the command line to a page; what is not registered is an error that names what is."""

import numpy as np
import pandas as pd
import pytest
import streamlit as st
import torch
from safetensors.numpy import load_file
from streamlit.testing.v1 import AppTest
from torch.nn import functional
from typer.testing import CliRunner

import learn
from learn.cli.commands import app
from learn.config import preset
from learn.data.schema import Metrics
from learn.data.sources import SOURCES, Source, load_source
from learn.data.splits import default_split
from learn.data.stored import open_dataset, save_dataset
from learn.data.validation import validate
from learn.errors import LearnError
from learn.evaluation.metrics import METRICS, Metric
from learn.evaluation.protocol import per_user_values, validation_score
from learn.explore.atlas.points import colouring_names
from learn.explore.colours import run_colours
from learn.explore.maps.colouring import COLOURINGS, Colouring, ColouringRule, colouring
from learn.explore.maps.spaces import find_spaces, space_vectors
from learn.item_towers import ITEM_TOWERS, Tower
from learn.pal.towers import Towers
from learn.progress import make_progress
from learn.reproduce.tables import plan
from learn.runs.run import Run
from learn.runs.towers import load_towers
from learn.teaching.reference_loss import loss_by_loops
from learn.training.batch import make_batch
from learn.training.step import StepLoss
from learn.training_objectives import OBJECTIVES, TrainingObjective, cut_dense
from learn.workspace import Workspace
from tests import synthetic
from tests.app.conftest import PAGES, texts
from tests.app.maps_fixtures import with_maps
from tests.fake_llm import make_tiny_llm

NAME = synthetic.NAME


def mean_so_far(pal, content):
    """An item tower that reads context: the mean of PAL's embeddings of a target and of those before it."""
    batch, length, width = content.shape
    alone = pal(content.reshape(batch * length, 1, width)).reshape(batch, length, -1)
    return functional.normalize(alone.cumsum(dim=1), dim=-1)


def last_moment(items, sampling, rng):
    """An objective: the history's last position with every target item."""
    example = cut_dense(items, sampling, rng)
    return example._replace(history_positions=np.full(1, len(example.history) - 1))


def load_log(given):
    """A source: a file of lines "user item day"."""
    events = pd.read_csv(given.path, sep=" ", names=["user_id", "item_id", "timestamp"], parse_dates=["timestamp"])
    ids = sorted(events["item_id"].unique())
    items = pd.DataFrame({"item_id": ids, "title": [f"thing {one}" for one in ids]})
    return validate(given.name or "log", items, events, {"kind": "log"})


def precision(hits, n_targets, k):
    """A metric of every user: the share of the first k that are targets."""
    return np.where(n_targets > 0, hits[:, :k].sum(axis=1) / k, np.nan)


def longest(ranked, members, k):
    """A metric of all lists together: how many items the longest list has."""
    return float((ranked[:, :k] >= 0).sum(axis=1).max(initial=0))


def by_index(catalogue, items, counts):
    """A colouring: the first half of the catalogue and the second."""
    return Colouring((items >= len(catalogue) // 2).astype(np.uint8), ["first half", "second half"], ["#111", "#eee"])


TOWER = Tower(
    "mean", "(mean) of those before", "Items amid those before", "a mean.", mean_so_far, True, colour="#123456"
)
OBJECTIVE = TrainingObjective("last_moment", "last moment", "the last position with every target.", cut=last_moment)
SOURCE = Source("log", "a shop's log", load_log, needs=("path",), test_start="2024-03-01")
PRECISION = Metric("precision", "Precision", "share of the list that is bought later", of_user=precision)
LONGEST = Metric("longest", "Longest list", "items of the longest list", of_lists=longest, more_is_better=False)
RULE = ColouringRule("half of the catalogue", by_index)


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A workspace with the synthetic dataset, which the app opens too."""
    workspace = Workspace(tmp_path / "workspace")
    dataset = synthetic.make_synthetic_dataset()
    save_dataset(workspace, dataset.with_split(synthetic.synthetic_split(dataset)))
    monkeypatch.setenv("LEARN_WORKSPACE", str(workspace.root))
    monkeypatch.setattr("learn.workspace.PREBUILT", tmp_path / "no-demo")
    monkeypatch.setattr("sys.argv", ["streamlit"])
    st.cache_resource.clear()
    st.cache_data.clear()
    return workspace


@pytest.fixture(scope="module")
def llm(tmp_path_factory):
    return make_tiny_llm(tmp_path_factory.mktemp("llm"))


def command(*words):
    """What a command says; a LearnError is raised, as the console script catches it."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def train_by_command(llm, *words):
    return command("train", NAME, "--llm", llm, "--preset", "tiny", "--set", "training.epochs=1", *words)


def page(name, **query):
    opened = AppTest.from_file(str(PAGES / f"{name}.py"), default_timeout=300)
    opened.query_params.update(query)
    opened.run()
    assert not opened.exception and not opened.error, opened.exception or opened.error
    return opened


class TestItemTower:
    def test_from_the_command_to_the_page(self, place, llm):
        with ITEM_TOWERS.registered(TOWER):
            assert "learn-mean" in train_by_command(llm, "--tower", "mean")
            run, dataset = Run(place.run(NAME, "learn-mean")), open_dataset(place, NAME)
            assert (run.info.variant, run.info.label) == ("mean", TOWER.label) and run.config.pal.item_tower == "mean"
            assert load_file(run.path / "weights.safetensors") and run.own_item_vectors.shape[0] == dataset.n_items
            assert run.metrics.query("metric == 'recall' and slice == 'all'")["mean"].notna().all()
            assert run_colours([(run.name, run.info.variant)]) == {"learn-mean": "#123456"}
            space = next(space for space in find_spaces([run]) if not space.is_content)
            assert space.label == TOWER.label and TOWER.plain_name.lower() in space.explanation.lower()
            assert space_vectors(space, dataset).shape == (dataset.n_items, 8)
            assert len(run.recommend(["u00"], k=3)) == len(run.recommend_for(history=["i01", "i07"], k=3)) == 3
            shown = page("overview")
            assert shown.dataframe[0].value["label"].tolist() == [TOWER.label]
            assert "items amid those before" in texts(shown)
            assert "a mean." in page("compare").multiselect[0].help
            with_maps(place)
            assert not page("atlas").exception
        run = Run(run.path)
        with pytest.raises(LearnError, match=r"Run learn-mean .* no item tower 'mean'; choose one of: a, b, c"):
            _ = run.config
        for opening in (lambda: load_towers(run), lambda: run.recommend_for(history=["i01", "i07"], k=3)):
            with pytest.raises(LearnError, match="no item tower 'mean'"):
                opening()
        assert page("overview").dataframe[0].value["label"].tolist() == [TOWER.label], "its figures are still shown"

    def test_the_library_trains_it_and_the_paper_tables_meet_it(self, place, llm):
        with ITEM_TOWERS.registered(TOWER):
            dataset = open_dataset(place, NAME)
            silent = make_progress(silent=True)
            run = learn.train(dataset, tower="mean", preset="tiny", llm=llm, workspace=place, progress=silent)
            assert run.name == "learn-mean"
            rows = {row.name: row for row in plan("towers-x-objectives", preset("tiny")).rows}
            assert rows["mean-next-item-cut"].config.pal.item_tower == "mean"

    def test_training_embeds_its_targets_in_their_sequence(self):
        """The step's loss is that of plain loops over embeddings made in context, and not of items alone."""
        dataset = synthetic.make_synthetic_dataset()
        split = synthetic.synthetic_split(dataset)
        content = torch.randn(dataset.n_items, 12, generator=torch.Generator().manual_seed(1))
        with ITEM_TOWERS.registered(TOWER):
            config = preset("tiny").with_values(
                pal__item_tower="mean",
                pal__popularity_bias=False,
                objective__log_q=False,
                objective__catalogue_negatives=0,
                sampling__cut="fixed",
            )
            users = np.flatnonzero(split.train().lengths >= 12)[:5]
            batch = make_batch(split.train(), users, config, 0, 0)
            torch.manual_seed(0)
            towers = Towers(12, config).eval()
            with torch.inference_mode():
                taken = StepLoss(content, split.training_counts(), config)(towers, batch, 0, 0).item()
                rows, target = torch.arange(len(users))[:, None], torch.as_tensor(batch.target)
                positions = torch.as_tensor(batch.target_positions)
                user_emb = towers.users(content[batch.history])[rows, torch.as_tensor(batch.history_positions)]
                in_context = towers.targets(content[target])[rows, positions]
                alone = towers.items(content[target[rows, positions]].flatten(0, 1)).unflatten(0, positions.shape)
                own, ids = batch.excluded_negatives[:, 0].tolist(), target[rows, positions].tolist()
                expected, wrong = (
                    loss_by_loops(user_emb, items, ids, own, float(towers.scale)) for items in (in_context, alone)
                )
        assert taken == pytest.approx(expected, rel=1e-4) and taken != pytest.approx(wrong, rel=1e-2)

    def test_one_that_says_nothing_of_the_context_it_reads_is_refused_before_training(self, place, llm):
        with (
            ITEM_TOWERS.registered(Tower("liar", "liar", "liar", "", mean_so_far)),
            pytest.raises(LearnError, match="the others change its embeddings"),
        ):
            train_by_command(llm, "--tower", "liar")
        assert not place.run(NAME, "learn-liar").exists()

    def test_an_unknown_one_is_an_error_that_lists_those_there_are(self):
        with pytest.raises(LearnError, match="no item tower 'z'; choose one of: a, b, c, without-align"):
            preset("tiny").with_values(pal__item_tower="z")
        with pytest.raises(LearnError, match="another item tower 'a'"):
            ITEM_TOWERS.register(Tower("a", "", "", "", mean_so_far))
        with pytest.raises(LearnError, match="trains nothing, yet has item vectors of its own"):
            Tower("x", "", "", "", mean_so_far, trained=False)


class TestObjective:
    def test_from_the_command_to_the_page(self, place, llm):
        with OBJECTIVES.registered(OBJECTIVE):
            train_by_command(llm, "--tower", "b", "--set", "objective.kind=last_moment")
            run = Run(place.run(NAME, "learn-b"))
            assert run.config.objective.kind == "last_moment" and np.isfinite(run.curves["loss"]).all()
            assert run.metrics.query("metric == 'recall' and slice == 'all'")["mean"].notna().all()
            assert run.config.training_setup == "last moment, cut sequence"
            shown = page("compare")
            assert "Trained on: last moment, cut sequence." in shown.multiselect[0].help
            names = [row.name for row in plan("towers-x-objectives", preset("tiny")).rows]
            assert "a-last-moment-cut" in names and "a-last-moment-whole" not in names
        with pytest.raises(LearnError, match="no objective 'last_moment'; choose one of: dense_all_action, next_item"):
            _ = Run(run.path).config
        assert page("compare").multiselect[0].help.count("Trained on") == 0

    def test_its_examples_are_its_own(self):
        with OBJECTIVES.registered(OBJECTIVE):
            config = preset("tiny").with_values(objective__kind="last_moment")
            split = synthetic.synthetic_split(synthetic.make_synthetic_dataset())
            batch = make_batch(split.train(), np.arange(8), config, 0, 0)
        assert batch.history_positions.shape == (8, 1) and batch.target_positions.shape == (8, 4)

    def test_one_without_a_form_for_whole_sequences_is_an_error(self):
        with OBJECTIVES.registered(OBJECTIVE), pytest.raises(LearnError, match="does not take sequences 'whole'"):
            preset("tiny").with_values(objective__kind="last_moment", sampling__sequence="whole")


class TestSource:
    def test_from_the_command_to_the_page(self, place, tmp_path, llm):
        rng = np.random.default_rng(0)
        days = pd.date_range("2024-01-01", "2024-03-31")
        lines = [f"u{n % 12:02} i{rng.integers(30):02} {days[n % len(days)]:%Y-%m-%d}" for n in range(12 * 40)]
        (tmp_path / "shop.log").write_text("\n".join(lines))
        with SOURCES.registered(SOURCE):
            said = command("prepare", "log", "--path", tmp_path / "shop.log", "--name", "shop")
            assert "test from 2024-03-01" in said
            dataset = open_dataset(place, "shop")
            assert dataset.source["kind"] == "log" and dataset.split.info.test_start == "2024-03-01T00:00:00"
            assert default_split(dataset).info == dataset.split.info
            command("train", "shop", "--tower", "b", "--llm", llm, "--preset", "tiny", "--set", "training.epochs=1")
            shown = page("overview", dataset="shop")
            assert "Data shown: a shop's log." in texts(shown)
            assert shown.dataframe[0].value["label"].tolist() == ["(b) sequence to item"]
            with pytest.raises(LearnError, match="Source log needs --path"):
                load_source("log")
            with pytest.raises(LearnError, match="Source log does not use --items"):
                load_source("log", path="x", items="y")
        with pytest.raises(LearnError, match="no source 'log'") as caught:
            load_source("log", path=tmp_path / "shop.log")
        built_in = "completejourney, completejourney-sold, tables, amazon, recbole, recformer"
        assert caught.value.remedy == f"Choose one of: {built_in}."
        assert "Read from" not in texts(page("overview", dataset="shop"))


class TestMetric:
    def test_from_the_command_to_the_page(self, place, llm):
        with METRICS.registered(PRECISION), METRICS.registered(LONGEST):
            train_by_command(llm, "--tower", "b")
            run = Run(place.run(NAME, "learn-b"))
            rows = run.metrics[(run.metrics[Metrics.SLICE] == "all") & (run.metrics[Metrics.K] == 10)]
            mine = rows[rows[Metrics.METRIC] == "precision"].set_index(Metrics.CANDIDATES)
            assert ((mine["low"] <= mine["mean"]) & (mine["mean"] <= mine["high"])).all() and (mine["mean"] > 0).all()
            every = run.per_user[run.per_user["among"] == "all"]
            assert per_user_values(every, "precision", 10).mean() == pytest.approx(mine.loc["all", "mean"], abs=1e-6)
            assert per_user_values(every, "precision", 10) == pytest.approx(every["hits@10"] / 10)
            together = rows[rows[Metrics.METRIC] == "longest"]
            assert together["mean"].tolist() == [10, 10] and together[["low", "high"]].isna().to_numpy().all()
            assert "precision" in command("evaluate", NAME, "--run", "learn-b", "-k", 10)
            for name in ("overview", "compare"):
                shown = page(name, metric="precision", at="10")
                options = shown.selectbox(key="metric_choice").options
                assert shown.selectbox(key="metric_choice").value == "precision" and "Precision" in options
                assert ("Longest list" in options) == (name == "overview")
            assert "share of the list that is bought later" in texts(page("overview", metric="precision"))
            tables = page("overview", at="10").dataframe
            assert {"precision@10", "longest@10"} <= {name for one in tables for name in one.value.columns}
            users, items = run.user_vectors, run.own_item_vectors
            split = open_dataset(place, NAME).split
            score = validation_score(users, items, split, candidates="all", metric="precision", k=10)
            recall = validation_score(users, items, split, candidates="all", metric="hit_rate", k=10)
            assert 0 < score <= recall
        shown = page("overview", metric="precision")  # a Run that has it where it is not registered: still shown
        assert "precision" in shown.selectbox(key="metric_choice").options

    def test_an_unknown_one_is_an_error_that_lists_those_there_are(self, place):
        split = open_dataset(place, NAME).split
        for metric in ("auc", "coverage"):
            with pytest.raises(LearnError, match=f"no metric '{metric}' of every user") as caught:
                validation_score(np.ones((40, 2)), np.ones((60, 2)), split, metric=metric)
            assert caught.value.remedy == "Choose one of: hit_rate, recall, ndcg, mrr, pooled_recall."
        with pytest.raises(LearnError, match="either of_user or of_lists") as caught:
            Metric("both", "", "", of_user=precision, of_lists=longest)

    def test_what_a_run_does_not_store_is_said(self):
        with (
            METRICS.registered(PRECISION),
            pytest.raises(LearnError, match="has no precision@10 of every user"),
        ):
            per_user_values(pd.DataFrame({"hits@10": [1], "n_targets": [2]}), "precision", 10)


class TestColouring:
    def test_a_map_has_it(self, tmp_path, monkeypatch, place):
        synthetic_place = synthetic.make_synthetic_workspace(tmp_path / "drawn")
        monkeypatch.setenv("LEARN_WORKSPACE", str(synthetic_place.root))
        with_maps(synthetic_place)
        with COLOURINGS.registered(RULE):
            assert RULE.code in colouring_names()
            assert "half of the catalogue" not in texts(page("atlas", colour=RULE.code))
        assert "half of the catalogue** is not among those here" in texts(page("atlas", colour=RULE.code))

    def test_an_unknown_one_is_an_error_that_lists_those_there_are(self):
        with pytest.raises(LearnError, match="no colouring 'warmth'") as caught:
            colouring("warmth", None, np.arange(3), np.arange(3))
        assert caught.value.remedy == "Choose one of: category, brand, price, popularity, cold or warm."
