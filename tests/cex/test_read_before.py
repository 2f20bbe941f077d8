from __future__ import annotations

import warnings

import numpy as np
import pytest

import learn.cex.extractor as extractor
from learn.cex.extractor import content_embeddings
from learn.cex.prompt import item_prompts
from learn.cex.store import ContentStore
from learn.progress import make_progress
from learn.workspace import Workspace
from tests.cex.conftest import make_dataset

SILENT = make_progress(silent=True)
OLD = [f"soap {row}" for row in range(12)]
NEW = [*OLD[4:], "candle 1", "candle 2"]


@pytest.fixture
def first(cex, tmp_path):
    """(workspace, the content embeddings of a shop of OLD in it)."""
    workspace = Workspace(tmp_path / "workspace")
    return workspace, content_embeddings(make_dataset(OLD), cex, workspace, SILENT)


def read(titles, cex, workspace, name="second"):
    return content_embeddings(make_dataset(titles, name), cex, workspace, SILENT)


def test_only_what_no_dataset_has_is_read(first, cex):
    workspace, old = first
    new = read(NEW, cex, workspace)
    assert new.n_read == 2 and new.key == old.key
    assert (new.vectors[:8] == old.vectors[4:]).all()
    whole = content_embeddings(make_dataset(NEW, "second"), cex, Workspace(workspace.root.parent / "other"), SILENT)
    assert whole.n_read == 10 and np.abs(whole.vectors - new.vectors).max() < 1e-5
    assert read(NEW, cex, workspace).n_read == 0


def test_where_all_texts_were_read_no_llm_is_loaded(first, cex, monkeypatch):
    workspace, old = first
    monkeypatch.setattr(extractor, "load_llm", lambda *arguments: pytest.fail("an LLM was loaded"))
    again = read(OLD[::-1], cex, workspace)
    assert again.n_read == 0 and (again.vectors == old.vectors[::-1]).all()


def test_of_another_prompt_or_pooling_nothing_is_taken(first, cex):
    workspace, _ = first
    assert read(NEW, cex.model_copy(update={"max_tokens": cex.max_tokens - 1}), workspace).n_read == len(NEW)


def test_a_packed_copy_is_no_source(first, cex):
    workspace, old = first
    store = ContentStore(workspace.content("shop") / old.key)
    packed = Workspace(workspace.root.parent / "packed")
    store.save_compact(packed.content("shop") / old.key, item_prompts(make_dataset(OLD).items), "int8")
    assert read(NEW, cex, packed).n_read == len(NEW)


def test_of_a_damaged_store_nothing_wrong_is_taken_and_nothing_is_said(first, cex):
    workspace, old = first
    shard = next((workspace.content("shop") / old.key).glob("shard-*"))
    content = bytearray(shard.read_bytes())
    content[-5] ^= 64
    shard.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read(NEW, cex, workspace).n_read == len(NEW)
    (shard.parent / "store.json").write_text("[]")
    assert read(["candle 3"], cex, workspace, "third").n_read == 1
