"""A small Dataset out of a larger one, for what has to be quick."""

from __future__ import annotations

from learn.data.dataset import Dataset
from learn.data.schema import Interactions, Items
from learn.data.validation import validate
from learn.errors import LearnError


def subset(
    dataset: Dataset,
    name: str,
    n_users: int,
    n_items: int,
    longest: int | None = None,
    distinct: bool = True,
) -> Dataset:
    """The first users' events with the items that most users had, ids and texts as they are.

    Args:
        dataset: what it is a subset of.
        name: of the new dataset.
        n_users: how many, in the dataset's order; those with no event left are not there.
        n_items: how many of the items, those with the most users first.
        longest: events kept of each user, the earliest; None: all.
        distinct: of repeats of an item only a user's first event is kept.

    Raises:
        LearnError: there are fewer users or items, or nothing is left.
    """
    for what, requested, available in (("users", n_users, len(dataset.user_ids)), ("items", n_items, dataset.n_items)):
        if not 1 <= requested <= available:
            raise LearnError(
                f"{dataset.name} has {available:,} {what}, not {requested:,}.", f"Ask for 1 to {available:,} {what}."
            )
    events = dataset.interactions
    first = events.drop_duplicates([Interactions.USER, Interactions.ITEM])
    item_ids = (
        first[Interactions.ITEM].value_counts(sort=False).sort_values(ascending=False, kind="stable").index[:n_items]
    )
    events = first if distinct else events
    events = events[
        events[Interactions.ITEM].isin(item_ids) & events[Interactions.USER].isin(dataset.user_ids[:n_users])
    ]
    if longest is not None:
        events = events.groupby(Interactions.USER, sort=False).head(longest)
    items = dataset.items[dataset.items[Items.ID].isin(item_ids)]
    source = {"kind": "cut", "of": dataset.name, "fingerprint": dataset.fingerprint}
    return validate(name, items.reset_index(drop=True), events.reset_index(drop=True), source)
