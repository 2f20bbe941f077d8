"""The LLM's own layers as PAL's transformer: what is frozen, what is trained, what is stored."""

import numpy as np
import pytest
import torch
import transformers

from learn.cex.llm import parameters_hash
from learn.config import CEXConfig, preset
from learn.errors import LearnError
from learn.pal.encoder import PAL
from learn.pal.lora import LoRALayers
from tests.fake_llm import HIDDEN_SIZE, make_tiny_llm

D_LLM, LAYERS, RANK = 12, 1, 3
CONFIG = preset("tiny").with_values(
    pal__backbone="llm-lora", pal__backbone_layers=LAYERS, pal__lora_rank=RANK, pal__dropout=0.1
)


def build(folder, seed=0, **changes):
    torch.manual_seed(seed)
    return PAL(D_LLM, CONFIG.with_values(**changes).pal, cex=CEXConfig(llm=str(folder)))


@pytest.fixture
def pal(llm_folder):
    return build(llm_folder)


@pytest.fixture
def content():
    return torch.randn(3, 6, D_LLM, generator=torch.Generator().manual_seed(1))


def is_adapter(name):
    return "lora_" in name


def split_parameters(pal):
    """(adapters, frozen) of the LLM's layers."""
    named = dict(pal.blocks.named_parameters())
    return {n: p for n, p in named.items() if is_adapter(n)}, {n: p for n, p in named.items() if not is_adapter(n)}


def train(pal, content, steps=2):
    optimizer = torch.optim.AdamW(pal.parameters(), lr=0.05)
    pal.train()
    for _ in range(steps):
        optimizer.zero_grad()
        pal(content)[..., 0].sum().backward()
        optimizer.step()


def test_before_training_it_is_the_llm_cut_after_its_first_layers(pal, llm_folder):
    oracle = transformers.AutoModel.from_pretrained(llm_folder, num_hidden_layers=LAYERS, dtype=torch.float32).eval()
    x = torch.randn(2, 5, HIDDEN_SIZE)
    tokens = oracle.get_input_embeddings().weight
    with torch.no_grad():
        expected = oracle(inputs_embeds=x * tokens.square().mean().sqrt()).last_hidden_state
        assert torch.allclose(pal.eval().blocks[0](x, causal=True), expected, atol=1e-6)


def test_training_moves_every_adapter_and_no_weight_of_the_llm(pal, content):
    adapters, frozen = split_parameters(pal)
    before = {name: value.detach().clone() for name, value in (adapters | frozen).items()}
    train(pal, content)
    for name, value in adapters.items():
        assert value.grad is not None and not torch.equal(value, before[name]), name
    for name, value in frozen.items():
        assert value.grad is None and torch.equal(value, before[name]), name


def test_every_projection_has_an_adapter_of_the_rank(pal):
    adapters, frozen = split_parameters(pal)
    projections = {name.removesuffix(".base_layer.weight") for name in frozen if "_proj" in name}
    assert len(projections) == 7 * LAYERS  # query, key, value, output; gate, up, down
    assert {name.partition(".lora_")[0] for name in adapters} == projections
    assert all(RANK in value.shape for value in adapters.values())


def test_only_what_was_trained_is_stored_and_it_comes_back_to_the_same_vectors(pal, content, llm_folder):
    train(pal, content)
    stored = pal.state_dict()
    trained = {name for name, value in pal.named_parameters() if value.requires_grad}
    assert set(stored) - trained == {"blocks.0._extra_state"}
    again = build(llm_folder, seed=5)
    assert not torch.allclose(again.eval()(content), pal.eval()(content), atol=1e-3)
    again.load_state_dict(stored)
    assert torch.equal(again.eval()(content), pal.eval()(content))
    assert set(stored) == set(pal.state_dict()), "loading added to what the caller gave"


def test_adapters_to_other_weights_are_refused(pal, tmp_path):
    other = build(make_tiny_llm(tmp_path, seed=1))
    with pytest.raises(LearnError, match="not those that the adapters were trained on"):
        other.load_state_dict(pal.state_dict())


def test_a_missing_adapter_is_noticed(pal):
    stored = pal.state_dict()
    del stored[next(name for name in stored if is_adapter(name))]
    with pytest.raises(RuntimeError, match="Missing key"):
        pal.load_state_dict(stored)


def test_an_encoder_is_refused(encoder_folder):
    with pytest.raises(LearnError, match="is an encoder"):
        build(encoder_folder)


def test_more_layers_than_there_are_is_refused(llm_folder):
    with pytest.raises(LearnError, match="has 2 layers, not 3") as caught:
        build(llm_folder, pal__backbone_layers=3)
    assert "pal.backbone_layers=2" in caught.value.remedy


