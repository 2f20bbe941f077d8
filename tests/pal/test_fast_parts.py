"""Dropout by 16 bits a number, and length 1: what they compute is what torch's own compute."""

import pytest
import torch

from learn.pal.dropout import Dropout, keep_mask
from learn.pal.unit_length import unit_length


@pytest.mark.parametrize("rate", [0.05, 0.3, 0.75])
def test_dropout_keeps_its_share_and_the_mean(rate):
    torch.manual_seed(0)
    mask = keep_mask(torch.empty(300, 301), rate)
    assert abs((mask == 0).double().mean().item() - rate) < 0.005
    assert sorted(mask.unique().tolist()) == [0.0, pytest.approx(1 / (1 - rate), rel=1e-4)]


def test_dropout_is_of_the_seed_alone_and_off_outside_training():
    layer, x = Dropout(0.3), torch.ones(7, 33)
    torch.manual_seed(3)
    first, second = layer(x), layer(x)
    torch.manual_seed(3)
    assert layer(x).equal(first) and not first.equal(second)
    assert layer.eval()(x) is x and Dropout(0.0)(x) is x
    assert not Dropout(1.0)(x).any()


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_length_1_and_its_gradient(dtype):
    torch.manual_seed(0)
    x = torch.randn(5, 3, 8).to(dtype).requires_grad_()
    weight = torch.randn(5, 3, 8)
    found, other = unit_length(x), torch.nn.functional.normalize(x.float(), dim=-1)
    torch.testing.assert_close(found, other)
    mine, plain = (torch.autograd.grad((y * weight).sum(), x)[0] for y in (found, other))
    torch.testing.assert_close(mine, plain)


def test_no_length_gives_no_direction():
    x = torch.zeros(1, 4, requires_grad=True)
    assert not unit_length(x).any()
