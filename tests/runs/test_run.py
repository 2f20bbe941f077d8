"""A Run's folder: what is written is read again, and whatever is damaged is named with its remedy."""

import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from learn.config import preset
from learn.data.schema import Metrics, PerUser, Recommendations, Slices
from learn.errors import LearnError
from learn.evaluation.protocol import evaluate, rank_vectors
from learn.partial import TEMPORARY_PREFIX
from learn.runs.info import RunInfo, provenance, write_info, write_vectors
from learn.runs.lists_file import recommendations_table, write_lists
from learn.runs.run import Run
from learn.runs.write import finish_run
from tests.synthetic import make_synthetic_dataset, synthetic_split

WIDTH = 8


@pytest.fixture(scope="module")
def dataset():
    return make_synthetic_dataset()


@pytest.fixture(scope="module")
def split(dataset):
    return synthetic_split(dataset)


@pytest.fixture(scope="module")
def vectors(dataset):
    rng = np.random.default_rng(0)
    return rng.normal(size=(len(dataset.user_ids), WIDTH)), rng.normal(size=(dataset.n_items, WIDTH))


def info_for(dataset, split, name="mine") -> RunInfo:
    return RunInfo(
        name=name,
        label="Mine",
        kind="learn",
        variant="a",
        dataset=dataset.name,
        dataset_fingerprint=dataset.fingerprint,
        split=split.describe(),
        item_vectors="own",
        seed=3,
        made=provenance(),
    )


@pytest.fixture
def finish(dataset, split, vectors, tmp_path):
    def run(name="mine", **more):
        users, items = vectors
        return finish_run(
            tmp_path / name,
            info_for(dataset, split, name),
            dataset=dataset,
            split=split,
            ranked=rank_vectors(users, items, split),
            **more,
        )

    return run


