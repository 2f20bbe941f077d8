"""What the LLM said of a Run's items is found beside the Run, and lent to another workspace."""

import numpy as np
import pytest

from learn.cex.extractor import content_embeddings
from learn.config import preset
from learn.errors import LearnError
from learn.runs.run import Run
from learn.teaching.bundled import content_of, reuse_content
from learn.workspace import Workspace


def test_content_of_a_run_is_what_it_was_trained_on(recommenders, dataset):
    for recommender in recommenders.values():
        assert np.array_equal(content_of(recommender.run, dataset), recommender.content)


def test_a_run_that_read_nothing_has_none(trained_workspace, dataset):
    with pytest.raises(LearnError):
        content_of(Run(trained_workspace.run(dataset.name, "popularity")), dataset)


def test_reused_content_needs_no_reading(recommenders, dataset, tmp_path, monkeypatch):
    workspace = Workspace(tmp_path)
    settings = reuse_content(recommenders["learn-b"].run, dataset, workspace)
    assert settings["cex.dtype"] == "auto"  # what a processor with bfloat16 read serves one without
    monkeypatch.setattr("learn.cex.extractor.load_llm", None)  # whoever reads an item fails
    read = content_embeddings(dataset, preset("tiny").with_settings(settings).cex, workspace)
    assert np.allclose(read.vectors, recommenders["learn-b"].content, atol=1e-2)
