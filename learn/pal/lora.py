"""The LLM's own first layers as PAL's transformer: frozen, with LoRA adapters that are trained (paper, Table 7).

The layers read item embeddings where an LLM reads token embeddings. Hu et al., LoRA, arXiv 2106.09685.
Shapes: B sequences of length L; D the LLM's hidden size.
"""

from __future__ import annotations

from inspect import signature
from pathlib import Path
from typing import Any

import torch
from torch import nn

from learn.cex.llm import load_llm, parameters_hash
from learn.config import BUNDLED, BUNDLED_ENCODER, CEXConfig, PALConfig
from learn.errors import LearnError
from learn.pal.masks import weighted_causal_mask

LORA_SCALE = 2
"""What an adapter adds is multiplied by this, at every rank."""


class LoRALayers(nn.Module):
    """The first ``backbone_layers`` decoder layers of the LLM and its last norm, with an adapter on every projection.

    The adapters alone are parameters that train, and they alone are in the state dict, beside a hash of the frozen
    weights: loading a state dict that was trained on other frozen weights raises a LearnError.

    Args:
        model: a transformers decoder without a head, frozen; changed in place.
        config: how many layers, the adapters' rank, their dropout.
        name: of the LLM, for messages.
        max_positions: items that it can read at once.
    """

    def __init__(self, model: Any, config: PALConfig, name: str, max_positions: int) -> None:
        super().__init__()
        self.name, self.max_positions = name, max_positions
        # Items come in at the tokens' size; trained layers add to what they read by amounts that suit it.
        self.token_size = model.get_input_embeddings().weight.float().square().mean().sqrt().item()
        model.set_input_embeddings(nn.Identity())
        _keep_first_layers(model, config.backbone_layers, name)
        _check_causal(model, name)
        self.frozen_hash = torch.frombuffer(bytearray.fromhex(parameters_hash(model)), dtype=torch.uint8)
        self.model = _with_adapters(model, config, name)
        trained = {name for name, parameter in self.named_parameters() if parameter.requires_grad}
        self._frozen = {f"model.{name}" for name in self.model.state_dict()} - trained
        self._takes_weights: bool | None = None
        self.register_state_dict_post_hook(_leave_frozen_out)
        self.register_load_state_dict_pre_hook(_put_frozen_in)

    def forward(self, x: torch.Tensor, causal: bool, log_weights: torch.Tensor | None = None) -> torch.Tensor:
        """[B, L, D] -> [B, L, D]; ``log_weights``: see `learn.pal.encoder.PAL.hidden`.

        Raises:
            LearnError: L is more than the LLM can read, or positions cannot be weighted in its attention.
            ValueError: the sequence is not to be read causally; a decoder cannot read it otherwise.
        """
        length = x.shape[1]
        if not causal and length > 1:
            raise ValueError("the LLM's layers are a decoder's: causal must be True")
        if length > self.max_positions:
            raise LearnError(
                f"The LLM {self.name!r} reads up to {self.max_positions} items at once, not {length}.",
                f"Shorten the sequences: --set sampling.history_length={self.max_positions}",
            )
        if log_weights is not None:
            self._check_weights(length)
        return self._read(x * self.token_size, log_weights)

    def _read(self, embedded: torch.Tensor, log_weights: torch.Tensor | None = None) -> torch.Tensor:
        """[B, L, D] in place of token embeddings -> [B, L, D] last hidden states."""
        more: dict[str, torch.Tensor] = {}
        if log_weights is not None:
            # A mask of four dimensions is added to the logits as it is.
            more["attention_mask"] = weighted_causal_mask(log_weights).to(embedded.dtype)
            if "position_ids" in signature(self.model.forward).parameters:  # some would be read off the mask
                more["position_ids"] = torch.arange(embedded.shape[1], device=embedded.device)[None]
        hidden: torch.Tensor = self.model(inputs_embeds=embedded, use_cache=False, **more).last_hidden_state
        return hidden

    def _check_weights(self, length: int) -> None:
        """Tries them: under weights of 1 the layers must read as they do without weights.

        Raises:
            LearnError: they do not, or ``length`` items are more than a layer attends to at once.
        """
        window = getattr(self.model.config.get_text_config(), "sliding_window", None)
        if window is not None and length > window:
            raise LearnError(
                f"The LLM {self.name!r} attends to {window} items at once, {length} cannot be weighted.",
                "Explain shorter histories, or use a Run of PAL's own layers.",
            )
        if self._takes_weights is None:
            self._takes_weights = self._tried_weights()
        if not self._takes_weights:
            raise LearnError(
                f"The LLM {self.name!r} ({type(self.model).__name__}) takes no weights on what it attends to, so "
                "nothing can be said of what speaks for an item.",
                "Use a Run of PAL's own layers, or of another LLM's.",
            )

    def _tried_weights(self) -> bool:
        width = self.model.config.get_text_config().hidden_size
        parameter = next(self.model.parameters())
        items = torch.randn(1, 3, width, generator=torch.Generator().manual_seed(0)).to(parameter)
        training = self.model.training
        self.model.eval()
        try:
            with torch.no_grad():
                plain, weighted = self._read(items), self._read(items, items.new_zeros(1, 3))
        except (TypeError, ValueError, RuntimeError, NotImplementedError):
            return False
        finally:
            self.model.train(training)
        # Two ways of computing the same differ in rounding; wrong positions or distances by far more.
        return bool((plain - weighted).abs().max() <= 1e-3 * plain.abs().max())

    def get_extra_state(self) -> torch.Tensor:
        """[32] uint8, SHA-256 of the frozen weights: goes with the adapters wherever they are stored."""
        return self.frozen_hash

    def set_extra_state(self, state: torch.Tensor) -> None:
        """Compares what `get_extra_state` gave.

        Raises:
            LearnError: the frozen weights are others than those that the adapters were trained on.
        """
        if not torch.equal(state.cpu(), self.frozen_hash):
            raise LearnError(
                f"The first layers of the LLM {self.name!r} are not those that the adapters were trained on.",
                "Bring back the LLM's former files, or train again.",
            )


