"""How much the residual content path (`learn.pal.residual`) counts: chosen on validation, after training."""

from __future__ import annotations

import numpy as np
import torch

from learn.config import Config
from learn.data.sequences import take_users
from learn.data.splits import Phase, Split
from learn.evaluation.protocol import evaluated_users, validation_score
from learn.evaluation.validation import validation_metric
from learn.pal.infer import item_vectors, user_vectors
from learn.pal.towers import Towers
from learn.runs.run import Run

SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5, 2.0, 4.0)
"""The strengths that are tried, as shares of the towers' scale; at 0 there is nothing but the towers."""


def choose_strength(towers: Towers, content: torch.Tensor, split: Split, config: Config) -> float:
    """The strength under which the towers do best by the metric that chose the epoch; the smallest of equals.

    Args:
        towers: trained, with a residual, whose strength is changed on the way.
        content: [N, D_llm] prepared content, on the device.
    """
    assert towers.residual is not None
    candidates, metric, k = validation_metric(split)
    evaluated = evaluated_users(split, Phase.VALIDATION, candidates, config.training.validation_users)
    histories = take_users(split.history(Phase.VALIDATION), evaluated)
    items = item_vectors(towers, content)
    scale, found = float(towers.scale.detach()), []
    # A user is a sum of parts: the one without a residual and the one of a strength of 1 give all others.
    ends = []
    for strength in (0.0, 1.0):
        towers.residual.strength.fill_(strength)
        ends.append(user_vectors(towers, content, histories, config.sampling))
    users = np.zeros((len(split.sequences), items.shape[1]), np.float32)
    for share in SHARES:
        users[evaluated] = ends[0] + np.float32(share * scale) * (ends[1] - ends[0])
        value = validation_score(users, items, split, candidates=candidates, metric=metric, k=k, users=evaluated)
        found.append(value)
    return scale * SHARES[int(np.argmax(found))]


def strength_of(run: Run) -> float:
    """The strength that was chosen for a trained Run with a residual."""
    return float(run.tensors("weights")["residual.strength"].item())
