"""A tiny random LLM with a tokeniser, made on the spot: no test downloads a model."""

from __future__ import annotations

from pathlib import Path

VOCABULARY = 128
HIDDEN_SIZE = 32


def make_tiny_llm(folder: Path | str, causal: bool = True, seed: int = 0) -> Path:
    """Saves a two-layer Llama (or BERT) of width 32 and a tokeniser of single characters into ``folder``."""
    import torch
    from transformers import BertConfig, BertModel, LlamaConfig, LlamaModel

    folder = Path(folder)
    torch.manual_seed(seed)
    if causal:
        model = LlamaModel(
            LlamaConfig(
                vocab_size=VOCABULARY,
                hidden_size=HIDDEN_SIZE,
                intermediate_size=64,
                num_hidden_layers=2,
                num_attention_heads=4,
                num_key_value_heads=2,
                max_position_embeddings=2048,
                initializer_range=0.2,
            )
        )
    else:
        model = BertModel(
            BertConfig(
                vocab_size=VOCABULARY,
                hidden_size=HIDDEN_SIZE,
                intermediate_size=64,
                num_hidden_layers=2,
                num_attention_heads=4,
                max_position_embeddings=512,
                initializer_range=0.2,
            )
        )
    model.save_pretrained(folder)
    make_tokenizer(folder)
    return folder


def make_tokenizer(folder: Path) -> None:
    """Saves a tokenizer of single characters, with fewer than `VOCABULARY` tokens, into ``folder``."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    characters = ["[PAD]", "[UNK]", *(chr(code) for code in range(32, 127))]
    tokenizer = Tokenizer(models.WordLevel({text: place for place, text in enumerate(characters)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("."), behavior="isolated")
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]").save_pretrained(folder)


def make_tiny_encoder(folder: Path | str, seed: int = 0) -> Path:
    """The BERT of `make_tiny_llm`."""
    return make_tiny_llm(folder, causal=False, seed=seed)
