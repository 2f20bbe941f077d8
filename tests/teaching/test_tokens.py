"""Tokens and their states, on a tiny LLM."""

import numpy as np
import pytest

from learn.cex.extractor import embed_texts
from learn.cex.llm import load_llm
from learn.config import CEXConfig
from learn.errors import LearnError
from learn.teaching.tokens import token_changes, token_states, token_texts


@pytest.fixture(scope="module")
def cex(llm_folder):
    return CEXConfig(llm=str(llm_folder), dtype="float32")


@pytest.fixture(scope="module")
def llm(cex, tmp_path_factory):
    return load_llm(cex, tmp_path_factory.mktemp("models"))


def test_the_mean_of_the_states_is_the_content_embedding(llm, cex):
    states = token_states("A red apple", llm, cex)
    assert len(states) == len(token_texts("A red apple", llm, cex))
    assert np.allclose(states.mean(axis=0), embed_texts(["A red apple"], llm, cex)[0], atol=1e-5)


def test_only_what_follows_the_exchanged_token_moves(llm, cex):
    table = token_changes("abcdef", "abXdef", llm, cex)
    assert table["token"].tolist() == list("abcdef") and table["other"].tolist() == list("abXdef")
    assert (table["change"][:2] < 1e-6).all() and (table["change"][2:] > 1e-6).all()


def test_prompts_of_different_lengths_are_refused(llm, cex):
    with pytest.raises(LearnError, match="3 and 4 tokens"):
        token_changes("abc", "abcd", llm, cex)
