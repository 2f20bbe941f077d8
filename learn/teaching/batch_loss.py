"""The loss of one batch laid open: embeddings, and which pair is a positive, a negative or an accidental hit.

B users, N_h history positions, N_t targets each, d the embeddings' width.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from learn.objective import accidental_hits
from learn.pal.towers import Towers
from learn.training.batch import Batch

POSITIVE, NEGATIVE, ACCIDENTAL_HIT = "positive", "negative", "accidental hit, masked"


@dataclass(frozen=True)
class Embedded:
    """What the loss takes.

    Attributes:
        users: [B, N_h, d]; items: [B, N_t, d]; both of length 1.
        ids: [B, N_t] int64 item indices of the targets.
        own: [B, 1, T'] int64, padded with -1: what is no negative for each user.
    """

    users: torch.Tensor
    items: torch.Tensor
    ids: torch.Tensor
    own: torch.Tensor

    @property
    def masked(self) -> torch.Tensor:
        """[B, 1, B x N_t] bool, True = not a negative for this user."""
        return accidental_hits(self.ids.flatten(), self.own)


@dataclass(frozen=True)
class LossGrid:
    """One user's row of the batch.

    Attributes:
        cosines: [N_h, B x N_t] float.
        kinds: [B x N_t] object: `POSITIVE`, `NEGATIVE` or `ACCIDENTAL_HIT`.
        owners: [B x N_t] whose target it is, an index into the batch.
        items: [B x N_t] item indices.
    """

    cosines: np.ndarray
    kinds: np.ndarray
    owners: np.ndarray
    items: np.ndarray


def embed_batch(towers: Towers, content: np.ndarray | torch.Tensor, batch: Batch) -> Embedded:
    """Both towers over a dense all-action ``batch``; ``content``: [N, D_llm], prepared. Nothing takes a gradient."""
    content = torch.as_tensor(content)
    rows = torch.arange(len(batch.history))[:, None]
    history, target = torch.as_tensor(batch.history), torch.as_tensor(batch.target)
    positions = torch.as_tensor(batch.history_positions), torch.as_tensor(batch.target_positions)
    with torch.inference_mode():
        users = towers.users(towers.inputs(content[history], history))[rows, positions[0]]
        items = towers.targets(towers.inputs(content[target], target))[rows, positions[1]]
    return Embedded(users, items, target[rows, positions[1]], torch.as_tensor(batch.excluded_negatives))


def loss_grid(embedded: Embedded, user: int) -> LossGrid:
    """The `LossGrid` of the batch's user number ``user``."""
    n_users, n_targets = embedded.ids.shape
    owners = np.repeat(np.arange(n_users), n_targets)
    masked = embedded.masked[user, 0].numpy()
    kinds = np.where(owners == user, POSITIVE, np.where(masked, ACCIDENTAL_HIT, NEGATIVE)).astype(object)
    cosines = (embedded.users[user] @ embedded.items.flatten(0, 1).T).numpy()
    return LossGrid(cosines, kinds, owners, embedded.ids.flatten().numpy())
