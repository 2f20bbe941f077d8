"""What other systems get of a Run: the same bits, the same answers, and a word where something is missing."""

import numpy as np
import pandas as pd
import pytest
from safetensors import SafetensorError
from typer.testing import CliRunner

from learn.cex.extractor import content_embeddings
from learn.cli.commands import app
from learn.data.stored import open_dataset
from learn.errors import LearnError
from learn.progress import make_progress
from learn.runs import onnx_towers
from learn.runs.export_run import export_run, read_vector_table, write_vector_table
from learn.runs.model_folder import LearnModel
from learn.runs.run import Run
from learn.training.train import train
from tests import synthetic, trained

onnxruntime = pytest.importorskip("onnxruntime")


@pytest.fixture(scope="module")
def runs(trained_workspace, dataset):
    return {path.name: Run(path, dataset) for path in trained_workspace.run_paths(dataset.name)}


def history_of(run, user):
    return run.recommender.history[user]


@pytest.fixture(scope="module")
def exported(runs, tmp_path_factory):
    """Run name -> (where it was exported to, what was written)."""
    made = {}

    def export(name):
        if name not in made:
            made[name] = export_run(runs[name], tmp_path_factory.mktemp("exported") / name)
        return made[name].folder, made[name]

    return export


TOWERS = ["learn-b", *(pytest.param(name, marks=pytest.mark.slow) for name in ("learn-a", "learn-c", "without-align"))]


@pytest.mark.parametrize("name", TOWERS)
def test_vectors_lists_metrics_model_and_onnx(runs, exported, tmp_path, name):
    run, (out, done) = runs[name], exported(name)
    for file, ids, vectors in (
        ("item_vectors.parquet", run.dataset.item_ids, run.recommender.items),
        ("user_vectors.parquet", run.dataset.user_ids, run.recommender.users),
    ):
        read_ids, read = read_vector_table(out / file)
        assert read_ids.tolist() == ids.tolist() and read.tobytes() == vectors.astype(np.float32).tobytes()
    lists = pd.read_parquet(out / "lists.parquet")
    pd.testing.assert_frame_equal(lists, run.recommendations)
    pd.testing.assert_frame_equal(pd.read_parquet(out / "metrics.parquet"), run.metrics)
    assert set(done.parity) == {"item_tower.onnx", "user_tower.onnx"}
    assert max(done.parity.values()) <= onnx_towers.TOLERANCE and not done.left_out
    model = LearnModel.from_pretrained(out / "model")
    content = run.recommender.content
    catalogue = run.recommender.embed_catalogue(np.arange(len(content)))  # products of other sizes: other last digits
    np.testing.assert_allclose(model.embed_items(content), catalogue, atol=1e-6)
    for user in np.flatnonzero(run.recommender.history.lengths)[:5].tolist():
        rows = run.recommender.history[user]
        expected = run.recommender.embed_history(rows)
        assert onnx_towers.difference(model.embed_history(content[rows])[None], expected[None]) < 1e-4
    model.save_pretrained(tmp_path / "again")
    again = LearnModel.from_pretrained(tmp_path / "again")
    np.testing.assert_array_equal(again.embed_items(content[:5]), model.embed_items(content[:5]))


def test_onnx_reads_histories_of_any_length_in_batches_of_any_size(runs, exported):
    run, (out, _) = runs["learn-b"], exported("learn-b")
    session = onnxruntime.InferenceSession(str(out / "model" / "user_tower.onnx"))
    content = run.recommender.content.astype(np.float32)
    for length in (1, 2, 7):
        rows = np.arange(length)
        made = session.run(None, {"content": content[rows][None], "lengths": np.array([length])})[0]
        assert onnx_towers.difference(made, run.recommender.embed_history(rows)[None]) < 1e-4
    items = onnxruntime.InferenceSession(str(out / "model" / "item_tower.onnx"))
    for n in (1, 5):
        made = items.run(None, {"content": content[:n]})[0]
        assert onnx_towers.difference(made, run.recommender.embed_catalogue(np.arange(n))) < 1e-4


@pytest.mark.slow
@pytest.mark.parametrize("inputs", ["text+id", "id"])
def test_towers_that_read_ids(trained_once, tmp_path, inputs):
    place = trained.copy_of(trained_once, tmp_path / "workspace")
    dataset, silent = open_dataset(place, synthetic.NAME), make_progress(silent=True)
    config = trained.tiny_config(place.root / "llm", pal__inputs=inputs)
    read = content_embeddings(dataset, config.cex, place, silent)
    folder = place.run(dataset.name, "ids")
    run = train(dataset, dataset.split, read.vectors, config, folder=folder, content_key=read.key, progress=silent)
    assert max(export_run(run, tmp_path / "out").parity.values()) < 1e-4
    rows = np.arange(dataset.n_items)
    model = LearnModel.from_pretrained(tmp_path / "out" / "model")
    np.testing.assert_array_equal(model.embed_items(read.vectors, rows), run.recommender.embed_catalogue(rows))
    np.testing.assert_array_equal(model.embed_items(read.vectors), run.recommender.embed_new_items(read.vectors))


