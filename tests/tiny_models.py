"""Tiny random models of many architectures with one shared tokenizer, made on the spot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.fake_llm import VOCABULARY, make_tokenizer

_USUAL = {
    "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64,
    "max_position_embeddings": 64, "vocab_size": VOCABULARY,
}  # fmt: skip
_FEW_HEADS = _USUAL | {"num_key_value_heads": 2}
_GPT = {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 64, "vocab_size": VOCABULARY}
_SPECIAL = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 1}
_T5 = {"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4, "vocab_size": VOCABULARY}

UNLIMITED = 1 << 30
SHAPES: dict[str, tuple[dict[str, Any], int, int, bool]] = {  # model type -> settings, width, positions, decoder
    "bert": (_USUAL, 32, 64, False),
    "roberta": (_USUAL, 32, 62, False),
    "xlm-roberta": (_USUAL, 32, 62, False),
    "distilbert": ({"dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 64, "max_position_embeddings": 64,
                    "vocab_size": VOCABULARY}, 32, 64, False),
    "electra": (_USUAL | {"embedding_size": 16}, 32, 64, False),
    "albert": (_USUAL | {"embedding_size": 16}, 32, 64, False),
    "deberta-v2": (_USUAL | {"relative_attention": True, "pos_att_type": ["p2c", "c2p"]}, 32, 64, False),
    "mpnet": (_USUAL, 32, 62, False),
    "longformer": (_USUAL | {"attention_window": [8, 8]}, 32, 62, False),
    "big_bird": (_USUAL | {"block_size": 8, "num_random_blocks": 1}, 32, 64, False),
    "modernbert": (_USUAL | _SPECIAL | {"cls_token_id": 1, "sep_token_id": 1, "local_attention": 16}, 32, 64, False),
    "xlnet": ({"d_model": 32, "n_layer": 2, "n_head": 4, "d_inner": 64, "vocab_size": VOCABULARY}, 32, UNLIMITED,
              False),
    "fnet": ({"hidden_size": 32, "num_hidden_layers": 2, "intermediate_size": 64, "max_position_embeddings": 64,
              "vocab_size": VOCABULARY}, 32, 64, False),
    "t5": (_T5, 32, UNLIMITED, False),
    "bart": ({"d_model": 32, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 4,
              "decoder_attention_heads": 4, "encoder_ffn_dim": 64, "decoder_ffn_dim": 64,
              "max_position_embeddings": 64, "vocab_size": VOCABULARY}, 32, 64, False),
    "gpt2": (_GPT | _SPECIAL, 32, 64, True),
    "gpt_neox": (_USUAL, 32, 64, True),
    "opt": (_USUAL | {"ffn_dim": 64, "word_embed_proj_dim": 16}, 16, 64, True),
    "bloom": ({"hidden_size": 32, "n_layer": 2, "n_head": 4, "vocab_size": VOCABULARY}, 32, UNLIMITED, True),
    "llama": (_FEW_HEADS, 32, 64, True),
    "mistral": (_FEW_HEADS | {"sliding_window": 16}, 32, 64, True),
    "qwen2": (_FEW_HEADS, 32, 64, True),
    "qwen3": (_FEW_HEADS | {"head_dim": 8}, 32, 64, True),
    "gemma": (_FEW_HEADS | {"head_dim": 8}, 32, 64, True),
    "phi": (_USUAL, 32, 64, True),
    "mamba": ({"hidden_size": 32, "num_hidden_layers": 2, "state_size": 8, "vocab_size": VOCABULARY}, 32, UNLIMITED,
              True),
    "falcon": ({"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": VOCABULARY,
                "max_position_embeddings": 64}, 32, 64, True),
    "rwkv": ({"hidden_size": 32, "num_hidden_layers": 2, "context_length": 64, "vocab_size": VOCABULARY}, 32, 64, True),
}  # fmt: skip


def make_model(kind: str, folder: Path, **changes: Any) -> Any:
    """Saves a random model of the type ``kind`` and the tokenizer into ``folder``; returns it, in evaluation mode."""
    import torch
    from transformers import AutoConfig, AutoModel

    torch.manual_seed(0)
    model = AutoModel.from_config(AutoConfig.for_model(kind, **SHAPES[kind][0] | changes)).eval()
    model.save_pretrained(folder)
    make_tokenizer(folder)
    return model
