"""What can be seen of the towers, against the masks and against what is known of each variant."""

import numpy as np
import pytest
import torch

from learn.config import ItemTower, preset
from learn.item_towers import ITEM_TOWERS
from learn.pal.masks import causal_mask, self_mask
from learn.pal.towers import Towers
from learn.teaching.inspect_towers import context_cosines, follow_shapes, influence, invariants

D_LLM = 12
MASKS = {ItemTower.SEQUENCE: causal_mask(6), ItemTower.ITEM: self_mask(6), ItemTower.CONTENT: self_mask(6)}


@pytest.fixture(params=[tower.code for tower in ITEM_TOWERS.entries if tower.trained])
def towers(request):
    torch.manual_seed(0)
    return Towers(D_LLM, preset("tiny").with_values(pal__item_tower=request.param)).eval()


@pytest.fixture
def content():
    return torch.randn(3, 6, D_LLM, generator=torch.Generator().manual_seed(1))


def test_targets_depend_on_what_the_mask_lets_them_see(towers, content):
    seen = influence(towers.targets, content[0], content[1, 0]) > 1e-6
    assert (seen == MASKS[towers.item_tower.code].numpy()).all()


def test_users_depend_on_the_past_in_every_variant(towers, content):
    assert ((influence(towers.users, content[0], content[1, 0]) > 1e-6) == causal_mask(6).numpy()).all()


def test_every_variant_keeps_the_invariants(towers, content):
    assert max(invariants(towers, content).values()) < 1e-5


def test_a_tower_that_looks_ahead_breaks_the_invariants(towers, content):
    towers.users = lambda rows: towers.pal(rows, causal=False)
    found = invariants(towers, content)
    assert found["the future changes no earlier user"] > 1e-3
    assert found["padding changes nothing"] > 1e-3


def test_only_a_changes_an_item_by_its_context(towers, content):
    cosines = context_cosines(towers, content)
    assert np.allclose(cosines[:, 0], 1, atol=1e-5)
    assert np.allclose(cosines, 1, atol=1e-5) == (not towers.item_tower.reads_context)


def test_shapes_are_those_of_the_configuration(towers, content):
    table = follow_shapes(towers, content).set_index("step")
    width = D_LLM if not towers.item_tower.own_vectors else 8
    assert table.loc["content_projection", "enters"] == f"3 × 6 × {D_LLM}"
    assert table.loc["block 1", "leaves"] == "3 × 6 × 16"
    assert table.loc["PAL", "leaves"] == f"3 × 6 × {width}"
    assert table.loc["PAL", "parameters"] == sum(p.numel() for p in towers.pal.parameters())
    assert not towers.pal.norm._forward_hooks
