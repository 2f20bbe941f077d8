"""What the item towers see, as numbers: `learn.explore.figures.towers` draws them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from learn.config import PALConfig
from learn.explore.metrics.leading import listed
from learn.item_towers import Tower

_WIDTH = 16
_TOLERANCE = 1e-5


@dataclass(frozen=True)
class Sight:
    """What a tower reads when it embeds a user's later items.

    Attributes:
        reads: [L, L] bool: does the embedding of item i (row) change when item j (column) does?
        uses_pal: whether PAL reads anything at all; without it an item is the LLM's vector as it is.
    """

    reads: np.ndarray
    uses_pal: bool


def sight(tower: Tower, length: int) -> Sight:
    """The `Sight` of ``tower`` over ``length`` items in training: its own function, tried on a tiny PAL.

    Each item in turn is replaced by another one, and whose embeddings change is looked at: what is drawn is what the
    registered function does, whatever its entry says of it. At inference every item comes alone.
    """
    import torch

    from learn.pal.encoder import PAL

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        config = PALConfig(
            num_layers=1,
            num_heads=2,
            dropout=0.0,
            hidden_size=_WIDTH,
            feed_forward_size=_WIDTH,
            output_size=_WIDTH,
        )
        pal = _Counted(PAL(_WIDTH, config).eval())
        content = torch.randn(1, length, _WIDTH)
        others = torch.randn(length, _WIDTH)
    with torch.no_grad():
        before = tower.embed(pal, content)[0]
        reads = np.zeros((length, length), dtype=bool)
        for place in range(length):
            changed = content.clone()
            changed[0, place] = others[place]
            after = tower.embed(pal, changed)[0]
            reads[:, place] = ((after - before).abs().amax(dim=-1) > _TOLERANCE).numpy()
    return Sight(reads, pal.calls > 0)


def sight_words(found: Sight) -> str:
    """What a `Sight` comes down to, in a sentence of its last item."""
    others = [place + 1 for place in np.flatnonzero(found.reads[-1]).tolist() if place + 1 < len(found.reads)]
    if not found.uses_pal:
        return "PAL reads no later item: each stays the LLM's vector."
    if not others:
        return "Each item stands for itself."
    return f"Item {len(found.reads)} depends on {listed([str(place) for place in others])} too."


def square_words(found: Sight) -> str:
    """What the rows and the filled squares of a drawing of a `Sight` are."""
    if not found.uses_pal:
        return "Row: a later item. Grey: PAL reads none."
    return "Row: a later item. Coloured: what PAL reads."


class _Counted:
    """A PAL that knows how often it was asked."""

    def __init__(self, pal: Any) -> None:
        self._pal, self.calls = pal, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pal, name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.calls += 1
        return self._pal(*args, **kwargs)
