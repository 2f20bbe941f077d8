"""A model and its tokenizer as transformers loads them, and what makes them unfit to read a text."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from learn.cex.forward import Template
from learn.cex.model_files import AS_SAVED, cannot_load
from learn.cex.trust import pickled_weights_allowed, remote_code_allowed

_HEADS = re.compile(r"(^|\.)(pooler|pooled_projection)(\.|$)")
"""Weights that no state of a token depends on."""
_NO_TEXT = "Choose a model that reads text: a decoder (an LLM), an encoder, or both in one (T5, BART)."
_MORE_TOKENS = "Take model and tokenizer from one place; a model that got new tokens needs resize_token_embeddings."


def load_options(revision: str | None = None) -> dict[str, Any]:
    """What every call of transformers is given: no code of the model's own, unless it was allowed."""
    return {"trust_remote_code": remote_code_allowed()} | ({"revision": revision} if revision else {})


def hub_commit(name: str, revision: str | None) -> str:
    """The commit that a Hugging Face id means, from the cache where it is there.

    Raises:
        Exception: whatever transformers raises where it cannot be found.
    """
    from transformers import AutoConfig
    from transformers.utils import cached_file, extract_commit_hash

    AutoConfig.from_pretrained(
        name, **load_options(revision)
    )  # says what is wrong with it better than a missing file does
    file = cached_file(name, "config.json", revision=revision)
    found: str | None = extract_commit_hash(file, None)
    if found is None:
        raise OSError(f"nobody says which commit of {name} this is")
    return found


def load_model(source: str, options: dict[str, Any], dtype: torch.dtype, name: str) -> Any:
    """The transformers model without a head, of an encoder-decoder its encoder, with every weight that it reads with.

    Args:
        source: a folder or a Hugging Face id.
        options: from `load_options`.
        name: of the model, for messages.

    Raises:
        LearnError: weights are missing or of another shape, or it reads no text.
        Exception: whatever else transformers raises.
    """
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(source, **options)
    if getattr(config, "attention_type", None) == "block_sparse":  # what it does would depend on what came before
        config.attention_type = "original_full"
    # transformers loads a dtype by making it torch's default, of the whole process: what another thread makes in that
    # moment (a Run's towers, as a page opens) would be of it too. Beside others it is loaded as what the default is.
    beside_others = threading.current_thread() is not threading.main_thread()
    whole, info = _class_for(config).from_pretrained(
        source,
        config=config,
        dtype=torch.get_default_dtype() if beside_others else dtype,
        use_safetensors=None if pickled_weights_allowed() else True,
        ignore_mismatched_sizes=True,  # they are refused below, by name
        output_loading_info=True,
        **options,
    )
    _check_reads_text(whole, name)
    model = whole.get_encoder() if getattr(whole.config, "is_encoder_decoder", False) else whole
    _check_reads_text(model, name)
    _check_weights(whole, model, info, name)
    if beside_others:
        _cast(model, dtype)
    return model


def _cast(model: Any, dtype: torch.dtype) -> None:
    """Parameters alone, as transformers would have them: tables that a model computes keep their digits."""
    kept = tuple(getattr(model, "_keep_in_fp32_modules_strict", None) or ())
    for name, parameter in model.named_parameters():
        if not any(part in name.split(".") for part in kept):
            parameter.data = parameter.data.to(dtype)


def load_tokenizer(source: str, options: dict[str, Any], name: str) -> Any:
    """The tokenizer.

    Raises:
        LearnError: there is none: transformers would make an empty one of the model's kind.
        Exception: whatever else transformers raises.
    """
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(source, **options)
    if len(set(tokenizer.get_vocab()) - special_tokens(tokenizer) - {"▁", "Ġ"}) < 2:
        raise cannot_load(name, "it has no tokenizer.", AS_SAVED)
    return tokenizer


def check_vocabulary(model: Any, tokenizer: Any, name: str) -> None:
    """Whether every token that text becomes has an embedding.

    Special tokens that no text becomes (a picture's place) may have none.

    Raises:
        LearnError: some has none.
    """
    try:
        rows = model.get_input_embeddings().weight.shape[0]
    except (AttributeError, NotImplementedError):  # it computes embeddings (CANINE)
        return
    special = special_tokens(tokenizer)
    around = read_template(tokenizer)
    most = max((place for token, place in tokenizer.get_vocab().items() if token not in special), default=0)
    most = max(most, *around.before, *around.after, 0)
    if most >= rows:
        raise cannot_load(
            name, f"its tokenizer has tokens up to number {most:,}, its weights embed {rows:,} of them.", _MORE_TOKENS
        )


def special_tokens(tokenizer: Any) -> set[str]:
    """The control words of ``tokenizer``: ends of texts, padding, roles in a chat."""
    added = getattr(tokenizer, "added_tokens_decoder", {}).values()
    return {str(token) for token in tokenizer.all_special_tokens} | {one.content for one in added if one.special}


