"""What a table is made of: its rows, and the references that stand in every one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from learn.config import CEXConfig, Config
from learn.item_towers import ITEM_TOWERS
from learn.reproduce.external_baselines import ExternalBaseline
from learn.runs.baselines import BASELINES, EVERYWHERE, REFIT_SUFFIX

TRAININGS = 3
"""How many trainings are averaged where several are."""
Kind = Literal["text", "id", "text+id", "text+counts", "peer", "reference"]


@dataclass(frozen=True)
class Source:
    """Another dataset, and the configuration under which towers are trained on it."""

    dataset: str
    config: Config


@dataclass(frozen=True)
class TableRow:
    """One row of a table.

    Attributes:
        name: names its Runs, and the row to programs.
        label: what people read.
        kind: what the items are to the model.
        config: what is trained, under every seed; None for a reference, which counts and has no seed.
        source: the dataset that it is trained on; None: the one that is ranked.
        peer: another library's model instead, under every seed.
        refit: it learns from training and validation together, under what validation chose before.
        counts: codes of the references that are blended with the trained Run, with + between (`learn.runs.blend`); "":
            none, its trainings are only averaged.
        trainings: how many of them, each from a seed of its own, are averaged in one Run of it.
        cex: of a reference or a peer that reads texts, how they are read.
        note: what has to be known of its numbers, a sentence; "": nothing.
    """

    name: str
    label: str
    kind: Kind
    config: Config | None = None
    source: Source | None = None
    peer: ExternalBaseline | None = None
    refit: bool = False
    counts: str | None = None
    trainings: int = 1
    cex: CEXConfig | None = None
    note: str = ""

    @property
    def is_seeded(self) -> bool:
        """Whether another seed gives another Run."""
        trained = self.config is not None and ITEM_TOWERS[self.config.pal.item_tower].trained
        return trained or self.peer is not None


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        title: what people read.
        rows: in the table's order.
        reference: the name of the row that the others are compared with.
        contenders: the reference is that of these rows that validates best, once they are trained; none: it is fixed.
        slices: of the targets, each with a column of recall in the printed table.
        is_item_cold: whether it is about items that training never met: of a dataset that is split so, and of no other.
    """

    title: str
    rows: tuple[TableRow, ...]
    reference: str
    contenders: tuple[str, ...] = ()
    slices: tuple[str, ...] = ()
    is_item_cold: bool = False


REFERENCES = tuple(TableRow(code, BASELINES[code].label, "reference") for code in EVERYWHERE)
SIMPLE = (
    *REFERENCES,
    *(TableRow(one.code, one.label, "reference") for one in BASELINES.entries if one.only_in_order),
)
"""What stands in a table where each user's last event is left out."""
COLD_REFERENCES = tuple(
    TableRow(
        one.code,
        one.label,
        "reference",
        note="" if one.reference.scores_cold else "It cannot score an item that nobody bought: its zeros are no draw.",
    )
    for one in BASELINES.entries
    if not one.only_in_order
)
"""What stands in a table of an item-cold split."""


def refitted_row(row: TableRow) -> TableRow:
    """``row`` once more, refitted on training and validation."""
    return replace(row, name=row.name + REFIT_SUFFIX, label=f"{row.label}, refitted", refit=True)


def as_in_the_paper(base: Config) -> Config:
    """``base`` with its texts read once, by the first of its LLMs, and scored by PAL alone."""
    return base.with_values(cex__llm=base.cex.encoders[0].llm, pal__residual=False)
