"""The denominator in one go: the same number and the same gradients as step by step, and near them in bfloat16."""

import pytest
import torch

from learn.fused_logsumexp import fused_logsumexp, hit_places
from learn.objective import accidental_hits, dense_all_action_loss, negatives_logsumexp, pairs_loss


def made(users=7, items=300, width=16, seed=0):
    generator = torch.Generator().manual_seed(seed)
    draw = lambda *shape: torch.randn(*shape, generator=generator)  # noqa: E731
    unit = torch.nn.functional.normalize
    parts = unit(draw(users, width), dim=-1) * 10, unit(draw(items, width), dim=-1), draw(items)
    own = torch.randint(-1, items, (users, 5), generator=generator)
    return [part.requires_grad_() for part in parts], own


def gradients(loss, parts):
    return torch.autograd.grad(loss, parts)


def weighted(values):
    return (values * torch.linspace(0.1, 1.0, len(values))).sum()


def plain(parts, own):
    users, items, offset = parts
    return negatives_logsumexp(users, items, accidental_hits(torch.arange(len(items)), own), 1.0, bias=offset)


@pytest.mark.parametrize("chunk", [1_000_000, 700])
def test_is_the_plain_sum_and_has_its_gradients(monkeypatch, chunk):
    monkeypatch.setattr("learn.fused_logsumexp._CHUNK_SCORES", chunk)
    parts, own = made()
    found = fused_logsumexp(*parts, hit_places(torch.arange(300), own))
    torch.testing.assert_close(found, plain(parts, own))
    for one, other in zip(
        gradients(weighted(found), parts), gradients(weighted(plain(parts, own)), parts), strict=True
    ):
        torch.testing.assert_close(one, other)


def test_gradients_in_bfloat16_are_within_a_hundredth():
    parts, own = made(users=64, items=2000, width=64)
    with torch.autocast("cpu", torch.bfloat16):
        found = fused_logsumexp(*parts, hit_places(torch.arange(2000), own))
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, plain(parts, own), rtol=0, atol=2e-2)
    for one, other in zip(
        gradients(weighted(found), parts), gradients(weighted(plain(parts, own)), parts), strict=True
    ):
        assert (one - other).norm() < 1e-2 * other.norm()


def test_where_all_is_left_out_the_sum_is_nothing_and_has_no_gradient():
    parts, _ = made(users=2, items=3)
    found = fused_logsumexp(*parts, hit_places(torch.arange(3), torch.tensor([[0, 1, 2], [-1, -1, 1]])))
    assert found[0] == -torch.inf and torch.isfinite(found[1])
    users, items, offset = gradients(torch.logaddexp(torch.zeros(2), found).sum(), parts)
    assert not users[0].any() and users[1].any()
    assert not items[1].any() and items[0].any() and offset[1] == 0


def test_hits_of_items_that_come_several_times():
    candidates, own = torch.tensor([5, 2, 5, 9]), torch.tensor([[5, -1], [9, 2], [7, -1]])
    masked = torch.zeros(3, 4, dtype=torch.bool)
    masked[hit_places(candidates, own)] = True
    assert masked.tolist() == [[True, False, True, False], [False, True, False, True], [False] * 4]
    assert masked.equal(accidental_hits(candidates, own))


def test_pairs_are_the_dense_loss_of_those_that_are_positives():
    (users, items, _), _ = made(users=6, items=4)
    user_emb, item_emb = users.reshape(2, 3, 16), items.reshape(2, 2, 16)
    denominator, bias = torch.linspace(-2, 9, 6).reshape(2, 3), torch.tensor([[0.5, 0.0], [-1.0, 2.0]])
    positives = torch.tensor([[[1, 0], [0, 1], [0, 0]], [[0, 0], [1, 1], [0, 0]]]).bool()
    row, position, target = positives.nonzero(as_tuple=True)
    found = pairs_loss(
        user_emb[row, position], item_emb[row, target], denominator[row, position], 2.0, bias[row, target]
    )
    torch.testing.assert_close(
        found, dense_all_action_loss(user_emb, item_emb, denominator, 2.0, bias, positives), rtol=1e-6, atol=1e-6
    )
