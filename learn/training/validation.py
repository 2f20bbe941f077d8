"""What decides the best epoch, and when training stops."""

from __future__ import annotations

import numpy as np
import torch

from learn.cex.devices import compute_dtype
from learn.config import Config
from learn.data.schema import Recommendations
from learn.data.sequences import take_users
from learn.data.splits import Phase, Split
from learn.evaluation.protocol import evaluated_users, validation_score
from learn.evaluation.repeat_bias import fit_repeat_bias
from learn.evaluation.validation import validation_metric
from learn.pal.infer import item_vectors, user_vectors
from learn.pal.towers import Towers


def validate(towers: Towers, content: torch.Tensor, split: Split, config: Config) -> float:
    """The validation metric of the towers as they are; ``content``: [N, D_llm], prepared, on the device."""
    candidates, metric, k = validation_metric(split)
    evaluated = evaluated_users(split, Phase.VALIDATION, candidates, config.training.validation_users)
    histories = take_users(split.history(Phase.VALIDATION), evaluated)
    autocast = compute_dtype(config.training.precision, content.device) is torch.bfloat16
    with torch.autocast(content.device.type, torch.bfloat16, enabled=autocast):
        some = user_vectors(towers, content, histories, config.sampling)
        items = item_vectors(towers, content)
    users = np.zeros((len(split.sequences), some.shape[1]), np.float32)
    users[evaluated] = some
    repeat = 0.0
    if config.pal.repeat_bias and candidates == Recommendations.ALL_CANDIDATES:
        repeat = fit_repeat_bias(users, items, split, evaluated)
    return validation_score(
        users, items, split, candidates=candidates, metric=metric, k=k, users=evaluated, repeat=repeat
    )
