"""The fusion module (SPEC, section 6): LEARN's vectors are adapted by an auxiliary task before a ranker sees them.

Either side gets an adapter, an MLP whose answer is added to the vector; the adapted sides are matched by products
summed in groups of dimensions ("heads"), and a linear layer reads the auxiliary task's probability from the matches and
the item's popularity prior. The adapters begin at nothing, so the module begins at the Run's own cosine and moves only
as far as the task leads it.

A ranker trained on features that have seen its own labels trusts them too much. So the features of a training
impression come from modules that never saw its user (cross-fitting: the users in `FOLDS` parts, one module without
each); those of later impressions are the modules' mean. Since all modules begin at the same place, their features mean
the same.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from learn.ranking.config import FusionConfig
from learn.ranking.vectors import ImpressionVectors

FOLDS = 3
INITIAL_SCALE, INITIAL_BIAS = 8.0, -3.0  # of the cosine and of the logit: about the share that converts


class FusionModule(nn.Module):
    """User and item vectors and the item's prior -> adapted matches and the auxiliary task's logit."""

    def __init__(self, width: int, config: FusionConfig) -> None:
        super().__init__()
        self.user_adapter = _adapter(width, config)
        self.item_adapter = _adapter(width, config)
        self.groups = [len(part) for part in np.array_split(np.arange(width), min(config.heads, width))]
        self.task = nn.Linear(len(self.groups) + 1, 1)
        with torch.no_grad():
            self.task.weight.fill_(INITIAL_SCALE)
            self.task.weight[0, -1] = 1.0
            self.task.bias.fill_(INITIAL_BIAS)

    def matches(self, users: torch.Tensor, items: torch.Tensor) -> torch.Tensor:
        """[B, d] and [B, d], both of length 1 -> [B, heads]; before training their sum is the cosine."""
        scale = users.shape[1] ** 0.5  # dimensions of about 1, as an MLP likes them
        product = (users + self.user_adapter(users * scale)) * (items + self.item_adapter(items * scale))
        return torch.stack([part.sum(dim=1) for part in product.split(self.groups, dim=1)], dim=1)

    def forward(self, users: torch.Tensor, items: torch.Tensor, priors: torch.Tensor) -> torch.Tensor:
        """[B] logits of the auxiliary task."""
        return self.task(torch.cat([self.matches(users, items), priors[:, None]], dim=1)).squeeze(1)


def _adapter(width: int, config: FusionConfig) -> nn.Sequential:
    first, last = nn.Linear(width, config.hidden_size), nn.Linear(config.hidden_size, width)
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias)
    return nn.Sequential(first, nn.GELU(), nn.Dropout(config.dropout), last)


def fit_fusion(
    vectors: ImpressionVectors,
    labels: np.ndarray,
    train: np.ndarray,
    validation: np.ndarray,
    config: FusionConfig,
    seed: int,
) -> FusionModule:
    """Trains the module on the auxiliary task; the epoch with the least validation loss.

    Args:
        labels: [n] 0 or 1 of the task.
        train, validation: [n] bool.
    """
    users, items, priors = (torch.as_tensor(part) for part in (vectors.users, vectors.items, vectors.priors))
    wanted = torch.as_tensor(labels.astype(np.float32))
    rows, watched = np.flatnonzero(train), torch.as_tensor(np.flatnonzero(validation))
    rng = np.random.default_rng(seed)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        module = FusionModule(users.shape[1], config)
        optimizer = torch.optim.AdamW(module.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay)
        steps = max(1, -(-len(rows) // config.batch_size))
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, config.learning_rate, total_steps=steps * config.epochs
        )
        best, state = np.inf, module.state_dict()
        for _ in range(config.epochs):
            module.train()
            for batch in map(torch.as_tensor, np.array_split(rng.permutation(rows), steps)):
                logits = module(users[batch], items[batch], priors[batch])
                loss = functional.binary_cross_entropy_with_logits(logits, wanted[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
            module.eval()
            with torch.inference_mode():
                logits = module(users[watched], items[watched], priors[watched])
                judged = functional.binary_cross_entropy_with_logits(logits, wanted[watched]).item()
            if judged < best:
                best, state = judged, {name: value.clone() for name, value in module.state_dict().items()}
    module.load_state_dict(state)
    return module.eval()


def fuse(
    vectors: ImpressionVectors,
    users: np.ndarray,
    labels: np.ndarray,
    train: np.ndarray,
    validation: np.ndarray,
    config: FusionConfig,
    seed: int,
) -> dict[str, np.ndarray]:
    """Name -> [n] float32: what the module makes of every impression, cross-fitted by user, beside what it began at.

    The features are the adapted match (and its heads, where there are several), the vectors' own cosine, and the prior.

    Args:
        users: [n] user indices; labels: [n] of the auxiliary task; train, validation: [n] bool.
    """
    people = np.unique(users)
    fold_of = np.zeros(int(people.max()) + 1, np.int64)
    fold_of[people] = np.random.default_rng(seed).permutation(len(people)) % FOLDS
    folds = fold_of[users]
    found = np.zeros((len(users), 0), np.float32)
    for fold in range(FOLDS):
        module = fit_fusion(vectors, labels, train & (folds != fold), validation, config, seed)
        with torch.inference_mode():
            matches = module.matches(torch.as_tensor(vectors.users), torch.as_tensor(vectors.items)).numpy()
        found = found if found.shape[1] else np.zeros_like(matches)
        held_out = train & (folds == fold)
        found[held_out] = matches[held_out]
        found[~train] += matches[~train] / FOLDS
    heads = {f"match {place}": column for place, column in enumerate(found.T, 1)} if found.shape[1] > 1 else {}
    return {"match": found.sum(axis=1), **heads, "cosine": vectors.cosines, "prior": vectors.priors}
