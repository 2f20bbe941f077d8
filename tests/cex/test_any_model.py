"""A model of any architecture reads what it reads alone, or is refused by a message."""

import json

import numpy as np
import pytest
import torch

from learn.cex.extractor import embed_texts
from learn.cex.llm import load_llm
from learn.cex.tokenising import tokenise
from learn.config import CEXConfig, Pooling
from learn.errors import LearnError
from tests.tiny_models import SHAPES, make_model

FAST = ("roberta", "fnet", "t5", "opt", "xlnet", "mamba")
TEXTS = ["Rye bread 500 g", "x", "A longer text, of more than forty characters", "soap", "x" * 60]


def read(folder, **changes):
    cex = CEXConfig(llm=str(folder), dtype="float32", **{"max_tokens": 60} | changes)
    return load_llm(cex, folder, torch.device("cpu")), cex


def alone(model, llm, cex):
    """The definition: transformers, one text, nothing padded."""
    encoder = model.get_encoder() if model.config.is_encoder_decoder else model
    rows = []
    for text in tokenise(TEXTS, llm, cex).tokens:
        with torch.inference_mode():
            states = encoder(input_ids=torch.tensor([text])).last_hidden_state[0]
        rows.append((states.mean(0) if cex.pooling is Pooling.MEAN else states[-1]).numpy())
    return np.stack(rows)


@pytest.mark.parametrize(
    "kind", [kind if kind in FAST else pytest.param(kind, marks=pytest.mark.slow) for kind in SHAPES]
)
def test_it_reads_as_it_reads_alone(kind, tmp_path):
    model = make_model(kind, tmp_path)
    _, width, positions, decoder = SHAPES[kind]
    for pooling in Pooling:
        llm, cex = read(tmp_path, pooling=pooling)
        expected = alone(model, llm, cex)
        assert np.abs(embed_texts(TEXTS, llm, cex) - expected).max() < 1e-5 * max(1, np.abs(expected).max())
        assert np.abs(expected - expected.mean(0)).max() > 0.01  # the texts do differ
    assert (llm.hidden_size, llm.max_positions, llm.is_causal) == (width, positions, decoder)


def test_where_padding_would_change_the_text_none_is_padded(tmp_path):
    make_model("fnet", tmp_path)
    assert not read(tmp_path)[0].pads


def test_one_token_more_than_there_are_positions_is_refused(tmp_path):
    make_model("roberta", tmp_path)  # its table has 64 rows, two of which no text uses
    llm, cex = read(tmp_path, max_tokens=63)
    with pytest.raises(LearnError, match=r"max_tokens \(63\) is more than .* can read \(62\)"):
        tokenise(["x" * 63], llm, cex)
    llm, cex = read(tmp_path, max_tokens=62)
    assert np.isfinite(embed_texts(["x" * 63], llm, cex)).all()


def test_the_order_of_reading_does_not_matter_to_sparse_attention(tmp_path):
    make_model("big_bird", tmp_path, block_size=2)
    llm, cex = read(tmp_path)
    long = "a long text that block-sparse attention would read otherwise"
    first = embed_texts([long], llm, cex)
    embed_texts(["x"], llm, cex)
    assert (embed_texts([long], llm, cex) == first).all()


def test_an_encoder_decoder_without_its_decoder_reads_too(tmp_path):
    from transformers import T5Config, T5EncoderModel

    make_model("t5", tmp_path)
    cex = CEXConfig(llm=str(tmp_path), dtype="float32", max_tokens=60)
    whole = embed_texts(TEXTS, read(tmp_path)[0], cex)
    T5EncoderModel.from_pretrained(tmp_path, config=T5Config.from_pretrained(tmp_path)).save_pretrained(tmp_path)
    assert (embed_texts(TEXTS, read(tmp_path)[0], cex) == whole).all()


def test_token_types_of_the_tokenizer_reach_the_model(tmp_path):
    """XLNet's tokenizer ends a text with a token of type 2."""
    from tokenizers.processors import TemplateProcessing
    from transformers import AutoTokenizer

    model = make_model("xlnet", tmp_path, initializer_range=0.5)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    tokenizer.backend_tokenizer.post_processor = TemplateProcessing(single="$A:0 ~:2", special_tokens=[("~", 96)])
    tokenizer.save_pretrained(tmp_path)
    settings = json.loads((tmp_path / "tokenizer_config.json").read_text())
    settings["model_input_names"] = ["input_ids", "token_type_ids", "attention_mask"]
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(settings))
    llm, cex = read(tmp_path)
    assert llm.template.after == (96,) and llm.template.types == ((), 0, (2,))
    tokens = tokenise(["Rye bread"], llm, cex).tokens[0]
    with torch.inference_mode():
        types = torch.tensor([[0] * 9 + [2]])
        typed = model(input_ids=torch.tensor([tokens]), token_type_ids=types).last_hidden_state[0].mean(0).numpy()
        plain = model(input_ids=torch.tensor([tokens])).last_hidden_state[0].mean(0).numpy()
    found = embed_texts(["Rye bread", "a longer text than that"], llm, cex)[0]
    assert np.abs(found - typed).max() < 1e-5 < np.abs(found - plain).max()
