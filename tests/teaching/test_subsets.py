"""A small cut holds what the large dataset says of the same users and items, and nothing else."""

import pytest

from learn.data.schema import Interactions, Items
from learn.errors import LearnError
from learn.teaching.subsets import subset
from tests import synthetic


@pytest.fixture(scope="module")
def whole():
    return synthetic.make_synthetic_dataset()


def test_first_events_of_the_commonest_items(whole):
    cut = subset(whole, "cut", n_users=10, n_items=20, longest=5)
    events = whole.interactions.drop_duplicates([Interactions.USER, Interactions.ITEM])
    users = events.groupby(Interactions.ITEM)[Interactions.USER].nunique().sort_values(ascending=False)
    kept = set(cut.item_ids)
    assert cut.n_items == 20 and users[list(kept)].min() >= users.drop(list(kept)).max()
    assert set(cut.user_ids) <= set(whole.user_ids[:10])
    texts = whole.items.set_index(Items.ID).loc[cut.item_ids, Items.TITLE]
    assert texts.tolist() == cut.items[Items.TITLE].tolist()
    for place, user in enumerate(cut.user_ids):
        mine = events[(events[Interactions.USER] == user) & events[Interactions.ITEM].isin(kept)]
        assert cut.item_ids[cut.sequences[place]].tolist() == mine[Interactions.ITEM].tolist()[:5]


def test_repeats_stay_when_asked_for(whole):
    cut = subset(whole, "cut", n_users=40, n_items=60, distinct=False)
    assert len(cut.interactions) == len(whole.interactions) and cut.fingerprint == whole.fingerprint


@pytest.mark.parametrize(("users", "items", "word"), [(41, 5, "40 users"), (5, 0, "60 items")])
def test_more_than_there_are_is_refused(whole, users, items, word):
    with pytest.raises(LearnError, match=word):
        subset(whole, "cut", users, items)