def read_template(tokenizer: Any) -> Template:
    """What ``tokenizer`` puts around a text."""
    whole = tokenizer("a")
    tokens, bare = list(whole["input_ids"]), list(tokenizer("a", add_special_tokens=False)["input_ids"])
    start = next((at for at in range(len(tokens)) if tokens[at : at + len(bare)] == bare), 0) if bare else 0
    before, after = tuple(tokens[:start]), tuple(tokens[start + len(bare) :])
    types = list(whole.get("token_type_ids") or [])
    if not any(types) or len(types) != len(tokens) or not bare:
        return Template(before, after)
    return Template(before, after, (tuple(types[:start]), types[start], tuple(types[start + len(bare) :])))


def _class_for(config: Any) -> Any:
    from transformers import AutoModel
    from transformers.models.auto.modeling_auto import MODEL_FOR_TEXT_ENCODING_MAPPING

    # The encoder alone, of families that have a class for it: no decoder to load, and checkpoints without one load too.
    if type(config) in MODEL_FOR_TEXT_ENCODING_MAPPING:
        found: Any = MODEL_FOR_TEXT_ENCODING_MAPPING[type(config)]
        if found.__name__.endswith("EncoderModel"):
            return found
    return AutoModel


def _check_reads_text(model: Any, name: str) -> None:
    reads = getattr(model, "main_input_name", "input_ids")
    if reads != "input_ids":
        what = {"pixel_values": "pictures", "input_values": "sound", "input_features": "sound"}.get(reads, reads)
        raise cannot_load(name, f"{type(model).__name__} reads {what}, not text.", _NO_TEXT)
    two_towers = [part for part in ("vision_model", "audio_model") if hasattr(model, part)]
    if two_towers and hasattr(model, "text_model"):
        raise cannot_load(
            name, f"{type(model).__name__} matches texts with {two_towers[0].split('_')[0]}: it gives no states of "
            "a text alone.", _NO_TEXT,
        )  # fmt: skip


def _check_weights(whole: Any, model: Any, info: dict[str, Any], name: str) -> None:
    """Raises a LearnError for what is missing or of another shape; what is missing and unused becomes NaN."""
    used = {id(tensor) for tensor in [*model.parameters(), *model.buffers()]}
    own = dict(whole.named_parameters(remove_duplicate=False)) | dict(whole.named_buffers(remove_duplicate=False))
    others = [f"{key[0]} ({_shape(key[1])} in the file, {_shape(key[2])} by config.json)"
              for key in sorted(info["mismatched_keys"], key=str) if _matters(key[0], own, used)]  # fmt: skip
    if others:
        raise cannot_load(
            name,
            f"{len(others):,} of its weights have another shape than config.json says: {_some(others)}.",
            "Take config.json and the weights from one place.",
        )
    missing = [key for key in sorted(info["missing_keys"]) if _matters(key, own, used)]
    if missing:
        raise cannot_load(
            name,
            f"{len(missing):,} of its {len(own):,} weights are missing, they would be random: {_some(missing)}.",
            "Fetch all of its files, or save the model again (save_pretrained); config.json must be its own.",
        )
    if info.get("error_msgs"):
        raise cannot_load(name, f"its weights do not fit: {str(info['error_msgs'][0]).splitlines()[0]}")
    if extra := _layers_without_place(whole, info["unexpected_keys"]):
        raise cannot_load(
            name,
            f"its weights have more layers than config.json says: {_some(extra)}.",
            "Take config.json and the weights from one place.",
        )
    with torch.no_grad():
        for key in info["missing_keys"]:
            if key in own and own[key].is_floating_point():
                own[key].fill_(torch.nan)  # should it matter after all, no vector comes out


def _matters(key: str, own: dict[str, torch.Tensor], used: set[int]) -> bool:
    return not _HEADS.search(key) and (key not in own or id(own[key]) in used)


def _layers_without_place(model: Any, unexpected: Any) -> list[str]:
    """Weights of a layer that is counted beyond the model's last one."""
    lists = {place: len(part) for place, part in model.named_modules() if isinstance(part, torch.nn.ModuleList)}
    prefix = f"{getattr(model, 'base_model_prefix', '')}."
    found = []
    for key in sorted(unexpected):
        plain = key.removeprefix(prefix)
        for match in re.finditer(r"\.(\d+)\.", plain):
            if int(match[1]) >= lists.get(plain[: match.start()], 1 << 30):
                found.append(key)
                break
    return found


def _shape(size: Any) -> str:
    return " x ".join(map(str, size))


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")


@contextmanager
def quiet() -> Iterator[None]:
    """Without transformers' own bars and reports, and with tokenizers in one thread, as they may run beside torch's."""
    from transformers.utils import logging

    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    logging.disable_progress_bar()
    before = logging.get_verbosity()
    logging.set_verbosity(logging.CRITICAL)
    try:
        yield
    finally:
        logging.set_verbosity(before)
