"""Looking into the towers: shapes on the way, what an embedding depends on, and the invariants that all variants keep.

B sequences, L or T positions, D_in the width of what the towers read, d that of embeddings.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import torch
from torch import nn

from learn.pal.towers import Towers

Embed = Callable[[torch.Tensor], torch.Tensor]


def follow_shapes(towers: Towers, content: torch.Tensor) -> pd.DataFrame:
    """What goes through the user tower for ``content`` [B, L, D_in], step by step.

    Returns:
        Columns step (the module's name in PAL), enters, leaves (shapes as text), parameters.
    """
    rows: list[dict[str, object]] = []

    def note(name: str) -> Callable[[nn.Module, tuple[torch.Tensor, ...], torch.Tensor], None]:
        def hook(module: nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
            parameters = sum(p.numel() for p in module.parameters())
            rows.append({"step": name, "enters": _shape(inputs[0]), "leaves": _shape(output), "parameters": parameters})

        return hook

    pal = towers.pal
    steps: list[tuple[str, nn.Module]] = [("content_projection", pal.content_projection)]
    steps += [(f"block {number}", block) for number, block in enumerate(pal.blocks, 1)]
    steps += [("norm", pal.norm), ("output", pal.output), ("PAL", pal)]
    hooks = [module.register_forward_hook(note(name)) for name, module in steps]
    try:
        with torch.inference_mode():
            towers.users(content)
    finally:
        for hook in hooks:
            hook.remove()
    return pd.DataFrame(rows)


def _shape(tensor: torch.Tensor) -> str:
    return " × ".join(map(str, tensor.shape))


def influence(embed: Embed, content: torch.Tensor, replacement: torch.Tensor) -> np.ndarray:
    """How far each embedding turns when one item of the sequence is exchanged.

    Args:
        embed: [B, L, D_in] -> [B, L, d] of length 1: ``towers.users`` or ``towers.targets``.
        content: [L, D_in], one sequence.
        replacement: [D_in], the item that takes each position in turn.

    Returns:
        [L, L] float: 1 - cosine of embedding i (row) before and after item j (column) was exchanged.
    """
    length = len(content)
    changed = content.repeat(length, 1, 1)
    positions = torch.arange(length)
    changed[positions, positions] = replacement
    with torch.inference_mode():
        before, after = embed(content[None]), embed(changed)  # [1, L, d], [L exchanged, L, d]
    turned = 1 - (before * after).sum(dim=-1)
    influences: np.ndarray = turned.T.clamp_min(0).numpy()
    return influences


def context_cosines(towers: Towers, content: torch.Tensor) -> np.ndarray:
    """[B, T] cosine of each target as training embeds it, in its sequence, and as inference does, alone.

    Args:
        content: [B, T, D_in].
    """
    with torch.inference_mode():
        in_sequence = towers.targets(content)
        alone = towers.items(content.flatten(0, 1)).unflatten(0, content.shape[:2])
        cosines: np.ndarray = (in_sequence * alone).sum(dim=-1).numpy()
    return cosines


def invariants(towers: Towers, content: torch.Tensor) -> dict[str, float]:
    """What every variant promises, as the greatest deviation from it that was found; 0 is perfect.

    Args:
        content: [B, L, D_in], L at least 2; its last position is changed and padding is added on the right.
    """
    changed = content.clone()
    changed[:, -1] = content.flatten(0, 1).mean(dim=0)
    padded = torch.cat([content, torch.zeros_like(content)], dim=1)
    length = content.shape[1]
    flat = content.flatten(0, 1)
    with torch.inference_mode():
        users, targets, items = towers.users(content), towers.targets(content), towers.items(flat)
        lengths = torch.cat([users.norm(dim=-1), targets.norm(dim=-1)])
        one_by_one = torch.cat([towers.items(row[None]) for row in flat])
        return {
            "users and items have one width": float(abs(users.shape[-1] - items.shape[-1])),
            "every embedding has length 1": _most(lengths - 1),
            "the future changes no earlier user": _most((towers.users(changed) - users)[:, :-1]),
            "padding changes nothing": _most(towers.users(padded)[:, :length] - users),
            "at inference an item is embedded alone": _most(items - one_by_one),
        }


def _most(difference: torch.Tensor) -> float:
    return float(difference.abs().max())