def test_a_tower_that_differs_is_refused_and_nothing_is_written(runs, tmp_path, monkeypatch):
    monkeypatch.setattr(onnx_towers, "_write", lambda *_: None)
    monkeypatch.setattr(onnx_towers, "_answer", lambda path, names, given: np.ones((len(given[0]), 1)))
    with pytest.raises(LearnError, match=r"item_tower.onnx differs from torch by \d+"):
        export_run(runs["learn-b"], tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_without_the_extra_it_says_what_to_install(runs, tmp_path, monkeypatch):
    monkeypatch.setattr(onnx_towers, "NEEDED", ("no_such_package",))
    done = export_run(runs["learn-b"], tmp_path / "out")
    assert done.left_out == [
        'ONNX needs no_such_package, which are not installed. Type: pip install "learn-explorer[export]"'
    ]
    assert "model/model.safetensors" in done.files and not [file for file in done.files if file.endswith(".onnx")]
    assert "ONNX user tower" in (tmp_path / "out" / "model" / "README.md").read_text(encoding="utf-8")


def test_the_card_says_data_split_metrics_and_limits(runs, tmp_path):
    run = runs["learn-b"]
    export_run(run, tmp_path / "out", onnx=False)
    card = (tmp_path / "out" / "model" / "README.md").read_text(encoding="utf-8")
    recall = run.metrics.query("metric == 'recall' and k == 10 and among == 'new' and slice == 'all'")["mean"].item()
    for said in (run.info.dataset_fingerprint, run.split.info.words, f"| {recall:.4f} |", "## Limits", run.info.label):
        assert said in card, said


def test_a_run_with_lists_only(runs, tmp_path):
    done = export_run(runs["popularity"], tmp_path / "out")
    assert done.files == ["lists.parquet", "metrics.parquet"] and "has lists only" in done.left_out[0]


def test_a_folder_of_something_else_is_left_alone(runs, tmp_path):
    (tmp_path / "photo.jpg").write_text("mine")
    with pytest.raises(LearnError, match="holds something that is no export"):
        export_run(runs["popularity"], tmp_path)
    export_run(runs["popularity"], tmp_path / "out")
    export_run(runs["learn-b"], tmp_path / "out", onnx=False)
    assert (tmp_path / "out" / "item_vectors.parquet").exists() and (tmp_path / "photo.jpg").read_text() == "mine"


def test_a_model_folder_that_is_damaged_or_absent_is_refused(runs, tmp_path):
    export_run(runs["learn-b"], tmp_path / "out", onnx=False)
    with pytest.raises(LearnError, match="no model folder"):
        LearnModel.from_pretrained(tmp_path / "out" / "models")
    weights = tmp_path / "out" / "model" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-9])
    with pytest.raises(LearnError, match=r"model\.safetensors is damaged"):
        LearnModel.from_pretrained(tmp_path / "out" / "model")


def test_odd_vectors_read_back_bit_by_bit(tmp_path):
    vectors = np.array([[0.0, -0.0, 1e-45], [np.float32(1) / 3, 3.4e38, -1e-38]], dtype=np.float32)
    write_vector_table(tmp_path / "v.parquet", "item_id", ["007", "ü"], vectors)
    ids, read = read_vector_table(tmp_path / "v.parquet")
    assert ids.tolist() == ["007", "ü"] and read.tobytes() == vectors.tobytes()


def test_the_command_prints_the_parity(trained_workspace, tmp_path, monkeypatch):
    monkeypatch.setattr(onnx_towers, "write_onnx", lambda *_: {"user_tower.onnx": 2e-6})
    words = [
        "export",
        synthetic.NAME,
        "--run",
        "learn-b",
        "--out",
        tmp_path / "o",
        "--workspace",
        trained_workspace.root,
    ]
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == 0, result.output + repr(result.exception)
    assert "user_tower.onnx: at most 2.0e-06 of" in result.output and "Wrote Run learn-b" in result.output


def test_a_disk_that_is_full_while_weights_are_written_is_said(runs, tmp_path, monkeypatch):
    """safetensors has an exception of its own for it, which is no OSError."""

    def full(*arguments, **options):
        raise SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)")

    monkeypatch.setattr("safetensors.torch.serialize_file", full)
    with pytest.raises(LearnError, match="No space left on device"):
        export_run(runs["learn-b"], tmp_path / "out")
    assert not list(tmp_path.iterdir())
