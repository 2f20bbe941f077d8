"""What cannot be read or written is said in one sentence, with what to do, and without a traceback of a library."""

import errno
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from learn.cex.extractor import content_embeddings, embed_texts
from learn.cex.llm import load_llm
from learn.cex.prompt import item_prompts
from learn.cex.store import ContentStore
from learn.config import CEXConfig, preset
from learn.errors import LearnError
from learn.progress import make_progress
from learn.workspace import Workspace
from tests.cex.conftest import make_dataset

SILENT = make_progress(silent=True)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: cut(folder / "model.safetensors"),
        lambda folder: (folder / "model.safetensors").write_bytes(b""),
        lambda folder: (folder / "model.safetensors").unlink(),
        lambda folder: (folder / "config.json").unlink(),
        lambda folder: (folder / "config.json").write_text("{"),
        lambda folder: (folder / "config.json").write_text("{}"),
        lambda folder: (folder / "config.json").write_text('{"model_type": "unheard-of"}'),
        lambda folder: cut(folder / "tokenizer.json"),
    ],
    ids=["cut weights", "empty weights", "no weights", "no config", "broken config", "empty config", "unknown type",
         "cut tokenizer"],
)  # fmt: skip
def test_a_damaged_model_folder_is_named(llm_folder, tmp_path, damage):
    folder = shutil.copytree(llm_folder, tmp_path / "damaged")
    damage(folder)
    with pytest.raises(LearnError, match=r"Cannot load the LLM .*damaged") as caught:
        load_llm(CEXConfig(llm=str(folder)), tmp_path / "models")
    assert "save_pretrained" in caught.value.remedy


def test_without_network_an_id_says_what_works_without(tmp_path, monkeypatch):
    from transformers import AutoConfig

    def offline(*arguments, **options):
        raise OSError("We couldn't connect to 'https://huggingface.co' to load the files")

    monkeypatch.setattr(AutoConfig, "from_pretrained", offline)
    with pytest.raises(LearnError, match="Cannot load the LLM 'some/model': We couldn't connect") as caught:
        load_llm(CEXConfig(llm="some/model"), tmp_path)
    assert "--llm bundled" in caught.value.remedy


def test_an_unknown_dtype_is_refused_before_anything_is_loaded():
    with pytest.raises(LearnError, match="dtype = 'float8'"):
        preset("tiny").with_values(cex__dtype="float8")


@pytest.mark.parametrize("text", ["", "   "])
def test_an_item_without_any_field_still_has_a_vector(cex, tmp_path, text):
    workspace = Workspace(tmp_path)
    content = content_embeddings(make_dataset(["tea", text, None]), cex, workspace, SILENT)
    assert (content.vectors[1] == content.vectors[2]).all() and (content.vectors[0] != content.vectors[1]).any()
    assert content.n_read == 2


def test_an_empty_text_is_refused(cex, tmp_path):
    with pytest.raises(LearnError, match="Text 2 is empty"):
        embed_texts(["tea", ""], load_llm(cex, tmp_path), cex)


@pytest.mark.parametrize("broken", ["{", "[]", '{"format_version": 99, "settings": {}}', '{"format_version": 1}'])
def test_a_damaged_store_names_a_remedy_that_works(cex, tmp_path, broken):
    workspace, dataset = Workspace(tmp_path), make_dataset(["tea", "soap"])
    first = content_embeddings(dataset, cex, workspace, SILENT)
    folder = workspace.content("shop") / first.key
    (folder / "store.json").write_text(broken)
    with pytest.raises(LearnError, match=r"store\.json|format") as caught:
        content_embeddings(dataset, cex, workspace, SILENT)
    assert str(folder) in caught.value.remedy and "learn extract shop" in caught.value.remedy
    shutil.rmtree(folder)
    assert (content_embeddings(dataset, cex, workspace, SILENT).vectors == first.vectors).all()


def test_a_read_only_workspace_is_said_before_the_llm_reads(cex, tmp_path, monkeypatch):
    workspace, dataset = Workspace(tmp_path), make_dataset(["tea", "soap"])
    first = content_embeddings(dataset, cex, workspace, SILENT)

    def refuse(lock, *_, **options):
        raise PermissionError(errno.EACCES, "Permission denied", str(lock.lock_file))

    monkeypatch.setattr("filelock.FileLock.acquire", refuse)
    with pytest.raises(LearnError, match="Permission denied") as caught:
        content_embeddings(make_dataset(["tea", "new"]), cex, workspace, SILENT)
    assert "--workspace" in caught.value.remedy
    monkeypatch.undo()
    # What is there can still be read.
    assert (ContentStore(workspace.content("shop") / first.key).vectors_for(item_prompts(dataset.items))
            == first.vectors).all()  # fmt: skip


def test_the_store_says_in_clear_what_made_it(cex, tmp_path):
    workspace = Workspace(tmp_path)
    key = content_embeddings(make_dataset(["tea"]), cex, workspace, SILENT).key
    about = json.loads((workspace.content("shop") / key / "store.json").read_text())
    settings = about["settings"]
    assert settings["llm"].startswith("sha256:") and settings["pooling"] == "mean" and settings["max_tokens"] == 256
    assert settings["dtype"] == "float32" and settings["prompt_version"] == 1


def test_reading_a_store_loads_no_torch():
    script = "import sys, learn.cex.store, learn.cex.prompt; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], timeout=60).returncode == 0


def test_a_damaged_conversion_of_the_bundled_llm_says_what_to_delete(llm_folder, tmp_path, monkeypatch):
    from learn.cex import llm

    folder = shutil.copytree(llm_folder, tmp_path / "converted")
    cut(folder / "model.safetensors")
    monkeypatch.setattr(llm, "_bundled_folder", lambda *arguments: folder)
    monkeypatch.setattr(llm, "llm_identity", lambda cex: "any")
    with pytest.raises(LearnError, match="Cannot load the LLM 'bundled'") as caught:
        load_llm(CEXConfig(), tmp_path)
    assert f"Delete the folder {folder}" in caught.value.remedy
