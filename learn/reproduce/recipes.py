"""The paper's method, the recipe that its authors released, and ours; and what the negatives have to do with it."""

from __future__ import annotations

from itertools import product

from learn.config import PRESETS, Config, ItemTower, SequenceUse
from learn.item_towers import ITEM_TOWERS
from learn.reproduce.rows import REFERENCES, Table, TableRow, as_in_the_paper
from learn.training_objectives import OBJECTIVES

RELEASED_CUTS = 5
"""How often the released recipe meets every user in an epoch: it takes one target each time and was trained for 200
epochs, while an epoch of the others has every position of the sequence."""
_SIZE = ("hidden_size", "num_layers", "num_heads", "feed_forward_size", "output_size", "dropout")


def recipes(base: Config) -> Table:
    """The paper's method, the recipe that its authors released, and ours, all as wide and as long as ``base``.

    What makes a recipe is taken from the presets ``paper`` and ``released``: item tower, inputs' scale, sampling, loss.
    Width, layers, batch and epochs are ``base``'s, so that a processor trains them; there is no pre-training on other
    domains. The released recipe stands there under tower (a) too: its one target is read alone, so (a) is (b).

    Behind them (a) and (b) under every objective with negatives of the batch alone: `in_batch`.
    """
    same: dict[str, object] = {f"pal__{name}": getattr(base.pal, name) for name in _SIZE}
    same |= {f"sampling__{name}": getattr(base.sampling, name) for name in ("history_length", "target_length")}

    def recipe(name: str, code: str, cuts: int = 1) -> Config:
        found = PRESETS[name].model_copy(update={"cex": as_in_the_paper(base).cex, "training": base.training})
        return found.with_values(**same, pal__item_tower=code, sampling__cuts_per_epoch=cuts)

    def released(code: str) -> Config:
        return recipe("released", code, RELEASED_CUTS)

    rows = (
        TableRow("paper", "the paper's method, (a)", "text", recipe("paper", ItemTower.SEQUENCE.value)),
        TableRow("released", "the released recipe, (b)", "text", released(ItemTower.ITEM.value)),
        TableRow("released-a", "the released recipe, (a)", "text", released(ItemTower.SEQUENCE.value)),
        TableRow("ours", "ours, (b)", "text", base.with_values(pal__item_tower=ItemTower.ITEM.value)),
        *in_batch(as_in_the_paper(base)),
    )
    return Table("The paper's method, the released recipe, ours", (*REFERENCES, *rows), reference="ours")


def in_batch(base: Config) -> list[TableRow]:
    """(a) and (b) under every objective, cut and whole, with the targets of the batch's other users as only negatives.

    Items of the catalogue come alone as negatives, while targets of (a) come in context: context alone then tells what
    is a target. Of the batch's targets all come as they are, so the comparison of (a) and (b) is free of that.
    """
    rows = []
    for code, objective, sequence in product(
        (ItemTower.SEQUENCE.value, ItemTower.ITEM.value), OBJECTIVES.entries, SequenceUse
    ):
        if not objective.takes(sequence):
            continue
        config = base.with_values(
            pal__item_tower=code,
            objective__kind=objective.code,
            objective__in_batch_negatives=True,
            objective__catalogue_negatives=0,
            sampling__sequence=sequence.value,
        )
        name = f"in-batch-{code}-{objective.code.replace('_', '-')}-{sequence.value}"
        what = f"({ITEM_TOWERS[code].code}) {objective.label}, {sequence.value} sequence, negatives of the batch"
        rows.append(TableRow(name, what, "text", config))
    return rows
