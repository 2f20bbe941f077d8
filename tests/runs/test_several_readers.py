"""A Run whose catalogue several LLMs read: new items, and typed text, are read by all of them."""

import numpy as np
import pytest

from learn.cex.extractor import content_embeddings, wording_differences
from learn.errors import LearnError
from learn.progress import make_progress
from learn.runs.llms import called, llm_names, reading_runs
from learn.runs.new_items import embed_items, load_llms, reading_settings
from learn.runs.run import Run
from learn.training.train import train
from learn.workspace import Workspace
from tests import trained

QUIET = make_progress(silent=True)


@pytest.fixture(scope="module")
def run(tmp_path_factory, dataset, llm_folder, encoder_folder):
    workspace = Workspace(tmp_path_factory.mktemp("several"))
    dataset.save(workspace.dataset(dataset.name))
    config = trained.tiny_config(llm_folder, pal__item_tower="b", pal__residual=True)
    config = config.with_values(cex__llm=f"{llm_folder}+{encoder_folder}", cex__dtype="float32")
    read = content_embeddings(dataset, config.cex, workspace, QUIET)
    wording_differences(dataset, config.cex, workspace, read.vectors, QUIET)
    folder = workspace.run(dataset.name, "learn-b")
    train(dataset, dataset.split, read.vectors, config, folder=folder, content_key=read.key, progress=QUIET)
    return Run(folder, dataset)


def test_an_item_is_read_as_the_catalogue_was(run, dataset):
    cex = reading_settings(run)
    rows = dataset.items.iloc[[0, 3]]
    content = embed_items(rows, load_llms(cex, run.models), cex)
    np.testing.assert_allclose(content, run.recommender.content[[0, 3]], rtol=1e-4, atol=1e-5)
    made, stored = run.embed_items(rows.assign(item_id=["x", "y"])), run.recommender.embed_catalogue(np.array([0, 3]))
    np.testing.assert_allclose(made, stored, atol=1e-3)


def test_typed_text_is_placed_beside_the_catalogues(run, dataset):
    anchors = run.recommender.anchors
    assert anchors is not None
    raw = run.recommender.content[:2] + np.float32(0.3) * run.recommender.content[5:7]
    assert anchors.place(raw).shape == raw.shape


def test_the_page_wakes_all_of_them(run):
    first = next(iter(reading_runs(run.workspace)))
    assert first.llm == run.config.cex.llm and len(load_llms(first, run.models)) == 2


def test_they_are_named_as_their_makers_call_them(run):
    assert llm_names([run, run]) == [called(one.llm) for one in run.config.cex.encoders]
    assert (called("bundled"), called("bundled-encoder")) == ("SmolLM2-135M-Instruct", "all-MiniLM-L6-v2")
    assert called("Qwen/Qwen3-0.6B") == "Qwen3-0.6B"


def test_the_second_reader_is_checked_too(run, monkeypatch):
    from learn.runs import new_items

    real = new_items.llm_identity
    second = run.config.cex.encoders[1].llm
    monkeypatch.setattr(new_items, "llm_identity", lambda cex: "other" if cex.llm == second else real(cex))
    with pytest.raises(LearnError, match="here is other"):
        reading_settings(run)
