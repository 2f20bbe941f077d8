"""Shortened histories that share their beginning, against one pass each."""

import numpy as np
import pytest
import torch

from learn.config import PALConfig
from learn.pal.encoder import PAL
from learn.pal.leave_out import last_embeddings

LENGTH = 20


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_sharing_a_beginning_changes_no_number(layers):
    torch.manual_seed(layers)
    config = PALConfig(hidden_size=32, num_layers=layers, num_heads=4, feed_forward_size=64, output_size=16)
    pal, rows = PAL(24, config).eval(), torch.randn(LENGTH, 24)
    whole = np.arange(LENGTH)
    kept = [whole, whole[:5], whole[1:], np.array([3]), np.array([0]), np.array([0, 4, 9])]
    kept += [np.delete(whole, place) for place in whole]
    with torch.inference_mode():
        expected = torch.stack([pal(rows[torch.as_tensor(one)][None])[0, -1] for one in kept])
    torch.testing.assert_close(last_embeddings(pal, rows, kept), expected, atol=2e-6, rtol=1e-5)
    assert len(last_embeddings(pal, rows, [])) == 0


def test_blocks_of_an_llm_are_read_in_full(lora_recommender):
    towers, items = lora_recommender.towers, np.array([3, 17, 40, 8, 21])
    rows = torch.as_tensor(lora_recommender.prepared(items))
    kept = [np.arange(5), np.array([0, 2, 4]), np.array([1])]
    with torch.inference_mode():
        expected = torch.stack([towers.pal(rows[torch.as_tensor(one)][None])[0, -1] for one in kept])
    torch.testing.assert_close(last_embeddings(towers.pal, rows, kept), expected, atol=2e-6, rtol=1e-5)
