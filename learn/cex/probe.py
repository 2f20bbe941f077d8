"""What a model is, found by trying it: its width, how much it reads at once, whether padding changes what it reads.

Configurations say it too, each family under other names, and some are wrong by one or two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from learn.cex.forward import Template, token_states
from learn.cex.model_files import cannot_load

UNLIMITED = 1 << 30
"""Tokens that a model without a table of positions reads at once."""
SHORT, LONGER = 7, 19
"""Tokens of the two texts that are read in full."""
_MOST_TRIED = 4200
"""A claim of more positions than this is believed: such models compute positions, they have no table to run out of."""
ROUNDING = {True: 1e-3, False: 0.15}
"""How far two ways of computing the same lie apart, by whether it is float32: bfloat16's errors add up over layers."""
FAILS = (
    IndexError,
    RuntimeError,
    ValueError,
    TypeError,
    AttributeError,
    KeyError,
    AssertionError,
    NotImplementedError,
)
"""What models raise that cannot read a text."""
_ANOTHER = "Choose a model that reads text: a decoder (an LLM), an encoder, or both in one (T5, BART)."


@dataclass(frozen=True)
class Probe:
    """What trying a model showed.

    Attributes:
        width: D_llm.
        max_positions: tokens that it reads at once.
        is_causal: a token's state does not depend on the tokens after it.
        pads: texts of several lengths may be read in one padded batch; False: the padding would change them.
    """

    width: int
    max_positions: int
    is_causal: bool
    pads: bool


class _Reached(Exception):
    """The first layer was: all positions were there."""


def probe_model(
    model: Any, words: Sequence[int], template: Template, pad: int, wanted: int, name: str, claimed: int | None = None
) -> Probe:
    """Reads a short and a longer text in several ways, and finds the longest that there are positions for.

    Args:
        model: on the processor, in evaluation mode; a graphics card does not survive a position that is not there.
        words: token ids of any text, at least two different ones, without special tokens.
        template: what stands around each text.
        pad: the id that stands for nothing.
        wanted: tokens that are to be read at once, if it can.
        name: of the model, for messages.
        claimed: positions that its configuration claims; None: it claims nothing.

    Raises:
        LearnError: it does not read text, gives no state per token, or other ones each time.
    """
    claimed = claimed if isinstance(claimed, int) and claimed > 0 else None
    limit = _limit(model, words, claimed, wanted)
    if limit < 1:
        raise cannot_load(name, f"{_kind(model)} reads no text.{_why(model, words)}", _ANOTHER)
    size = len(template.before) + len(template.after)
    short, longer = (
        [*template.before, *_text(words, min(length, max(1, limit - size))), *template.after]
        for length in (SHORT, LONGER)
    )
    short = short[:limit]
    longer = longer[:limit]
    try:
        with torch.inference_mode():
            alone = token_states(model, [short], pad, template)[0]
            if alone.shape[:2] != (1, len(short)):
                raise cannot_load(
                    name,
                    f"{_kind(model)} gives states {tuple(alone.shape)} for {len(short)} tokens, not one per token.",
                    _ANOTHER,
                )
            token_states(model, [longer], pad, template)
            again = token_states(model, [short], pad, template)[0]
            together = _in_batch(model, [short, longer], pad, template)
            other = [short[0], *(next(word for word in words if word != token) for token in short[1:])]
            changed = token_states(model, [other], pad, template)[0]
    except FAILS as error:
        raise cannot_load(name, f"{_kind(model)} reads no text: {_first_line(error)}", _ANOTHER) from error
    if not torch.isfinite(alone).all():
        raise cannot_load(
            name, f"it gives numbers that are not finite in {str(alone.dtype).removeprefix('torch.')}.",
            "Use cex.dtype = float32; if it is that already, its weights are damaged: fetch them again.",
        )  # fmt: skip
    if not same_states(alone, again):
        raise cannot_load(name, f"{_kind(model)} reads the same text differently each time.", _ANOTHER)
    pads = (
        together is not None
        and together.shape[1] == len(longer)
        and same_states(alone[0], together[0, : len(short)], ROUNDING[alone.dtype is torch.float32])
    )
    return Probe(alone.shape[-1], limit, len(short) > 1 and same_states(alone[:, :1], changed[:, :1]), pads)


def _in_batch(model: Any, texts: list[list[int]], pad: int, template: Template) -> torch.Tensor | None:
    """[B, L, D] states of a padded batch; None where the model cannot read one."""
    try:
        return token_states(model, texts, pad, template)[0]
    except FAILS:
        return None


def _limit(model: Any, words: Sequence[int], claimed: int | None, wanted: int) -> int:
    """Tokens that the model reads at once; 0: not even one."""
    most = claimed if claimed is not None and claimed <= _MOST_TRIED else min(claimed or wanted, wanted)
    if _has_positions(model, words, most):
        return claimed or UNLIMITED
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _has_positions(model, words, middle) else (low, middle)
    return low


def _has_positions(model: Any, words: Sequence[int], length: int) -> bool:
    """Whether so many tokens get as far as the first layer: what reads positions from a table does so before."""

    def stop(*_: Any) -> None:
        raise _Reached

    layers = _layers(model)
    hook = layers[0].register_forward_pre_hook(stop) if layers is not None else None
    try:
        with torch.inference_mode():
            token_states(model, [_text(words, length)])
    except _Reached:
        return True
    except FAILS:
        return False
    finally:
        if hook is not None:
            hook.remove()
    return True


def _layers(model: Any) -> torch.nn.ModuleList | None:
    config = getattr(model.config, "get_text_config", lambda: model.config)()
    count = getattr(config, "num_hidden_layers", None)
    lists = (module for module in model.modules() if isinstance(module, torch.nn.ModuleList))
    return next((found for found in lists if len(found) == count), None)


def _text(words: Sequence[int], length: int) -> list[int]:
    return [words[place % len(words)] for place in range(length)]


def same_states(a: torch.Tensor, b: torch.Tensor, rounding: float = 1e-3) -> bool:
    """Whether no number of ``a`` is further from ``b``'s than ``rounding`` times their root mean square."""
    a, b = a.float(), b.float()
    return bool((a - b).abs().max() <= rounding * a.square().mean().sqrt())


def _why(model: Any, words: Sequence[int]) -> str:
    try:
        with torch.inference_mode():
            token_states(model, [_text(words, 1)])
    except FAILS as error:
        return f" It says: {_first_line(error)}"
    return ""


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _kind(model: Any) -> str:
    return type(model).__name__
