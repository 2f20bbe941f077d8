"""Which rows a table has: a configuration each, and the row that the others are tested against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from learn.config import Config, ItemTower
from learn.errors import LearnError
from learn.evaluation.references import ITEM_KNN, POPULARITY

Kind = Literal["text", "id", "text+id", "peer", "reference"]


@dataclass(frozen=True)
class Row:
    """One row of a table.

    Attributes:
        name: names its Runs, and the row to programs.
        label: what people read.
        kind: what the items are to the model.
        config: what is trained, under every seed; None for a reference, which counts and has no seed.
    """

    name: str
    label: str
    kind: Kind
    config: Config | None = None

    @property
    def is_seeded(self) -> bool:
        """Whether another seed gives another Run."""
        return self.config is not None and self.config.pal.item_tower is not ItemTower.NO_ALIGN


@dataclass(frozen=True)
class Plan:
    """A table: its title, its rows, and the name of the row that the others are compared with."""

    title: str
    rows: tuple[Row, ...]
    reference: str


REFERENCES = (Row(POPULARITY, "Popularity", "reference"), Row(ITEM_KNN, "Item-kNN", "reference"))


def _tower(base: Config, tower: ItemTower, name: str, label: str, **changes: object) -> Row:
    return Row(name, label, "text", base.with_values(pal__item_tower=tower.value, **changes))


def alignment(base: Config) -> Plan:
    """Table 4: nothing aligned, the user side aligned to the LLM's space, both aligned."""
    return Plan(
        "Table 4: what alignment is worth",
        (
            *REFERENCES,
            _tower(base, ItemTower.NO_ALIGN, "without-align", "w/o Align"),
            _tower(base, ItemTower.CONTENT, "c", "(c) no item PAL"),
            _tower(base, ItemTower.ITEM, "b", "(b) sequence to item"),
            _tower(base, ItemTower.SEQUENCE, "a", "(a) sequence to sequence"),
        ),
        reference="a",
    )


def towers_and_sampling(base: Config) -> Plan:
    """Table 5: the item towers, and uniform instead of recency-weighted sampling of positions."""
    towers = alignment(base)
    uniform = _tower(
        base, ItemTower.SEQUENCE, "a-uniform", "(a), positions sampled uniformly", sampling__weighted=False
    )
    return Plan("Table 5: item towers and sampling", (*towers.rows, uniform), reference="a")


PLANS: dict[str, Callable[[Config], Plan]] = {"table4": alignment, "table5": towers_and_sampling}


def plan(name: str, base: Config) -> Plan:
    """The table called ``name``, its rows differing from ``base`` in what the table is about.

    Raises:
        LearnError: there is none of that name.
    """
    if name not in PLANS:
        raise LearnError(f"There is no benchmark {name!r}.", f"Choose one of: {', '.join(PLANS)}.")
    return PLANS[name](base)
