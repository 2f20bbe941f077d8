"""Sampling and the loss laid open, against the functions that training uses."""

import numpy as np
import pytest
import torch

from learn.config import ItemTower, preset
from learn.objective import dense_all_action_loss, negatives_logsumexp
from learn.pal.towers import Towers
from learn.teaching.batch_loss import ACCIDENTAL_HIT, NEGATIVE, POSITIVE, embed_batch, loss_grid
from learn.teaching.loss_figures import loss_grid_figure, pressure_figure, stages_figure, weights_figure
from learn.teaching.reference_loss import loss_by_loops
from learn.teaching.sampling_tables import (
    IN_DATA,
    IN_LOSS,
    IN_TOWER,
    draw_table,
    negative_counts,
    pressure_table,
    stages_table,
)
from learn.training.batch import make_batch
from learn.training.step import StepLoss

CONFIG = preset("tiny").with_values(
    pal__popularity_bias=False,
    objective__log_q=False,
    objective__catalogue_negatives=0,
    sampling__cut="fixed",
)


@pytest.fixture(params=[ItemTower.SEQUENCE, ItemTower.ITEM])
def case(request, split):
    torch.manual_seed(0)
    config = CONFIG.with_values(pal__item_tower=request.param)
    content = torch.randn(split.n_items, 12, generator=torch.Generator().manual_seed(1))
    users = np.flatnonzero(split.train().lengths >= 12)[:5]  # long enough to draw no target position twice
    batch = make_batch(split.train(), users, config, 0, 0)
    assert all(len(set(row)) == len(row) for row in batch.target_positions.tolist())
    return config, Towers(12, config).eval(), content, batch


def test_the_grid_holds_the_loss_that_training_takes(case, split):
    config, towers, content, batch = case
    embedded = embed_batch(towers, content, batch)
    scale = float(towers.scale.detach())
    mass = negatives_logsumexp(embedded.users, embedded.items.flatten(0, 1), embedded.masked, scale)
    loops = loss_by_loops(embedded.users, embedded.items, embedded.ids.tolist(), embedded.own[:, 0].tolist(), scale)
    assert dense_all_action_loss(embedded.users, embedded.items, mass, scale).item() == pytest.approx(loops, rel=1e-4)
    with torch.inference_mode():
        taken = StepLoss(content, split.training_counts(), config)(towers, batch, 0, 0).item()
    assert taken == pytest.approx(loops, rel=1e-4)


def test_kinds_follow_from_whose_target_it_is_and_what_one_has(case):
    _, towers, content, batch = case
    embedded = embed_batch(towers, content, batch)
    grid = loss_grid(embedded, 2)
    own = set(batch.excluded_negatives[2, 0].tolist())
    for kind, owner, item in zip(grid.kinds, grid.owners, grid.items, strict=True):
        assert kind == (POSITIVE if owner == 2 else ACCIDENTAL_HIT if item in own else NEGATIVE)
    assert grid.cosines.shape == (4, 20)
    figure = loss_grid_figure(grid, [str(item) for item in grid.items], 2)
    shown = sum(np.isfinite(np.array(trace.z, dtype=float)).sum() for trace in figure.data if trace.type == "heatmap")
    assert shown == grid.cosines.size


def test_draws_follow_the_weights():
    table = draw_table(6, 20_000, CONFIG.sampling)
    assert table["drawn"].to_numpy() == pytest.approx(table["expected"].to_numpy(), abs=0.015)
    assert len(weights_figure(table).data) == 3


def test_each_stage_is_a_part_of_the_one_before():
    table = stages_table(50, 30, CONFIG.sampling)
    places = {stage: set(rows["place"]) for stage, rows in table.groupby("stage")}
    assert places[IN_LOSS] <= places[IN_TOWER] <= places[IN_DATA] == set(range(80))
    assert (table["stage"] == IN_TOWER).sum() == 20 + 8 and (table["stage"] == IN_LOSS).sum() == 4 + 4
    assert (table[table["side"] == "target"]["place"] >= 50).all()
    assert len(stages_figure(table).data) == 2


def test_every_sampled_target_is_offered_once(split):
    counts = negative_counts(split.train(), CONFIG, split.n_items)
    assert counts.sum() == (split.train().lengths >= 2).sum() * 4


def test_log_q_takes_out_what_popularity_put_in():
    training = np.array([0, 1, 1, 10, 10])
    table = pressure_table(training * 3, training, groups=2)
    assert table["items"].tolist() == [2, 2]
    assert table["negatives"].tolist() == pytest.approx([2 / 22, 20 / 22])
    assert table["corrected"].tolist() == pytest.approx([0.5, 0.5])
    assert len(pressure_figure(table).data) == 2
