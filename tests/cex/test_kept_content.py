from __future__ import annotations

import errno
import multiprocessing
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import learn.cex.extractor as extractor
import learn.cex.store as stores
from learn.cex.extractor import content_embeddings, content_settings, embed_texts
from learn.cex.llm import load_llm
from learn.cex.prompt import item_prompts
from learn.cex.store import ContentStore, share_content, store_key, stored_content
from learn.config import CEXConfig, Pooling, preset
from learn.errors import LearnError
from learn.locks import writing
from learn.progress import make_progress
from learn.tensor_files import DamagedTensors
from learn.workspace import Workspace
from tests.cex.conftest import make_dataset
from tests.fake_llm import make_tiny_llm

SILENT = make_progress(silent=True)
TITLES = [f"soap {row % 9} {row}" for row in range(60)]


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def filled(cex, workspace):
    """(dataset, its content embeddings, its store)."""
    dataset = make_dataset(TITLES)
    content = content_embeddings(dataset, cex, workspace, SILENT)
    return dataset, content, ContentStore(workspace.content("shop") / content.key)


def test_vectors_are_those_of_the_texts_in_the_items_order(filled, cex, workspace):
    dataset, content, _ = filled
    llm = load_llm(cex, workspace.models)
    assert np.abs(content.vectors - embed_texts(item_prompts(dataset.items), llm, cex)).max() < 1e-5
    assert (stored_content(workspace, dataset, content.key) == content.vectors).all()
    assert content.n_read == len(TITLES) and content.tokens > 0


def test_several_llms_stand_one_behind_the_other(filled, cex, encoder_folder, workspace):
    dataset, content, _ = filled
    both = cex.model_copy(update={"llm": f"{cex.llm}+{encoder_folder}"})
    joined = content_embeddings(dataset, both, workspace, SILENT)
    width = content.vectors.shape[1]
    encoder = content_embeddings(dataset, cex.model_copy(update={"llm": str(encoder_folder)}), workspace, SILENT)
    assert (joined.vectors[:, :width] == content.vectors).all()
    assert (joined.vectors[:, width:] == encoder.vectors).all()
    assert joined.key.split("+") == [content.key, encoder.key]
    assert (stored_content(workspace, dataset, joined.key) == joined.vectors).all()


def test_a_folder_with_a_plus_in_its_path_is_one_llm(tmp_path):
    folder = tmp_path / "c++"
    folder.mkdir()
    assert [reader.llm for reader in CEXConfig(llm=str(folder)).encoders] == [str(folder)]
    assert [reader.llm for reader in CEXConfig(llm="one/model + other/model").encoders] == ["one/model", "other/model"]


def test_layers_of_several_llms_are_refused():
    with pytest.raises(LearnError, match="llm-lora takes the layers of one LLM") as caught:
        preset("tiny").with_values(pal__backbone="llm-lora", cex__llm="one/model+other/model")
    assert "learning_rate" not in caught.value.what  # not the whole configuration


def test_the_second_time_nothing_is_read(filled, cex, workspace, monkeypatch):
    dataset, content, _ = filled
    monkeypatch.setattr(extractor, "load_llm", lambda *arguments: pytest.fail("the LLM was loaded"))
    again = content_embeddings(dataset, cex, workspace, SILENT)
    assert again.n_read == again.tokens == 0 and (again.vectors == content.vectors).all()


@pytest.mark.parametrize(("kept", "own"), [("bfloat16", torch.float32), ("float32", torch.bfloat16)])
def test_what_a_processor_with_the_other_number_format_read_is_not_read_again(kept, own, cex, workspace, monkeypatch):
    monkeypatch.setattr(extractor, "compute_dtype", lambda setting, _: own if setting == "auto" else setting)
    there = content_embeddings(make_dataset(TITLES), cex.model_copy(update={"dtype": kept}), workspace, SILENT)
    auto = cex.model_copy(update={"dtype": "auto"})
    here = content_embeddings(make_dataset(["new", *TITLES[1:]]), auto, workspace, SILENT)
    assert here.key == there.key and here.n_read == 1 and (here.vectors[1:] == there.vectors[1:]).all()
    asked = auto.model_copy(update={"dtype": {"bfloat16": "float32", "float32": "bfloat16"}[kept]})
    assert content_embeddings(make_dataset(TITLES), asked, workspace, SILENT).n_read == len(TITLES)
    again = content_embeddings(make_dataset(TITLES), auto, workspace, SILENT)  # its own is there now
    assert again.key != there.key and again.n_read == 0


def test_only_changed_texts_are_read_and_duplicates_once(filled, cex, workspace):
    _, content, _ = filled
    changed = content_embeddings(make_dataset(["new", "new", *TITLES[2:]]), cex, workspace, SILENT)
    assert changed.n_read == 1
    assert (changed.vectors[2:] == content.vectors[2:]).all() and (changed.vectors[0] == changed.vectors[1]).all()


