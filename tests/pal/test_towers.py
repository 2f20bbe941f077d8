"""One contract that every trained item tower passes on every backbone, and what makes each of them itself."""

from itertools import product

import numpy as np
import pytest
import torch

from learn.config import Backbone, ItemTower, preset
from learn.errors import LearnError
from learn.item_towers import ITEM_TOWERS, Tower
from learn.pal.encoder import BACKBONES, PAL
from learn.pal.infer import item_vectors
from learn.pal.masks import causal_mask, self_mask
from learn.pal.towers import Towers

TRAINED = [tower.code for tower in ITEM_TOWERS.entries if tower.trained]
D_LLM = 12


@pytest.fixture(params=product(TRAINED, Backbone), ids=lambda both: "-".join(both))
def towers(request, llm_folder):
    tower, backbone = request.param
    torch.manual_seed(0)
    changes = {"pal__item_tower": tower, "pal__backbone": backbone.value, "pal__backbone_layers": 2}
    return Towers(D_LLM, preset("tiny").with_values(**changes, cex__llm=str(llm_folder))).eval()


@pytest.fixture
def content():
    return torch.randn(3, 6, D_LLM, generator=torch.Generator().manual_seed(1))


def test_the_papers_towers_are_registered():
    papers = [ITEM_TOWERS[code] for code in ItemTower]  # others may stand beside them
    assert list(ITEM_TOWERS)[: len(papers)] == list(ItemTower)
    assert [tower.code for tower in papers if tower.reads_context] == [ItemTower.SEQUENCE]
    assert [tower.code for tower in papers if tower.own_vectors] == [ItemTower.SEQUENCE, ItemTower.ITEM]


def test_every_backbone_is_registered():
    assert set(BACKBONES) == set(Backbone)


class TestContract:
    def test_user_and_item_embeddings_meet_in_one_space_at_length_one(self, towers, content):
        users, items = towers.users(content), towers.targets(content)
        assert users.shape == items.shape
        assert torch.allclose(users.norm(dim=-1), torch.ones(3, 6), atol=1e-5)
        assert torch.allclose(items.norm(dim=-1), torch.ones(3, 6), atol=1e-5)

    def test_the_future_never_changes_an_earlier_user_embedding(self, towers, content):
        changed = content.clone()
        changed[:, 4:] += 3.0
        assert torch.allclose(towers.users(content)[:, :4], towers.users(changed)[:, :4], atol=1e-6)
        assert not torch.allclose(towers.users(content)[:, 4:], towers.users(changed)[:, 4:], atol=1e-3)

    def test_padding_on_the_right_changes_nothing(self, towers, content):
        padded = torch.cat([content, torch.zeros(3, 5, D_LLM)], dim=1)
        assert torch.allclose(towers.users(content), towers.users(padded)[:, :6], atol=1e-6)

    def test_at_inference_an_item_is_embedded_alone(self, towers, content):
        flat = content.flatten(0, 1)
        whole = towers.items(flat)
        one_by_one = torch.cat([towers.items(row[None]) for row in flat])
        assert torch.allclose(whole, one_by_one, atol=1e-6)

    def test_items_that_share_a_text_have_one_vector_wherever_they_stand(self, towers, content):
        alike = torch.arange(61) % 7 % 5
        vectors = item_vectors(towers, content.flatten(0, 1)[alike], block=17)
        assert (vectors == vectors[alike.numpy()]).all() and len(np.unique(vectors, axis=0)) == 5

    def test_a_cold_start_item_needs_its_text_only(self, towers):
        item = torch.randn(1, D_LLM, generator=torch.Generator().manual_seed(9))
        assert torch.isfinite(towers.items(item)).all()
        assert torch.isfinite(towers.popularity_bias(item)).all()


def build(variant):
    torch.manual_seed(0)
    return Towers(D_LLM, preset("tiny").with_values(pal__item_tower=variant)).eval()


def test_a_sees_earlier_targets_and_no_later_one(content):
    towers = build(ItemTower.SEQUENCE)
    changed = content.clone()
    changed[:, 2] += 3.0
    before, after = towers.targets(content), towers.targets(changed)
    assert torch.allclose(before[:, :2], after[:, :2], atol=1e-6)
    assert (before[:, 3:] - after[:, 3:]).abs().max() > 1e-3


