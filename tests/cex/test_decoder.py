"""The decoder computed with less: the same states as the model's own, or none."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from transformers import LlamaConfig, LlamaModel, Qwen2Config, Qwen2Model

from learn.cex.decoder import LeanDecoder, lean_decoder, shared_tokens
from learn.cex.forward import token_states
from learn.cex.llm import load_llm
from learn.cex.pooling import pool
from learn.cex.reader import read_batch
from learn.config import CEXConfig, Pooling

START = [5, 9, 2, 14, 7, 3]
TEXTS = [[*START, 8, 4], [*START, 8, 11, 6, 2, 19, 4, 4], [*START, 1], [*START, 17, 3, 5]]
SIZES = {
    "vocab_size": 24, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 3, "num_attention_heads": 4,
    "num_key_value_heads": 2, "max_position_embeddings": 64,
}  # fmt: skip


def tiny(kind=LlamaModel, config=LlamaConfig, **settings) -> torch.nn.Module:
    torch.manual_seed(3)
    model = kind(config(**SIZES | settings)).eval().requires_grad_(False)
    for name, parameter in model.named_parameters():  # a norm's weights of 1 would hide that they were left out
        parameter.data = torch.rand_like(parameter) + 0.5 if "norm" in name else torch.randn_like(parameter) / 4
    return model


def furthest(model, lean, texts) -> float:
    found, mask = lean.states(texts)
    expected, own = token_states(model, texts)
    assert torch.equal(mask, own)
    return float((found[mask].float() - expected[mask].float()).abs().max())


@pytest.mark.parametrize("settings", [{}, {"num_key_value_heads": 4}, {"num_key_value_heads": 1}, {"head_dim": 16}])
def test_states_are_the_models_own(settings):
    model = tiny(**settings)
    lean = LeanDecoder(model)
    assert furthest(model, lean, TEXTS) < 1e-5  # with a common beginning
    assert furthest(model, lean, [text[::-1] for text in TEXTS]) < 1e-5  # without
    assert furthest(model, lean, TEXTS[1:2]) < 1e-5  # alone


def test_the_common_beginning_is_computed_once(monkeypatch):
    rows = []
    lean = LeanDecoder(model := tiny())
    embed = model.embed_tokens.forward
    monkeypatch.setattr(model.embed_tokens, "forward", lambda tokens: rows.append(tokens.numel()) or embed(tokens))
    lean.states(TEXTS)
    assert rows == [len(START) + len(TEXTS) * (max(map(len, TEXTS)) - len(START))]


def test_every_text_keeps_a_token_of_its_own():
    assert shared_tokens(TEXTS) == len(START)
    assert shared_tokens([START, [*START, 8]]) == len(START) - 1
    assert shared_tokens([START, START]) == len(START) - 1
    assert shared_tokens([START]) == 0
    assert shared_tokens([[1, 2, 3, 4], [1, 2, 5, 6]]) == 0  # two tokens are not worth it


def test_a_text_reads_alike_whatever_its_companions():
    lean = LeanDecoder(tiny())
    together = lean.states(TEXTS)[0][2, : len(TEXTS[2])]
    assert torch.allclose(together, lean.states(TEXTS[2:3])[0][0], atol=1e-5)


def test_bfloat16_is_no_further_from_float32_than_the_models_own():
    exact = tiny()
    own = tiny().bfloat16()
    wanted, mask = token_states(exact, TEXTS)
    ours = (LeanDecoder(own).states(TEXTS)[0].float() - wanted)[mask].norm()
    theirs = (token_states(own, TEXTS)[0].float() - wanted)[mask].norm()
    assert ours < 1.5 * theirs


@pytest.mark.parametrize(
    "model",
    [
        tiny(attention_bias=True),
        tiny(hidden_act="gelu"),
        tiny(rope_parameters={"rope_type": "dynamic", "factor": 2.0, "rope_theta": 1e4}),
        tiny(Qwen2Model, Qwen2Config),
    ],
    ids=["bias", "gelu", "dynamic", "qwen2"],
)
def test_other_kinds_are_left_to_transformers(model):
    assert lean_decoder(model, range(2, 20), 0) is None


def test_a_model_that_reads_otherwise_is_left_to_transformers(monkeypatch):
    model = tiny()
    assert lean_decoder(model, range(2, 20), 0) is not None
    inside = model.layers[1].mlp.forward
    monkeypatch.setattr(model.layers[1].mlp, "forward", lambda x: 1.2 * inside(x))
    assert lean_decoder(model, range(2, 20), 0) is None


@pytest.mark.parametrize("pooling", list(Pooling))
def test_the_reader_uses_it_where_it_is_there(llm_folder, tmp_path, pooling, monkeypatch):
    llm = load_llm(CEXConfig(llm=str(llm_folder), dtype="float32"), tmp_path, torch.device("cpu"))
    assert llm.lean is not None
    texts = [[3, 4, 5, 6, 7, 8], [3, 4, 5, 6, 9]]
    found = read_batch(llm, texts, pooling)
    monkeypatch.setattr(llm.model, "forward", None)  # the model itself is not asked
    again = read_batch(llm, texts, pooling)
    monkeypatch.undo()
    expected = pool(*token_states(llm.model, texts), pooling).numpy()
    assert np.array_equal(again, found) and np.abs(found - expected).max() < 1e-5
