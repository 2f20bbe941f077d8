"""The item towers: how a target item is embedded (paper, section 3.3 and Table 5). One entry of `ITEM_TOWERS` each.

To add one, copy this to the end of this file (or call it anywhere before training), and nothing else:

    def embed_mean(pal: Encoder, content: torch.Tensor) -> torch.Tensor:  # [B, T, D_in] -> [B, T, D_out], length 1
        sums = embed_each(pal, content).cumsum(dim=1)  # of a target and of those before it
        return sums / sums.norm(dim=-1, keepdim=True)
    ITEM_TOWERS.register(Tower("d", "(d) mean so far", "Items amid those before", "each target is the mean of itself "
                               "and those before it.", embed_mean, reads_context=True, colour="#6a5acd"))

`learn train DATASET --tower d` then trains it, and every page, figure and table shows it. ``reads_context`` says
whether an item's embedding depends on the targets before it; on those behind it none may, where shorter targets are
padded. Training checks both before it begins.

This module imports neither torch nor transformers: a function that needs torch imports it when called.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from learn.errors import LearnError
from learn.registry import Registry

if TYPE_CHECKING:
    import torch


class Encoder(Protocol):
    """PAL, as far as an item tower needs to know it."""

    def __call__(self, content: torch.Tensor, causal: bool = True) -> torch.Tensor:
        """[B, L, D_in] -> [B, L, D_out] of length 1; ``causal``: position i sees 0..i, else all see all."""


class ItemTower(StrEnum):
    """The codes of the paper's item towers, for code that means one of them; what there is says `ITEM_TOWERS`."""

    SEQUENCE = "a"
    ITEM = "b"
    CONTENT = "c"
    NO_ALIGN = "without-align"


@dataclass(frozen=True)
class Tower:
    """An item tower.

    Attributes:
        code: names it in commands and configurations: ``--tower CODE``, ``pal.item_tower = CODE``.
        label: what people read, short: "(a) sequence to sequence".
        plain_name: the same for people who never read the paper.
        explanation: a line that goes on after the label and a colon; ends in a full stop.
        embed: (PAL, [B, T, D_in] targets) -> [B, T, D_out], of length 1, as training sees them; D_out is D_llm where
            the tower has no ``own_vectors``. At inference, and as catalogue negatives, items come alone: T = 1.
        reads_context: whether an item's embedding depends on the targets before it. If not, training embeds every item
            of a batch once. On what follows it may not depend: shorter targets of a batch are padded on the right.
        colour: in figures and maps, "#rrggbb"; None: one that no other has.
        own_vectors: whether its item vectors are its own (and stored in the Run), or the content embeddings themselves.
        trained: whether anything is; if not, a user is the mean content embedding of the history.
        name: of the Run that `learn train` makes; "": "learn-CODE".
    """

    code: str
    label: str
    plain_name: str
    explanation: str
    embed: Callable[[Encoder, torch.Tensor], torch.Tensor]
    reads_context: bool = False
    colour: str | None = None
    own_vectors: bool = True
    trained: bool = True
    name: str = ""

    def __post_init__(self) -> None:
        if self.own_vectors and not self.trained:
            raise LearnError(
                f"Item tower {self.code!r} trains nothing, yet has item vectors of its own.",
                "Give its entry own_vectors=False, or trained=True.",
            )

    @property
    def run_name(self) -> str:
        """What `learn train` calls its Run."""
        return self.name or f"learn-{self.code}"


def embed_sequence(pal: Encoder, content: torch.Tensor) -> torch.Tensor:
    """(a): causal PAL over the target sequence; [B, T, D_in] -> [B, T, D_out]. Each target sees those before it."""
    return pal(content, causal=True)


def embed_each(pal: Encoder, content: torch.Tensor) -> torch.Tensor:
    """(b): PAL where each target attends to itself only; [B, T, D_in] -> [B, T, D_out].

    Written as sequences of one: the same numbers as under `learn.pal.masks.self_mask`, without the wasted pairs.
    """
    batch, length, width = content.shape
    return pal(content.reshape(batch * length, 1, width)).reshape(batch, length, -1)


def embed_content(pal: Encoder, content: torch.Tensor) -> torch.Tensor:
    """(c): no PAL, the prepared content embedding itself at length 1; [B, T, D_llm] -> [B, T, D_llm]."""
    from torch.nn import functional

    return functional.normalize(content.float(), dim=-1)


ITEM_TOWERS: Registry[Tower] = Registry(
    "item tower",
    Tower(
        code=ItemTower.SEQUENCE.value,
        label="(a) sequence to sequence",
        plain_name="Items in the order they were bought",
        explanation="in training PAL reads a user's later items as one sequence, each seeing those before it. "
        "The paper's choice.",
        embed=embed_sequence,
        reads_context=True,
        colour="#3f63e0",
    ),
    Tower(
        code=ItemTower.ITEM.value,
        label="(b) sequence to item",
        plain_name="Items one by one",
        explanation="PAL reads each later item by itself.",
        embed=embed_each,
        colour="#d9304f",
    ),
    Tower(
        code=ItemTower.CONTENT.value,
        label="(c) no item PAL",
        plain_name="Items as their text describes them",
        explanation="an item is what the language model says of it; only the user side learns.",
        embed=embed_content,
        colour="#8e59d1",
        own_vectors=False,
    ),
    Tower(
        code=ItemTower.NO_ALIGN.value,
        label="w/o Align",
        plain_name="The language model alone",
        explanation="nothing is learned. A user is the average of what the language model says of their items.",
        embed=embed_content,
        colour="#937f8e",
        own_vectors=False,
        trained=False,
        name="without-align",
    ),
)