@pytest.mark.parametrize("variant", [ItemTower.ITEM, ItemTower.CONTENT])
def test_b_and_c_see_each_target_alone(variant, content):
    towers = build(variant)
    changed = content.clone()
    changed[:, 2] += 3.0
    before, after = towers.targets(content), towers.targets(changed)
    others = [0, 1, 3, 4, 5]
    assert torch.allclose(before[:, others], after[:, others], atol=1e-6)


def test_c_is_the_content_embedding_itself(content):
    assert torch.allclose(build(ItemTower.CONTENT).targets(content), torch.nn.functional.normalize(content, dim=-1))


def test_users_and_items_share_their_weights(content):
    towers = build(ItemTower.SEQUENCE)
    assert torch.equal(towers.users(content), towers.targets(content))


def test_masks_say_true_for_may_attend():
    assert causal_mask(3).tolist() == [[True, False, False], [True, True, False], [True, True, True]]
    assert self_mask(2).tolist() == [[True, False], [False, True]]


def test_the_causal_path_equals_attention_under_the_written_mask(content):
    """PAL uses a fused causal kernel; the same layer under an explicit mask is the oracle."""
    torch.manual_seed(0)
    pal = PAL(D_LLM, preset("tiny").pal).eval()
    layer = pal.blocks[0].attention
    x = torch.randn(2, 5, 16)
    from learn.pal.encoder import rotate_by_position

    query, key, value = layer.query_key_value(x).view(2, 5, 3, 2, 8).permute(2, 0, 3, 1, 4)
    for mask, got in (
        (causal_mask(5), layer(x, causal=True)),
        (self_mask(5), layer(x.reshape(10, 1, 16), causal=True).reshape(2, 5, 16)),
    ):
        scores = rotate_by_position(query) @ rotate_by_position(key).transpose(-1, -2) / 8**0.5
        mixed = scores.masked_fill(~mask, -torch.inf).softmax(-1) @ value
        expected = layer.output(layer.norm_mixed(mixed.transpose(1, 2).reshape(2, 5, 16)))
        assert torch.allclose(got, expected, atol=1e-5)


def mean_so_far(pal, content):
    """The mean of PAL's embeddings of a target and of those before it: reads context."""
    embedded = ITEM_TOWERS["b"].embed(pal, content).cumsum(dim=1)
    return torch.nn.functional.normalize(embedded, dim=-1)


def twice_as_long(pal, content):
    return 2 * ITEM_TOWERS["b"].embed(pal, content)


def all_see_all(pal, content):
    return pal(content, causal=False)


@pytest.mark.parametrize("tower", [*TRAINED, "honest"])
def test_an_item_tower_that_does_what_its_entry_says_passes_the_check(tower):
    with ITEM_TOWERS.registered(Tower("honest", "honest", "", "", mean_so_far, reads_context=True)):
        build(tower).check_item_tower(torch.randn(4, D_LLM), torch.arange(4))


@pytest.mark.parametrize(
    ("embed", "message"),
    [
        (mean_so_far, "the others change its embeddings"),
        (twice_as_long, "length 2.000"),
        (all_see_all, "reads what follows a target"),
    ],
)
def test_an_item_tower_that_does_not_is_refused_before_it_is_trained(embed, message):
    with (
        ITEM_TOWERS.registered(Tower("liar", "liar", "", "", embed)),
        pytest.raises(LearnError, match=message) as caught,
    ):
        build("liar").check_item_tower(torch.randn(4, D_LLM), torch.arange(4))
    assert "'liar'" in caught.value.what and "learn.item_towers" in caught.value.remedy


def test_the_check_of_an_item_tower_draws_no_random_number():
    torch.manual_seed(0)
    towers = Towers(D_LLM, preset("tiny").with_values(pal__item_tower="a", pal__dropout=0.5)).train()
    before = torch.random.get_rng_state()
    towers.check_item_tower(torch.zeros(4, D_LLM), torch.arange(4))
    assert torch.equal(before, torch.random.get_rng_state()) and towers.training
