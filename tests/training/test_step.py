"""A step's parts: groups by length are what one padded batch is, and a batch holds no more than its pairs need."""

import numpy as np
import pytest
import torch

from learn.training.step import SHORTEST_GROUP, _by_length, take_rows


def test_groups_by_length_are_the_padded_batch_without_its_padding():
    torch.manual_seed(0)
    table, rng = torch.randn(50, 3), np.random.default_rng(0)
    lengths = np.array([2, 31, 5, 9, 1, 17, 33])
    items = rng.integers(50, size=(len(lengths), 40))
    positions = np.stack([np.sort(rng.integers(length, size=6)) for length in lengths])
    positions[:, -1] = lengths - 1
    shapes = []

    def embed(rows):
        shapes.append(tuple(rows.shape))
        return take_rows(table, rows).cumsum(dim=1)

    found, places = _by_length(embed, items, positions, torch.device("cpu"))
    whole = table[torch.as_tensor(items)].cumsum(dim=1)
    torch.testing.assert_close(found[places], whole[torch.arange(len(items))[:, None], torch.as_tensor(positions)])
    assert shapes == [(2, 2), (1, 5), (1, 9), (2, 31), (1, 33)] and SHORTEST_GROUP == 4
    assert len(found) == sum(rows * length for rows, length in shapes)


@pytest.mark.parametrize("places", [[0, 2, 2], [[1], [0]]])
def test_rows_are_taken_with_their_gradient(places):
    table, places = torch.randn(3, 4, requires_grad=True), torch.tensor(places)
    assert take_rows(table, places).equal(table[places])
    mine, plain = (torch.autograd.grad((rows**2).sum(), table)[0] for rows in (take_rows(table, places), table[places]))
    torch.testing.assert_close(mine, plain)
