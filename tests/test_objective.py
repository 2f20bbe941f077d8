"""The loss by tensors against the loss by plain Python loops."""

import math

import numpy as np
import pytest
import torch

from learn.objective import accidental_hits, dense_all_action_loss, negatives_logsumexp
from learn.teaching.reference_loss import loss_by_loops


def unit(generator, *shape):
    return torch.nn.functional.normalize(torch.randn(*shape, generator=generator), dim=-1)


@pytest.fixture
def case():
    generator = torch.Generator().manual_seed(3)
    user, item = unit(generator, 4, 3, 8), unit(generator, 4, 2, 8)
    ids = torch.tensor([[1, 2], [2, 3], [4, 5], [6, 1]])
    own = [[1, 2, 7], [2, 3], [4, 5], [1, 6]]
    padded = torch.tensor([row + [-1] * (3 - len(row)) for row in own])
    return user, item, ids, own, padded


def test_in_batch_negatives_equal_the_loops(case):
    user, item, ids, own, padded = case
    mass = negatives_logsumexp(user, item.flatten(0, 1), accidental_hits(ids.flatten(), padded[:, None]), 5.0)
    loss = dense_all_action_loss(user, item, mass, 5.0)
    assert loss.item() == pytest.approx(loss_by_loops(user, item, ids, own, 5.0), rel=1e-5)


def test_catalogue_negatives_log_q_and_prior_equal_the_loops(case):
    user, item, ids, own, padded = case
    extra = unit(torch.Generator().manual_seed(4), 3, 8)
    extra_ids = torch.tensor([7, 8, 3])
    log_expected = dict(zip(range(10), np.linspace(-2, 1, 10), strict=True))
    bias = dict(zip(range(10), np.linspace(1, -1, 10), strict=True))
    drawn = torch.cat([ids.flatten(), extra_ids])
    lookup = lambda table: torch.tensor([table[int(n)] for n in drawn], dtype=torch.float32)  # noqa: E731
    mass = negatives_logsumexp(
        user,
        torch.cat([item.flatten(0, 1), extra]),
        accidental_hits(drawn, padded[:, None]),
        5.0,
        lookup(log_expected),
        lookup(bias),
    )
    positive_bias = torch.tensor([[bias[int(n)] for n in row] for row in ids], dtype=torch.float32)
    loss = dense_all_action_loss(user, item, mass, 5.0, positive_bias)
    expected = loss_by_loops(user, item, ids, own, 5.0, extra, extra_ids.tolist(), log_expected, bias)
    assert loss.item() == pytest.approx(expected, rel=1e-5)


def test_next_item_equals_the_loops(case):
    user, item, ids, _, _ = case
    pairs = torch.zeros(4, 3, 2, dtype=torch.bool)
    pairs[:, 0, 0] = pairs[:, 1, 1] = True
    excluded = torch.stack([ids[:, 0], ids[:, 1], ids[:, 0]], dim=1)[..., None]  # [B, N_h, 1]: each position's own item
    drawn = ids.flatten()
    mass = negatives_logsumexp(user, item.flatten(0, 1), accidental_hits(drawn, excluded), 5.0)
    loss = dense_all_action_loss(user, item, mass, 5.0, positives=pairs)
    losses = []
    for i in range(4):
        for j in range(2):
            kept = [v for v, n in zip(item.flatten(0, 1), drawn, strict=True) if n != ids[i, j]]
            positive = math.exp(5.0 * float(user[i, j] @ item[i, j]))
            rest = sum(math.exp(5.0 * float(user[i, j] @ vector)) for vector in kept)
            losses.append(-math.log(positive / (positive + rest)))
    assert loss.item() == pytest.approx(sum(losses) / 8, rel=1e-5)


def test_accidental_hits_are_the_users_own_targets_only():
    masked = accidental_hits(torch.tensor([5, 1, 9, 5]), torch.tensor([[5, -1, -1], [9, 1, 2]]))
    assert masked.tolist() == [[True, False, False, True], [False, True, True, False]]


def test_another_users_same_item_is_never_pushed_away(case):
    user, item, ids, _, padded = case
    item = item.clone().requires_grad_()
    mass = negatives_logsumexp(
        user[1:2], item[0:1, 1:2].flatten(0, 1), accidental_hits(ids[0, 1:2], padded[1:2, None]), 5.0
    )
    loss = dense_all_action_loss(user[1:2], item[1:2], mass, 5.0)
    loss.backward()
    assert loss.item() == pytest.approx(0.0)  # the only negative is the user's own target: nothing is left
    assert item.grad[0].abs().sum() == 0


def test_log_q_makes_the_sampled_mass_estimate_the_whole_catalogue():
    generator = torch.Generator().manual_seed(0)
    user, items = unit(generator, 1, 1, 8), unit(generator, 50, 8)
    share = torch.softmax(torch.randn(50, generator=generator), 0)
    exact = (4.0 * user @ items.T).logsumexp(-1).exp().item()
    nothing = torch.zeros(1, 1, 40, dtype=torch.bool)
    draws = [torch.multinomial(share, 40, replacement=True, generator=generator) for _ in range(3000)]
    estimates = [
        negatives_logsumexp(user, items[drawn], nothing, 4.0, (40 * share[drawn]).log()).exp().item() for drawn in draws
    ]
    assert np.mean(estimates) == pytest.approx(exact, rel=0.03)


def test_perfect_separation_beats_random(case):
    user, item, _, _, _ = case
    far = torch.full((4, 3), -10.0)
    assert dense_all_action_loss(user, user[:, :2], far, 20.0) < dense_all_action_loss(user, item, far, 20.0)
