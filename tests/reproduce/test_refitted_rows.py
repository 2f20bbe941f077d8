"""A table's rows as trained and refitted, references and text+counts too: each made once, from the same choices."""

from functools import partial

import pytest

from learn.config import ItemTower
from learn.data.stored import open_dataset
from learn.errors import LearnError
from learn.pipeline import towers_named, train_variants
from learn.progress import make_progress
from learn.reproduce.results import one_metric
from learn.reproduce.rows import REFERENCES, Table, TableRow, refitted_row
from learn.reproduce.run import run_benchmark
from learn.reproduce.tables import plan
from learn.runs.baselines import EVERYWHERE
from learn.runs.run import Run
from tests import synthetic
from tests.trained import copy_of, tiny_config

SEEDS = 2


@pytest.fixture(scope="module")
def place(trained_once, tmp_path_factory):
    return copy_of(trained_once, tmp_path_factory.mktemp("refitted") / "workspace")


@pytest.fixture(scope="module")
def config(place):
    return tiny_config(place.root / "llm", pal__item_tower=ItemTower.ITEM.value)


@pytest.fixture(scope="module")
def made(place, config):
    text = TableRow("learn", "LEARN", "text", config)
    counts = TableRow("learn-counts", "LEARN and L3AE", "text+counts", config, counts="l3ae")
    references = [TableRow(name, name, "reference", cex=config.cex) for name in ("ease", "l3ae")]
    rows = (*references, text, counts)
    table = Table("T", (*rows, *map(refitted_row, rows)), reference="learn")
    dataset = open_dataset(place, synthetic.NAME)
    rerun = partial(run_benchmark, table, "t", dataset, dataset.split, place, SEEDS, say=lambda _: None)
    return rerun, rerun(), place.benchmark("t", dataset.name), place.benchmark("cells", dataset.name)


def test_every_row_is_there_twice_and_says_which_it_is(made):
    from learn.reproduce.results import read_rows

    rows = one_metric(read_rows(made[1].folder / "results.json"), "recall", 10, "all").set_index("run")
    names = ["ease", "l3ae", "learn", "learn-counts"]
    assert rows["refit"].to_dict() == {**dict.fromkeys(names, False), **{f"{name}-refit": True for name in names}}
    assert rows["seeds"].to_dict() == {
        name + suffix: 1 if name in ("ease", "l3ae") else SEEDS for name in names for suffix in ("", "-refit")
    }
    assert rows.loc["learn-counts", "kind"] == "text+counts" and rows["why"].isna().all()
    assert {"distinct_items", "gini"} <= set(read_rows(made[1].folder / "results.json")["metric"])


def test_what_is_refitted_takes_what_was_chosen_before(made):
    _, _, folder, cells = made
    for name in ("ease", "l3ae", "learn-counts-seed0", "learn-counts-seed1"):
        code, _, seed = name.partition("-seed")
        plain = Run(folder / name)
        refitted = Run(folder / (f"{code}-refit" + (f"-seed{seed}" if seed else "")))
        assert refitted.info.refit and not plain.info.refit
        assert refitted.info.repeat == plain.info.repeat and refitted.info.validation == plain.info.validation
        weight = "weight" if "counts" in name else "strength"
        assert refitted.info.settings[weight] == plain.info.settings[weight]
    for seed in range(SEEDS):
        (plain,) = cells.glob(f"b-*-seed{seed}")
        refitted = Run(plain.with_name(plain.name + "-refit"))
        assert refitted.info.refit and refitted.info.seed == seed and Run(plain).info.repeat == refitted.info.repeat


def test_nothing_is_made_twice(made):
    rerun, _, folder, cells = made
    before = {path: path.stat().st_mtime_ns for path in [*folder.glob("*/run.json"), *cells.glob("*/run.json")]}
    assert len(before) == 2 * (2 + 2 * SEEDS)
    rerun()
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_the_table_of_peers_has_them_all(config):
    rows = {row.name: row for row in plan("table3", config).rows}
    for name in (*EVERYWHERE, "slit", "learn", "learn-id", "learn-counts", "learn-averaged", "learn-averaged-counts"):
        assert not rows[name].refit and rows[f"{name}-refit"].refit
    assert rows["learn-counts-refit"].kind == "text+counts" and rows["learn-counts-refit"].counts == "slit+l3ae+svd"
    assert {row.cex for row in rows.values() if row.kind == "reference"} == {config.cex}
    assert [row.name for row in REFERENCES] == list(EVERYWHERE)


def test_training_refits_beside_the_run_that_it_takes_the_epochs_from(place, config):
    dataset, silent = open_dataset(place, synthetic.NAME), make_progress(silent=True)
    runs = train_variants(place, dataset, config, towers_named("b"), progress=silent, refit=True, suffix="-x")
    assert [(run.name, run.info.refit) for run in runs] == [("learn-b-x", False), ("learn-b-x-refit", True)]
    assert runs[1].info.repeat == runs[0].info.repeat


def test_rows_alone_replace_themselves_and_leave_the_others(made, tmp_path):
    from learn.reproduce.report import EARLIER
    from learn.reproduce.results import read_rows

    rerun, file = made[0], tmp_path / "t.json"
    rerun(published=file)
    before = read_rows(file).set_index(["run", "metric", "k", "among", "slice"])
    said = []
    rerun.keywords["say"] = said.append
    rerun(published=file, rows=["ease", "learn"])
    after = read_rows(file).set_index(["run", "metric", "k", "among", "slice"])
    assert said == ["1 of 3: ease", "2 of 3: LEARN, seed 0", "3 of 3: LEARN, seed 1"]
    assert after["mean"].sort_index().equals(before["mean"].sort_index())
    assert set(after.loc["l3ae", "why"]) == {EARLIER} and after.loc["l3ae", "difference"].isna().all()
    assert after.loc["ease", "why"].isna().all() and after.loc["ease", "difference"].notna().any()


def test_a_row_that_the_table_lacks_is_named(made):
    with pytest.raises(LearnError, match="no row nonsense"):
        made[0](rows=["nonsense"])