def test_cut_items_are_reported_also_when_nothing_is_read(cex, workspace):
    dataset = make_dataset(["short", "long " * 40])
    cex = cex.model_copy(update={"max_tokens": 80})
    for _ in range(2):
        cut = content_embeddings(dataset, cex, workspace, SILENT).truncated
        assert cut["item_id"].tolist() == ["i1"]
        # One token per character here; the prompt's text is stripped.
        assert cut["tokens"].tolist() == [len(item_prompts(dataset.items)[1])] and cut["kept"].tolist() == [80]


def test_the_key_changes_with_every_setting_that_changes_a_vector(cex, tmp_path, monkeypatch):
    other = make_tiny_llm(tmp_path / "other", seed=1)
    variants = [
        cex,
        cex.model_copy(update={"llm": str(other)}),
        cex.model_copy(update={"pooling": Pooling.LAST}),
        cex.model_copy(update={"max_tokens": 99}),
        cex.model_copy(update={"dtype": "bfloat16"}),
    ]
    keys = [store_key(content_settings(variant)) for variant in variants]
    monkeypatch.setattr(extractor, "PROMPT_VERSION", 999)
    keys.append(store_key(content_settings(cex)))
    assert len(set(keys)) == len(keys)
    monkeypatch.undo()
    assert store_key(content_settings(cex.model_copy(update={"token_budget": 64}))) == keys[0]


def test_a_model_moved_elsewhere_has_the_same_key(cex, llm_folder, tmp_path):
    import shutil

    moved = shutil.copytree(llm_folder, tmp_path / "moved")
    assert content_settings(cex) == content_settings(cex.model_copy(update={"llm": str(moved)}))


def test_a_damaged_shard_is_dropped_with_a_warning_and_read_again(filled, cex, workspace):
    dataset, content, store = filled
    (shard,) = store.shards()
    shard.write_bytes(shard.read_bytes()[:-100])
    with pytest.warns(UserWarning, match="damaged"), pytest.raises(LearnError, match="lacks 60 of 60"):
        store.vectors_for(item_prompts(dataset.items))
    with pytest.warns(UserWarning, match="damaged"):
        again = content_embeddings(dataset, cex, workspace, SILENT)
    assert again.n_read == 60 and (again.vectors == content.vectors).all()


def test_partial_files_are_swept_and_a_dead_holders_lock_does_not_block(filled, cex, workspace):
    dataset, _, store = filled
    leftover = store.folder / ".partial-left.safetensors"
    leftover.write_bytes(b"half")
    store.folder.with_name(f".lock-{store.folder.name}").write_text("999999")
    content_embeddings(dataset, cex, workspace, SILENT)
    assert not leftover.exists()


HOLDER = """
import sys, time
from learn.cex.store import ContentStore
with ContentStore(sys.argv[1]).locked():
    print("locked", flush=True)
    time.sleep(600)
"""


