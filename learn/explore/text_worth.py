"""What the text is worth on a dataset, by validation: text alone, counts alone, both together; and why it is little."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import sparse

from learn.config import PALConfig
from learn.config.sections import Inputs
from learn.data.dataset import Dataset
from learn.data.schema import Recommendations
from learn.data.sequences import Sequences
from learn.data.splits import Split
from learn.errors import LearnError
from learn.evaluation.validation import comparing_metric
from learn.explore.maps.neighbours import nearest
from learn.explore.maps.spaces import content_view
from learn.explore.text_beside_counts import OnTarget, on_target, sentence
from learn.item_towers import ITEM_TOWERS
from learn.runs.baselines import BASELINES
from learn.runs.run import Run
from learn.runs.vectors import normalise, stored_content_of
from learn.sampling import SequenceUse

TEXT_TOWER = "b"
"""The item tower that stands for the text: a code of `learn.item_towers.ITEM_TOWERS`."""
NEIGHBOURS = 10
MOST_ITEMS = 2000
"""Items whose nearest texts are looked at; of more a random sample."""
LITTLE = 1.01
"""What text and counts together must have, in parts of what counts alone have, for the text to be worth something."""
_TELLING, _HARDLY = 1.5, 1.1
"""How many buyers items must share with their nearest texts, in parts of how many with any, for texts to tell who buys
what; below the second they hardly do."""


@dataclass(frozen=True)
class TextWorth:
    """What validation says of the text.

    Attributes:
        text: the trained Run that stands for it; counts: the best reference that reads no text; both: the best of the
            two kinds together, None where there is none.
        metric: what they are compared in; among: which items, in words.
    """

    text: Run
    counts: Run
    both: Run | None
    metric: str
    among: str

    @property
    def best(self) -> Run:
        """The two kinds together where there are both, else the text."""
        return self.text if self.both is None else self.both

    @cached_property
    def target(self) -> OnTarget | None:
        """How `best` stands to counts alone on the target."""
        return on_target(self.best, self.counts)

    @property
    def is_little(self) -> bool:
        """Whether `best` is no better than counts alone on validation, and not clearly better on the target."""
        ahead = self.target is not None and self.target.sure > 0
        return _value(self.best) < LITTLE * _value(self.counts) and not ahead

    @property
    def sentence(self) -> str:
        """How `best` stands to counts alone, on validation and on the target."""
        return sentence(self.best, self.counts, self.metric, self.among, self.target)


@dataclass(frozen=True)
class Sharing:
    """How many buyers items share with the items whose texts are nearest to theirs.

    Attributes:
        items: how many were looked at; every one has a buyer in training.
        near: how many buyers they have in common with their `NEIGHBOURS` nearest, in parts of how many they would have
            were every purchase independent.
        by_chance: the same with other items' neighbours in place of their own: more than 1, as some people buy much.
    """

    items: int
    near: float
    by_chance: float

    @property
    def times(self) -> float:
        """How many times as many buyers are shared with the nearest texts as with any."""
        return self.near / self.by_chance if self.by_chance else np.inf if self.near else 1.0


def text_worth(runs: Sequence[Run]) -> TextWorth | None:
    """The `TextWorth` of Runs of one dataset; None without tower (b) or a reference that says how it did.

    Only what learned from the training part alone is compared, of each kind the best.
    """
    told = [run for run in runs if run.info.validation is not None and run.info.refit is not True]
    text = [run for run in told if run.info.kind == "learn" and run.info.variant == TEXT_TOWER]
    counts = [run for run in told if run.info.kind == "reference" and not _reads_text(run)]
    both = [run for run in told if run.info.kind == "blend"]
    if not text or not counts:
        return None
    by = comparing_metric(counts[0].split)
    among = "items new to the user" if by.candidates == Recommendations.UNSEEN else "all items"
    best, known, blend = max(text, key=_value), max(counts, key=_value), max(both, key=_value, default=None)
    return TextWorth(best, known, blend, f"NDCG@{by.k}", among)


def told_by(split: Split) -> str:
    """What the target and validation are, and what the latter's metric says."""
    by, info = comparing_metric(split), split.info
    if info.is_item_cold:
        told = "*Target*: later events with items left out of training. *Validation*: events before those;"
    elif info.test_start and info.validation_start:
        target, before = (
            f"{pd.Timestamp(one):%d %B %Y}".lstrip("0") for one in (info.test_start, info.validation_start)
        )
        told = f"*Target*: what people did from {target} on. *Validation*: the time before that, from {before} on;"
    else:
        told = "*Target*: each user's last event. *Validation*: the event before it;"
    return f"{told} it chose the settings. *NDCG@{by.k}*: how high in a list of {by.k} what came next stands."


def _value(run: Run) -> float:
    return float(run.info.validation or 0.0)


def _reads_text(run: Run) -> bool:
    return run.info.variant in BASELINES and BASELINES[run.info.variant].reference.reads_content


def buyers_shared(vectors: np.ndarray, bought: Sequences, seed: int = 0) -> Sharing | None:
    """The `Sharing` of items by their texts.

    Args:
        vectors: [N, d] of length 1, of the items' texts.
        bought: who had what, of the training part.
        seed: of the sample, and of what stands for chance.

    Returns:
        None where fewer than two items have a buyer.
    """
    pairs = (np.ones(len(bought.items), np.float32), (bought.users, bought.items))
    had = sparse.csc_matrix(pairs, shape=(len(bought), len(vectors)))
    had.data[:] = 1  # once or often
    buyers = np.diff(had.indptr)
    known = np.flatnonzero(buyers)
    if len(known) < 2:
        return None
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.permutation(len(known))[:MOST_ITEMS])
    near = known[nearest(vectors[known], NEIGHBOURS, rows)[0]]
    items = known[rows]
    own = _beyond_chance(had, buyers, items, near)
    other = _beyond_chance(had, buyers, items, near[rng.permutation(len(near))])
    return Sharing(len(items), own, other)


