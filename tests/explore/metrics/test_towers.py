"""What is drawn of a tower is what its function does."""

import numpy as np
import torch

from learn.explore.figures.towers import AS_IT_IS, FLOW, flow_html, sight_html
from learn.explore.metrics.towers import sight, sight_words, square_words
from learn.item_towers import ITEM_TOWERS, Tower, embed_each
from learn.pal.masks import causal_mask, self_mask


def with_the_one_before(pal, content):
    each = embed_each(pal, content)
    sums = torch.cat([each[:, :1], each[:, 1:] + each[:, :-1]], dim=1)
    return sums / sums.norm(dim=-1, keepdim=True)


def test_the_papers_towers_are_drawn_as_the_masks_that_pal_is_given():
    assert np.array_equal(sight(ITEM_TOWERS["a"], 4).reads, causal_mask(4).numpy())
    assert np.array_equal(sight(ITEM_TOWERS["b"], 4).reads, self_mask(4).numpy())
    assert sight(ITEM_TOWERS["b"], 1).reads.tolist() == [[True]]


def test_a_new_tower_is_drawn_by_what_it_reads_and_not_by_what_its_entry_says():
    found = sight(Tower("x", "x", "X", "x.", with_the_one_before, reads_context=True), 4)
    band = np.eye(4, dtype=bool) | np.eye(4, k=-1, dtype=bool)
    assert np.array_equal(found.reads, band) and found.uses_pal
    mislabelled = sight(Tower("x", "x", "X", "x.", with_the_one_before), 4)
    assert np.array_equal(mislabelled.reads, band)


def test_a_tower_without_pal_is_said_to_have_none():
    found = sight(ITEM_TOWERS["c"], 3)
    assert not found.uses_pal and np.array_equal(found.reads, np.eye(3, dtype=bool))
    grey, own = (sight_html(one, "#123456") for one in (found, sight(ITEM_TOWERS["b"], 3)))
    for drawn in (grey, own):
        assert drawn.count("2px solid #123456") == 3 and drawn.count("<i></i>") == 6
        assert 'aria-label="Which items change whose vector. Item 1: 1; item 2: 2; item 3: 3."' in drawn
    assert grey.count(f"background: {AS_IT_IS}") == 3 == own.count("background: #123456")
    assert sight_words(found) == "PAL reads no later item: each stays the LLM's vector."


def test_the_way_from_texts_to_a_list_is_a_line_of_boxes_and_words_for_who_cannot_see_it():
    drawn, n_boxes = flow_html(), sum(map(len, FLOW))
    assert drawn.count("<p>") == n_boxes and drawn.count("→") == len(FLOW) - 1
    assert 'aria-label="From texts to a list: Text, of each item; LLM, frozen' in drawn


def test_a_drawing_comes_down_to_a_sentence():
    said = [sight_words(sight(ITEM_TOWERS[code], 4)) for code in "ab"]
    assert square_words(sight(ITEM_TOWERS["b"], 4)).endswith("Coloured: what PAL reads.")
    assert square_words(sight(ITEM_TOWERS["c"], 4)).endswith("PAL reads none.")
    assert said == ["Item 4 depends on 1, 2 and 3 too.", "Each item stands for itself."]


def test_looking_draws_no_random_number():
    torch.manual_seed(3)
    wanted = torch.rand(2)
    torch.manual_seed(3)
    sight(ITEM_TOWERS["a"], 2)
    assert torch.equal(torch.rand(2), wanted)