def test_everything_comes_back(finish, dataset, split, vectors):
    users, items = vectors
    weights = {"layer.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "scale": np.float32(0.5)}
    curves = [{"epoch": 1, "loss": 2.5, "recall": None}, {"epoch": 2, "loss": 1.5, "recall": 0.25}]
    config = preset("tiny")
    written = finish(
        config=config,
        user_vectors=users,
        item_vectors=items,
        weights=weights,
        preprocessing={"mean": np.zeros(4, np.float32)},
        curves=curves,
    )
    run = Run(written.path)
    assert run.info == info_for(dataset, split) and run.name == "mine"
    assert run.config == config
    np.testing.assert_allclose(run.user_vectors, users, atol=2e-3)
    np.testing.assert_allclose(run.own_item_vectors, items, atol=2e-3)
    assert run.user_vectors.dtype == np.float32
    assert run.tensors("weights")["layer.weight"].tolist() == weights["layer.weight"].tolist()
    assert run.tensors("preprocessing")["mean"].shape == (4,)
    assert run.curves["loss"].tolist() == [2.5, 1.5] and np.isnan(run.curves["recall"][0])
    fresh = evaluate({candidates: found for candidates, (found, _) in rank_vectors(users, items, split).items()}, split)
    stored = run.metrics.astype(fresh.metrics.dtypes.to_dict())
    pd.testing.assert_frame_equal(stored, fresh.metrics)
    assert tuple(run.metrics.columns) == Metrics.ALL and tuple(run.slices.columns) == Slices.ALL
    assert run.evaluated_users == fresh.users
    pd.testing.assert_frame_equal(run.per_user, fresh.per_user, check_dtype=False)
    assert set(run.per_user[PerUser.CANDIDATES]) == {"all", "new"}


def test_recommendations_are_the_ranked_lists(finish, dataset, split, vectors):
    table = finish().recommendations
    ranked = rank_vectors(*vectors, split)
    assert tuple(table.columns) == Recommendations.ALL
    for candidates, (items, scores) in ranked.items():
        part = table[table[Recommendations.CANDIDATES] == candidates]
        assert len(part) == (items >= 0).sum()
        for user in (0, 7):
            rows = part[part[Recommendations.USER] == dataset.user_ids[user]]
            count = int((items[user] >= 0).sum())
            assert rows[Recommendations.RANK].tolist() == list(range(1, count + 1))
            assert rows[Recommendations.ITEM].tolist() == dataset.item_ids[items[user, :count]].tolist()
            np.testing.assert_allclose(
                rows[Recommendations.SCORE], scores[user, :count], atol=np.ptp(scores[user, :count]) / 500
            )


def test_lists_written_in_blocks_of_users_are_the_same_table(dataset, split, vectors, tmp_path, monkeypatch):
    ranked = rank_vectors(*vectors, split)
    whole = recommendations_table(ranked, dataset)
    write_lists(tmp_path / "whole.parquet", ranked, dataset)
    monkeypatch.setattr("learn.runs.lists_file.ROWS", 3 * ranked["all"][0].shape[1])
    write_lists(tmp_path / "blocks.parquet", ranked, dataset)
    blocks = pd.read_parquet(tmp_path / "blocks.parquet")
    pd.testing.assert_frame_equal(blocks, pd.read_parquet(tmp_path / "whole.parquet"))
    pd.testing.assert_frame_equal(blocks, whole, check_categorical=False)
    file = pq.ParquetFile(tmp_path / "blocks.parquet")
    assert file.num_row_groups == 2 * -(-len(dataset.user_ids) // 3)


def test_scores_shrink_only_where_nothing_is_lost(dataset):
    def stored(scores):
        items = np.zeros((len(dataset.user_ids), 2), dtype=np.int64) + np.arange(2)
        table = recommendations_table({"all": (items, np.tile(np.float32(scores), (len(items), 1)))}, dataset)
        return table[Recommendations.SCORE]

    assert stored([0.9, -0.3]).dtype == np.float16
    close = stored([1000.001, 1000.0])  # half precision would make them equal
    assert close.dtype == np.float32 and close[0] > close[1]
    assert np.isfinite(stored([1e6, 1.0])).all()


def test_a_run_without_training_has_only_lists_and_metrics(finish):
    run = finish("bare")
    assert {path.name for path in run.path.iterdir()} == {
        *("checksums.json", "run.json", "metrics.json", "slices.json", "recommendations.parquet", "per_user.parquet")
    }
    assert run.curves.empty
    with pytest.raises(LearnError, match=r"Run bare \(Mine\) has no user_vectors"):
        _ = run.user_vectors


def test_no_json_holds_a_value_that_json_lacks(finish):
    def refuse(constant):
        raise AssertionError(constant)

    run = finish("strict")
    for path in run.path.glob("*.json"):
        json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)
    assert run.metrics["low"].isna().any()  # coverage has no interval: null in the file, missing in the table


def test_a_failure_leaves_the_old_run(finish, tmp_path, monkeypatch):
    before = {path.name: path.read_bytes() for path in finish().path.iterdir()}

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("learn.runs.write.write_info", full)
    with pytest.raises(LearnError, match="No space left"):
        finish(config=preset("tiny"))
    assert {path.name: path.read_bytes() for path in (tmp_path / "mine").iterdir()} == before
    assert not list(tmp_path.glob(f"{TEMPORARY_PREFIX}*"))


def test_a_folder_of_another_name_is_refused(dataset, split, tmp_path):
    with pytest.raises(LearnError, match="'mine' would be written into a folder called 'other'"):
        finish_run(tmp_path / "other", info_for(dataset, split), dataset=dataset, split=split, ranked={})


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(LearnError, match=r"run\.json does not exist") as caught:
        Run(tmp_path)
    assert "learn train" in caught.value.remedy


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is damaged"),
        ('{"format_version": 99}', "has format 99, this version reads 1"),
        ('{"format_version": 1, "name": "x"}', "is damaged"),
    ],
)
def test_a_damaged_info_is_named(tmp_path, text, message):
    (tmp_path / "run.json").write_text(text, encoding="utf-8")
    with pytest.raises(LearnError, match=message):
        Run(tmp_path)


@pytest.mark.parametrize(
    ("file", "read"),
    [
        ("recommendations.parquet", lambda run: run.recommendations),
        ("per_user.parquet", lambda run: run.per_user),
        ("metrics.json", lambda run: run.metrics),
        ("slices.json", lambda run: run.slices),
        ("user_vectors.safetensors", lambda run: run.user_vectors),
    ],
)
@pytest.mark.parametrize("content", [b"", b"\x00 not what it should be"])
def test_a_damaged_file_is_named(finish, vectors, file, read, content):
    run = finish(user_vectors=vectors[0])
    (run.path / file).write_bytes(content)
    with pytest.raises(LearnError, match=file.split(".")[0]):
        read(Run(run.path))


def test_write_vectors_stores_half_precision(dataset, split, tmp_path):
    write_info(tmp_path, info_for(dataset, split))
    write_vectors(tmp_path / "item_vectors.safetensors", np.array([[0.1, 2.0]]))
    assert Run(tmp_path).tensors("item_vectors")["vectors"].dtype == np.float16
    np.testing.assert_allclose(Run(tmp_path).own_item_vectors, [[0.1, 2.0]], rtol=1e-3)


def test_provenance_names_versions():
    made = provenance()
    assert made["numpy"] == np.__version__ and {"python", "torch", "transformers"} <= made.keys()