def _beyond_chance(had: sparse.csc_matrix, buyers: np.ndarray, items: np.ndarray, near: np.ndarray) -> float:
    """How many buyers ``items`` share with ``near`` ([Q, k]), in parts of what independent purchases would give."""
    common = expected = 0.0
    for column in near.T:
        other = column != items  # of a permutation an item may come to itself
        both = np.asarray(had[:, items].multiply(had[:, column]).sum(axis=0)).ravel()
        common += float((other * both).sum())
        expected += float((other * buyers[items] * buyers[column].astype(float)).sum()) / had.shape[0]
    return common / expected if expected else 0.0


def why_little(worth: TextWorth, dataset: Dataset) -> str:
    """Why the text is worth little; "" where it is not.

    Raises:
        LearnError: what the LLM read is missing or damaged.
    """
    if not worth.is_little:
        return ""
    content = stored_content_of(worth.text, dataset)
    vectors = np.ascontiguousarray(normalise(content_view(content, dataset).apply(content)), dtype=np.float32)
    found = buyers_shared(vectors, dataset.split.train())
    return "" if found is None else sharing_sentence(found)


def sharing_sentence(found: Sharing) -> str:
    """What `buyers_shared` found, and what it means."""
    much = ", because some people buy much" if round(found.by_chance, 1) > 1 else ""
    told = (
        f"Items with similar texts share {found.near:.1f} times the buyers expected by chance; random pairs share "
        f"{found.by_chance:.1f} times{much}."
    )
    if found.times < _HARDLY:
        return f"{told} So similar texts hardly tell who buys what."
    little = "" if found.times >= _TELLING else " a little of"
    return f"{told} So similar texts do tell{little} who buys what, but counts see it directly in the purchases."


def what_helps(pal: PALConfig, both_tried: bool) -> str:
    """What has not been tried where the text is worth little."""
    ids = "IDs beside the text (`--set pal.inputs=text+id`), " if pal.inputs is Inputs.TEXT else ""
    both = "" if both_tried else "counts beside the text (the scores of both added up), "
    other = "another field that tells items apart as buyers do: a place, a maker, a kind (`--map attributes=COLUMN`)."
    return f"Not tried here, and may help: {ids}{both}{'or ' if ids or both else ''}{other}"


@dataclass(frozen=True)
class TextSaid:
    """What is said of the text; each may be empty.

    Attributes:
        headline: what it is worth beside counts; why: why that is little, where it is.
        more: what has not been tried, and how towers were trained, with what to type.
    """

    headline: str = ""
    why: str = ""
    more: tuple[str, ...] = ()

    @property
    def sentences(self) -> list[str]:
        """All of it, as the terminal says it."""
        return [*filter(None, (self.headline, self.why)), *self.more]


def said_of_text(runs: Sequence[Run], dataset: Dataset) -> TextSaid:
    """For terminal and page: what the text is worth, why it is little, which tower was trained to copy.

    Nothing where the Runs do not tell.
    """
    more = (*copying(runs), *trained_apart(runs))
    worth = text_worth(runs)
    if worth is None:
        return TextSaid(more=more)
    if not worth.is_little:
        return TextSaid(worth.sentence, more=more)
    try:
        why = why_little(worth, dataset)
    except LearnError as error:  # what was read is gone: the figures stand, the reason cannot be told
        return TextSaid(worth.sentence, f"Why cannot be told: {error.what}", more)
    helps = (what_helps(worth.text.config.pal, worth.both is not None),) if why else ()
    return TextSaid(worth.sentence, why, (*helps, *more))


def trained_apart(runs: Sequence[Run]) -> list[str]:
    """A sentence for each trained Run whose tower reads context, and whose sequences are therefore cut where those of
    other towers are used whole (`learn.config.for_tower`)."""
    trained = [run for run in runs if run.info.kind == "learn" and run.info.refit is not True]
    trained = [run for run in trained if run.info.variant in ITEM_TOWERS and ITEM_TOWERS[run.info.variant].trained]
    alone = [run for run in trained if not ITEM_TOWERS[run.info.variant].reads_context]
    whole = next((run for run in alone if run.config.sampling.sequence == SequenceUse.WHOLE), None)
    if whole is None:
        return []
    return [
        f"{run.info.label} ({run.name}) is trained otherwise than {whole.info.label} ({whole.name}): "
        f"{run.config.training_setup}, not {whole.config.training_setup}. In a whole sequence the items before its "
        "target are the user's own history, and it would learn to copy them."
        for run in trained
        if ITEM_TOWERS[run.info.variant].reads_context and run.config.sampling.sequence == SequenceUse.CUT
    ]


def copying(runs: Sequence[Run]) -> list[str]:
    """A sentence for each trained Run whose objective is solved by copying: (a) on sequences that are used whole."""
    said = []
    for run in runs:
        tower = ITEM_TOWERS.get(run.info.variant)
        if run.info.kind != "learn" or run.info.refit is True or tower is None:
            continue
        if tower.reads_context and tower.own_vectors and run.config.sampling.sequence == SequenceUse.WHOLE:
            said.append(
                f"{run.info.label} ({run.name}) is not at its best here: sequences are used whole, so in training its "
                "embedding of a target has seen the items before it, which are the user's own history. Copying solves "
                "that, and an item embedded alone has nothing to copy. To see it without: "
                f"learn train {run.info.dataset} --tower {tower.code} --suffix=-cut --set sampling.sequence=cut"
            )
    return said