def test_a_second_reader_waits_and_says_for_whom_until_that_one_is_killed(filled, cex, workspace, capfd):
    dataset, content, store = filled
    other = subprocess.Popen([sys.executable, "-c", HOLDER, str(store.folder)], stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout.readline() == "locked\n"
        with pytest.raises(LearnError, match=f"^Process {other.pid} .*is writing"), writing(store.folder, wait=False):
            pass
        threading.Timer(0.3, other.kill).start()
        again = content_embeddings(dataset, cex, workspace, SILENT)
        assert f"Waiting for process {other.pid} " in capfd.readouterr().err
        assert (again.vectors == content.vectors).all()
    finally:
        other.kill()
        other.communicate(timeout=30)


def test_a_full_disk_is_said_and_what_was_read_stays(filled, cex, workspace, monkeypatch):
    _, content, store = filled

    def full(tensors, path, about):
        Path(path).write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("learn.tensor_files.save_file", full)
    with pytest.raises(LearnError, match="No space left") as caught:
        content_embeddings(make_dataset([*TITLES, "more"]), cex, workspace, SILENT)
    assert "Free some space" in caught.value.remedy
    assert not list(store.folder.glob(".partial-*"))
    monkeypatch.undo()
    assert (stored_content(workspace, make_dataset(TITLES), content.key) == content.vectors).all()


def test_a_store_of_another_format_is_refused(filled):
    _, _, store = filled
    about = store.folder / "store.json"
    about.write_text(about.read_text().replace('"format_version": 1', '"format_version": 7'))
    with pytest.raises(LearnError, match="format 7") as caught:
        ContentStore(store.folder)
    assert "learn extract shop" in caught.value.remedy


@pytest.mark.parametrize(("dtype", "bound"), [("int8", 1 / 254), ("float16", 1 / 2048)])
def test_a_compact_copy_is_near_and_holds_what_was_asked_only(filled, tmp_path, dtype, bound):
    dataset, content, store = filled
    prompts = item_prompts(dataset.items)
    copy = store.save_compact(tmp_path / "copy", [*prompts[:10], prompts[0]], dtype)
    error = np.abs(ContentStore(copy.folder).vectors_for(prompts[:10]) - content.vectors[:10])
    assert (error <= bound * np.abs(content.vectors[:10]).max(axis=0) * 1.001 + 1e-7).all() and error.max() > 0
    with pytest.raises(LearnError, match="lacks 50 of 60"):
        copy.vectors_for(prompts)


def test_shards_join_into_one_and_the_newer_vector_counts(tmp_path):
    store = ContentStore.create(tmp_path / "store", {})
    store.append(["a", "b"], np.array([[1.0], [2.0]]), [1, 1])
    store.append(["b", "c"], np.array([[3.0], [4.0]]), [5, 1])
    for _ in range(2):
        assert store.vectors_for(["c", "b", "a"]).tolist() == [[4.0], [3.0], [1.0]]
        assert store.lengths_for(["b"]).tolist() == [5]
        store.compact()
    assert len(store.shards()) == 1


def extract_slowly(folder, llm, pause, batches):
    """In a process of its own: tells ``batches`` before each batch, and stores every one."""
    torch.set_num_threads(1)
    extractor.SECONDS_PER_SHARD = 0.0
    read = extractor.read_batch

    def slow(*arguments):
        batches.send("batch")
        time.sleep(pause)
        return read(*arguments)

    extractor.read_batch = slow
    dataset = make_dataset([f"soap {row % 9} {row}" for row in range(200)])
    cex = CEXConfig(llm=str(llm), dtype="float32", token_budget=256)
    content_embeddings(dataset, cex, Workspace.at(folder), SILENT)


@pytest.fixture(scope="module")
def processes():
    """Makes processes from one that has torch and the models imported already, which takes seconds each time."""
    context = multiprocessing.get_context("forkserver")
    models = [f"transformers.models.{name}.modeling_{name}" for name in ("llama", "bert")]
    context.set_forkserver_preload([__name__, *models])
    return context


def drive(processes, folder, llm, pause, kill_after=None):
    """Extracts in a process; with ``kill_after``, kills it that many seconds after its first batch."""
    told, batches = processes.Pipe(duplex=False)
    process = processes.Process(target=extract_slowly, args=(folder, llm, pause, batches))
    process.start()
    batches.close()
    assert told.poll(120)
    told.recv()
    if kill_after is None:
        count = 1
        with suppress(EOFError):
            while told.poll(120):
                told.recv()
                count += 1
        process.join(timeout=60)
        assert process.exitcode == 0
        return count
    time.sleep(kill_after)
    process.kill()
    process.join(timeout=60)
    assert process.exitcode == -signal.SIGKILL
    return None


def killed_and_finished(processes, tmp_path, llm, kills):
    whole = drive(processes, tmp_path / "whole", llm, 0.0)
    moments = random.Random(0)
    for _ in range(kills):
        drive(processes, tmp_path / "killed", llm, 0.02, moments.uniform(0.0, 0.15))
    assert drive(processes, tmp_path / "killed", llm, 0.0) < whole  # it did not begin anew
    prompts = item_prompts(make_dataset([f"soap {row % 9} {row}" for row in range(200)]).items)
    vectors = []
    for name in ("whole", "killed"):
        (folder,) = (tmp_path / name / "content" / "shop").iterdir()
        assert len(ContentStore(folder).shards()) == 1 and not list(folder.glob(".partial-*"))
        vectors.append(ContentStore(folder).vectors_for(prompts))
    assert vectors[0].tobytes() == vectors[1].tobytes()


@pytest.mark.slow
def test_killed_three_times_the_vectors_are_bit_equal(processes, tmp_path, llm_folder):
    killed_and_finished(processes, tmp_path, llm_folder, 3)


@pytest.mark.slow
def test_killed_ten_times_the_vectors_are_bit_equal(processes, tmp_path, encoder_folder):
    killed_and_finished(processes, tmp_path, encoder_folder, 10)


def test_a_part_of_a_dataset_shares_its_content_without_an_llm(tmp_path, cex, monkeypatch):
    whole, part = make_dataset(TITLES), make_dataset(TITLES[5:20])
    part = replace(part, name="part")
    source, other = Workspace(tmp_path / "one"), Workspace(tmp_path / "two")
    read = content_embeddings(whole, cex, source, SILENT)
    share_content(source, whole.name, read.key, other, part)
    monkeypatch.setattr(extractor, "load_llm", None)  # would fail if it were called
    shared = content_embeddings(part, cex, other, SILENT)
    assert shared.n_read == 0 and shared.key == read.key
    np.testing.assert_allclose(shared.vectors, read.vectors[5:20], rtol=2e-3, atol=1e-3)
    with pytest.raises(LearnError, match="lacks"):
        share_content(source, whole.name, read.key, Workspace(tmp_path / "three"), make_dataset(["never read"]))


def test_a_disk_that_fails_once_costs_no_reading(filled, cex, workspace, monkeypatch):
    dataset, content, store = filled
    read, failed = stores._read_shard, []

    def fails_once(path):
        if not failed:
            failed.append(path)
            raise DamagedTensors("Input/output error")
        return read(path)

    monkeypatch.setattr(stores, "_read_shard", fails_once)
    before = store.shards()
    again = content_embeddings(dataset, cex, workspace, SILENT)
    assert failed and again.n_read == 0 and store.shards() == before
    assert (again.vectors == content.vectors).all()
