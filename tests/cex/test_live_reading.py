"""A text that somebody waits for is read on one thread, and gives the vector that it gives among many."""

import numpy as np
import pytest
import torch

from learn.cex import extractor
from learn.cex.llm import load_llm
from learn.config import CEXConfig


@pytest.fixture
def threads(monkeypatch):
    """How many threads there were at each reading."""
    seen = []
    read = extractor.read_batch

    def watched(*arguments):
        seen.append(torch.get_num_threads())
        return read(*arguments)

    monkeypatch.setattr(extractor, "read_batch", watched)
    return seen


def test_a_short_text_is_read_on_one_thread_and_many_are_not(llm_folder, workspace, threads):
    cex = CEXConfig(llm=str(llm_folder), dtype="float32", max_tokens=64)
    llm = load_llm(cex, workspace.models)
    usual = torch.get_num_threads()
    texts = [f"Tea number {number} of the shop" for number in range(400)]
    alone = extractor.embed_texts(texts[:1], llm, cex)
    assert threads == [1] and torch.get_num_threads() == usual
    many = extractor.embed_texts(texts, llm, cex)
    assert set(threads[1:]) == {usual}
    np.testing.assert_allclose(many[0], alone[0], rtol=1e-4, atol=1e-5)


def test_an_error_leaves_the_threads_as_they_were(monkeypatch, llm_folder, workspace):
    usual = torch.get_num_threads()
    with pytest.raises(ZeroDivisionError), extractor.one_thread():
        raise ZeroDivisionError
    assert torch.get_num_threads() == usual