def test_a_decoder_reads_causally_only(pal, content):
    assert pal(content[:, :1], causal=False).shape == (3, 1, 8)
    with pytest.raises(ValueError, match="causal must be True"):
        pal(content, causal=False)


SMALL = {"vocab_size": 64, "num_hidden_layers": 3, "hidden_size": 32, "num_attention_heads": 4}
DECODERS = {
    "gpt2": (transformers.GPT2Model, transformers.GPT2Config, {"n_positions": 16}),
    "opt": (transformers.OPTModel, transformers.OPTConfig, {"ffn_dim": 64, "word_embed_proj_dim": 32}),
    "qwen3": (transformers.Qwen3Model, transformers.Qwen3Config, {"head_dim": 8, "num_key_value_heads": 2}),
    "gemma3": (transformers.Gemma3TextModel, transformers.Gemma3TextConfig, {"head_dim": 8, "num_key_value_heads": 2}),
    "bloom": (transformers.BloomModel, transformers.BloomConfig, {}),
}


@pytest.mark.parametrize("name", DECODERS)
@pytest.mark.filterwarnings("error::UserWarning")
def test_any_decoder_gives_its_layers(name):
    layers, x = decoder_layers(name), torch.randn(2, 5, 32)
    changed = x.clone()
    changed[:, 4] *= -1
    with torch.no_grad():
        assert torch.allclose(layers(x, causal=True)[:, :4], layers(changed, causal=True)[:, :4], atol=1e-5)
    layers.train()(x, causal=True).square().sum().backward()
    assert all((value.grad is not None) == is_adapter(key) for key, value in layers.named_parameters())
    assert len(parameters_hash(layers)) == 64  # every parameter is there, none was left without data
    with pytest.raises(LearnError, match="up to 16 items at once, not 17"):
        layers(torch.randn(1, 17, 32), causal=True)


def test_layers_that_cannot_have_adapters_are_refused():
    settings = transformers.MambaConfig(vocab_size=64, num_hidden_layers=2, hidden_size=32)
    with pytest.raises(LearnError, match="cannot have adapters"):
        LoRALayers(transformers.MambaModel(settings).eval().requires_grad_(False), CONFIG.pal, "mamba", 16)


def weighted(layers, x, place, weight):
    log_weights = torch.zeros(x.shape[:2])
    log_weights[:, place] = np.log(weight)
    with torch.no_grad():
        return layers(x, causal=True, log_weights=log_weights)


def decoder_layers(name):
    model, settings, changes = DECODERS[name]
    torch.manual_seed(0)
    llm = model(settings(**SMALL, **changes, pad_token_id=0, bos_token_id=1, eos_token_id=2)).eval()
    return LoRALayers(llm.requires_grad_(False), CONFIG.with_values(pal__backbone_layers=2).pal, name, 16).eval()


@pytest.mark.parametrize("name", sorted(set(DECODERS) - {"bloom"}))
def test_weights_on_positions_change_what_is_attended_to(name):
    layers, x = decoder_layers(name), torch.randn(2, 5, 32, generator=torch.Generator().manual_seed(2))
    changed = x.clone()
    changed[:, 1] *= -1
    with torch.no_grad():
        plain = layers(x, causal=True)
    assert torch.allclose(weighted(layers, x, 1, 1.0), plain, atol=1e-5)
    assert torch.allclose(weighted(layers, x, 1, 0.5)[:, 0], plain[:, 0], atol=1e-5)  # it does not see the position
    assert not torch.allclose(weighted(layers, x, 1, 0.5)[:, 2:], plain[:, 2:], atol=1e-4)
    # Without weight nobody after it hears of the position, whatever it holds.
    without = [weighted(layers, one, 1, 1e-30)[:, 2:] for one in (x, changed)]
    assert torch.allclose(*without, atol=1e-4) and not torch.allclose(without[0], plain[:, 2:], atol=1e-4)


def test_an_attention_that_takes_no_weights_says_so():
    layers = decoder_layers("bloom")  # it counts distances on the mask
    for _ in range(2):
        with pytest.raises(LearnError, match=r"'bloom' .* takes no weights"):
            weighted(layers, torch.randn(1, 3, 32), 0, 0.5)
    assert layers(torch.randn(1, 3, 32), causal=True).shape == (1, 3, 32)


def test_more_than_a_layer_attends_to_is_not_weighted():
    layers = decoder_layers("gemma3")
    layers.model.config.sliding_window = 4
    with pytest.raises(LearnError, match="attends to 4 items at once, 5 cannot be weighted"):
        weighted(layers, torch.randn(1, 5, 32), 0, 0.5)


def test_a_bundled_llm_needs_a_folder_to_be_converted_into():
    with pytest.raises(LearnError, match="'bundled' is converted into a folder, and none was given"):
        PAL(D_LLM, CONFIG.pal)
