"""The released recipe: one random later item against the whole catalogue, x20 cosine, and (a) is (b)."""

import math

import numpy as np
import pytest
import torch

from learn.config import ItemTower, preset
from learn.pal.towers import Towers
from learn.reproduce.tables import plan
from learn.training.batch import make_batch
from learn.training.step import StepLoss

SMALL = {"hidden_size": 16, "num_layers": 1, "num_heads": 2, "feed_forward_size": 32, "output_size": 8}
USERS = 6


def case(split, tower=ItemTower.ITEM):
    config = preset("released").with_values(**{f"pal__{k}": v for k, v in SMALL.items()}, pal__item_tower=tower.value)
    torch.manual_seed(0)
    content = torch.randn(split.n_items, 12, generator=torch.Generator().manual_seed(1))
    batch = make_batch(split.train(), np.flatnonzero(split.train().lengths >= 3)[:USERS], config, 0, 0)
    return config, Towers(12, config).eval(), content, batch


def taken(split, config, towers, content, batch):
    with torch.inference_mode():
        return StepLoss(content, split.training_counts(), config)(towers, batch, 0, 0).item()


def test_the_loss_is_softmax_over_the_whole_catalogue(split):
    config, towers, content, batch = case(split)
    known = np.flatnonzero(split.training_counts())
    losses = []
    with torch.inference_mode():
        items = towers.items(content)
        for row in range(USERS):
            place = int(batch.history_positions[row, 0])
            user = towers.users(content[batch.history[row]][None])[0, place]
            logits = {int(item): 20 * float(user @ items[item]) for item in known}
            total = sum(math.exp(value) for value in logits.values())
            losses.append(math.log(total) - logits[int(batch.target[row, 0])])
    assert taken(split, config, towers, content, batch) == pytest.approx(sum(losses) / USERS, rel=1e-4)


def test_one_later_item_is_the_target_of_all_before_it(split):
    config = preset("released")
    train, user = split.train(), int(split.train().lengths.argmax())
    items, cuts = train[user], set()
    for epoch in range(200):
        batch = make_batch(train, np.array([user]), config, epoch, 0)
        length = len(batch.history[0])
        assert batch.target.shape == (1, 1) and batch.history_positions.tolist() == [[length - 1]]
        if len(items) <= config.sampling.history_length:
            assert batch.history[0].tolist() == items[:length].tolist() and batch.target[0, 0] == items[length]
            cuts.add(length)
    assert not cuts or cuts == set(range(1, len(items)))


def test_sequence_and_item_towers_are_one(split):
    both = [taken(split, *case(split, tower)) for tower in (ItemTower.SEQUENCE, ItemTower.ITEM)]
    assert both[0] == pytest.approx(both[1], rel=1e-5)


def test_the_recipes_differ_in_method_alone():
    base = preset("short")
    rows = {row.name: row.config for row in plan("recipes", base).rows if row.config is not None}
    alone = {name: config for name, config in rows.items() if name.startswith("in-batch-")}
    rows = {name: config for name, config in rows.items() if name not in alone}
    assert list(rows) == ["paper", "released", "released-a", "ours"]
    assert len(alone) == 8 and len({config.training_setup for config in alone.values()}) == 4
    assert all(config.objective.catalogue_negatives == 0 for config in alone.values())
    assert [config.pal.item_tower for config in alone.values()] == ["a"] * 4 + ["b"] * 4
    assert {config.pal.hidden_size for config in rows.values()} == {base.pal.hidden_size}
    assert {config.training for config in rows.values()} == {base.training}
    assert [rows[name].pal.item_tower for name in rows] == ["a", "b", "a", "b"]
    assert rows["released"].objective == preset("released").objective
    assert rows["paper"].objective == preset("paper").objective and rows["ours"].objective == base.objective
