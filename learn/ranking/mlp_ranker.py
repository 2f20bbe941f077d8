"""A small neural ranker: embeddings of the user, the item and every category beside the numbers, then an MLP."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from learn.ranking.feature_matrix import FeatureMatrix

SETTINGS = ({"id_dropout": 0.5}, {"id_dropout": 0.8})
"""What validation chooses among. IDs are seen many times in an epoch and are soon known by heart: without leaving them
out the second epoch is worse than the first."""
EPOCHS, BATCH_SIZE, LEARNING_RATE, WEIGHT_DECAY = 4, 512, 1e-3, 1e-4
EMBEDDING_SIZE, ID_SIZE, HIDDEN_SIZES, DROPOUT = 8, 16, (128, 64), 0.2


class RankerNet(nn.Module):
    """[B, f] numbers and [B, c + 2] codes, the last two user and item -> [B] logits of conversion."""

    def __init__(self, n_numbers: int, sizes: tuple[int, ...], n_users: int, n_items: int, id_dropout: float) -> None:
        super().__init__()
        dims = [min(EMBEDDING_SIZE, size // 2 + 1) for size in sizes] + [ID_SIZE, ID_SIZE]
        counts = [*sizes, n_users + 1, n_items + 1]  # 0: unknown, or left out
        embeddings = [nn.Embedding(count, dim) for count, dim in zip(counts, dims, strict=True)]
        for embedding in embeddings:
            nn.init.normal_(embedding.weight, std=0.05)
        self.embeddings = nn.ModuleList(embeddings)
        wide, narrow = HIDDEN_SIZES
        self.layers = nn.Sequential(
            nn.Linear(n_numbers + sum(dims), wide), nn.GELU(), nn.Dropout(DROPOUT),
            nn.Linear(wide, narrow), nn.GELU(), nn.Dropout(DROPOUT),
            nn.Linear(narrow, 1),
        )  # fmt: skip
        self.id_dropout = id_dropout

    def forward(self, numbers: torch.Tensor, codes: torch.Tensor) -> torch.Tensor:
        """[B, f] standardised numbers and [B, c + 2] codes -> [B] logits of conversion."""
        if self.training:
            kept = torch.rand(len(codes), 2, device=codes.device) >= self.id_dropout
            codes = torch.cat([codes[:, :-2], codes[:, -2:] * kept], dim=1)
        embedded = [embedding(codes[:, place]) for place, embedding in enumerate(self.embeddings)]
        return self.layers(torch.cat([numbers, *embedded], dim=1)).squeeze(1)


def fit_mlp(
    frame: FeatureMatrix,
    users: np.ndarray,
    items: np.ndarray,
    labels: np.ndarray,
    train: np.ndarray,
    validation: np.ndarray,
    setting: dict,
    seed: int,
) -> np.ndarray:
    """Trains on ``train`` rows ([n] bool); the epoch with the least validation loss; [n] probabilities of conversion.

    Args:
        users, items: [n] indices.
    """
    numbers = torch.as_tensor(_standardised(frame.numbers, train))
    known = [np.isin(column, column[train]) for column in (users, items)]
    ids = [np.where(met, column + 1, 0) for met, column in zip(known, (users, items), strict=True)]
    codes = torch.as_tensor(np.column_stack([frame.codes, *ids]))
    wanted = torch.as_tensor(labels.astype(np.float32))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        net = RankerNet(numbers.shape[1], frame.sizes, int(users.max()) + 1, int(items.max()) + 1, **setting)
        return _train(net, numbers, codes, wanted, np.flatnonzero(train), torch.as_tensor(validation), seed)


def _train(
    net: RankerNet,
    numbers: torch.Tensor,
    codes: torch.Tensor,
    wanted: torch.Tensor,
    rows: np.ndarray,
    validation: torch.Tensor,
    seed: int,
) -> np.ndarray:
    optimizer = torch.optim.AdamW(net.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    steps = max(1, -(-len(rows) // BATCH_SIZE))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps * EPOCHS)
    rng = np.random.default_rng(seed)
    best, answer = np.inf, np.zeros(len(wanted), np.float32)
    for _ in range(EPOCHS):
        net.train()
        for batch in map(torch.as_tensor, np.array_split(rng.permutation(rows), steps)):
            logits = net(numbers[batch], codes[batch])
            loss = functional.binary_cross_entropy_with_logits(logits, wanted[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        net.eval()
        with torch.inference_mode():
            logits = torch.cat([net(*part) for part in zip(numbers.split(65_536), codes.split(65_536), strict=True)])
            judged = functional.binary_cross_entropy_with_logits(logits[validation], wanted[validation]).item()
        if judged < best:
            best, answer = judged, torch.sigmoid(logits).numpy()
    return answer.astype(np.float64)


def _standardised(numbers: np.ndarray, train: np.ndarray) -> np.ndarray:
    """[n, f] float32: ln(1 + |x|) with the sign, then mean 0 and deviation 1 over ``train``, cut at 5 deviations."""
    squeezed = np.sign(numbers) * np.log1p(np.abs(numbers))
    mean, deviation = squeezed[train].mean(axis=0), squeezed[train].std(axis=0)
    return ((squeezed - mean) / np.maximum(deviation, 1e-6)).clip(-5, 5).astype(np.float32)