def llm_blocks(config: PALConfig, cex: CEXConfig, models: Path | None) -> tuple[int, list[nn.Module]]:
    """(D, blocks) of the LLM that ``cex`` names; float32, as autocast decides what to round.

    Args:
        models: where converted bundled LLMs are kept; needed for these only.

    Raises:
        LearnError: it cannot be loaded, is no decoder, or has fewer layers than ``backbone_layers``.
    """
    if models is None and cex.llm in (BUNDLED, BUNDLED_ENCODER):
        raise LearnError(
            f"The LLM {cex.llm!r} is converted into a folder, and none was given for it.",
            "Say where converted LLMs are kept: models=workspace.models",
        )
    llm = load_llm(cex.model_copy(update={"dtype": "float32"}), models or "", torch.device("cpu"))
    return llm.hidden_size, [LoRALayers(llm.model, config, cex.llm, llm.max_positions)]


def _keep_first_layers(model: Any, count: int, name: str) -> None:
    config = model.config.get_text_config()
    there = config.num_hidden_layers
    if count > there:
        raise LearnError(
            f"The LLM {name!r} has {there} layers, not {count}.", f"Use fewer: --set pal.backbone_layers={there}"
        )
    layers = next((m for m in model.modules() if isinstance(m, nn.ModuleList) and len(m) == there), None)
    if layers is None:
        raise LearnError(f"The layers of the LLM {name!r} ({type(model).__name__}) were not found.", _ANOTHER)
    del layers[count:]
    config.num_hidden_layers = count


_ANOTHER = "Choose a decoder, for example the bundled LLM (--llm bundled), or --set pal.backbone=own."


def _check_causal(model: Any, name: str) -> None:
    """Tries it: not every model says whether it is a decoder.

    Raises:
        LearnError: the second item changes what the first becomes, or the model reads nothing but token ids.
    """
    width = model.config.get_text_config().hidden_size
    items = torch.randn(1, 2, width, generator=torch.Generator().manual_seed(0))
    changed = items.clone()
    changed[:, 1] = -items[:, 1]
    try:
        with torch.inference_mode():
            first, other = (model(inputs_embeds=x).last_hidden_state[:, 0] for x in (items, changed))
    except (TypeError, ValueError, NotImplementedError) as error:
        raise LearnError(f"The LLM {name!r} cannot read embeddings in place of tokens: {error}", _ANOTHER) from error
    if not torch.allclose(first, other, atol=1e-5):
        raise LearnError(f"{name!r} is an encoder: its layers would show a history its own future.", _ANOTHER)


def _with_adapters(model: Any, config: PALConfig, name: str) -> Any:
    from peft import LoraConfig, inject_adapter_in_model
    from transformers.pytorch_utils import Conv1D

    lora = LoraConfig(
        r=config.lora_rank,
        lora_alpha=round(LORA_SCALE * config.lora_rank),
        lora_dropout=config.dropout,
        target_modules="all-linear",
        fan_in_fan_out=any(isinstance(module, Conv1D) for module in model.modules()),  # GPT-2's transposed weights
    )
    try:
        return inject_adapter_in_model(lora, model)
    except ValueError as error:
        raise LearnError(
            f"The LLM {name!r} ({type(model).__name__}) cannot have adapters: {error}", _ANOTHER
        ) from error


def _leave_frozen_out(layers: LoRALayers, state: dict[str, Any], prefix: str, _: Any) -> None:
    for name in layers._frozen:
        del state[prefix + name]


def _put_frozen_in(layers: LoRALayers, state: dict[str, Any], prefix: str, *_: Any) -> None:
    own = layers.model.state_dict()
    state.update({prefix + name: own[name.removeprefix("model.")] for name in layers._frozen})
