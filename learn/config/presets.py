"""Whole configurations by name: for tests, for the demo, for short sequences, the paper's, its authors' release."""

from __future__ import annotations

from collections.abc import Collection

from learn.config.config import Config
from learn.config.sections import (
    BUNDLED,
    BUNDLED_ENCODER,
    CEXConfig,
    ObjectiveConfig,
    PALConfig,
    Preprocessing,
    TrainingConfig,
)
from learn.errors import LearnError
from learn.item_towers import ItemTower, Tower
from learn.sampling import SamplingConfig, SequenceUse
from learn.training_objectives import Objective

WHOLE_CATALOGUE = 10_000_000
"""Catalogue negatives, more than there are items: all of them."""

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
        pal=PALConfig(dropout=0.05, repeat_bias=True),
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
        cex=CEXConfig(llm=f"{BUNDLED}+{BUNDLED_ENCODER}"),
        pal=PALConfig(
            hidden_size=256,
            num_layers=1,
            dropout=0.3,
            output_size=256,
            id_size=128,
            id_dropout=0.3,
            popularity_bias=False,
            repeat_bias=True,
            residual=True,
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
        objective=ObjectiveConfig(kind=Objective.NEXT_ITEM.value, catalogue_negatives=8192),
        training=TrainingConfig(epochs=14, batch_size=256, validate_every=4, patience=2),
    ),
    "paper": Config(
        preset="paper",
        pal=PALConfig(hidden_size=768, num_layers=12, num_heads=12, feed_forward_size=3072),
        sampling=SamplingConfig(history_length=800, target_length=100),
        objective=ObjectiveConfig(catalogue_negatives=0),
        training=TrainingConfig(learning_rate=1e-4),
    ),
    "released": Config(
        preset="released",
        cex=CEXConfig(max_tokens=500),
        pal=PALConfig(
            item_tower=ItemTower.ITEM.value,
            hidden_size=768,
            num_layers=4,
            num_heads=12,
            feed_forward_size=3072,
            output_size=4096,
            preprocessing=Preprocessing.NONE,
            popularity_bias=False,
        ),
        sampling=SamplingConfig(
            history_length=50, target_length=1, history_positions=1, target_positions=1, cut_from=0.0
        ),
        objective=ObjectiveConfig(
            kind=Objective.NEXT_ITEM.value,
            temperature=1 / 20,
            learn_temperature=False,
            log_q=False,
            in_batch_negatives=False,
            catalogue_negatives=WHOLE_CATALOGUE,
        ),
        training=TrainingConfig(epochs=200, learning_rate=2e-5, weight_decay=0.0, warmup_fraction=0.0),
    ),
}
"""``released`` is what the paper's authors published for Amazon: one random later item is the target of all before it,
softmax over the whole catalogue, 20 times the cosine, every item alone through PAL. Ours differs where the towers have
one form: pre-norm layers with rotary positions, the prompt's six fields, content embeddings at the length that the LLM
gives them, a learning rate that falls along half a cosine, an epoch chosen on validation, and no pre-training on other
domains; of the catalogue, items that training never met are no negatives."""


AUTO = "auto"
"""The preset that suits a dataset's split: ``short`` where the last item is left out, ``demo`` where time is cut."""


def preset(name: str, split_kind: str | None = None) -> Config:
    """The preset called ``name``.

    Args:
        name: one of `PRESETS`, or ``auto``.
        split_kind: what ``auto`` goes by, see `learn.data.splits.SplitInfo.cut`.

    Raises:
        LearnError: there is none of that name.
    """
    if name == AUTO:
        name = "short" if split_kind == "leave_one_out" else "demo"
    if name not in PRESETS:
        raise LearnError(f"There is no preset {name!r}.", f"Choose one of: {AUTO}, {', '.join(PRESETS)}.")
    return PRESETS[name]


IN_CONTEXT = {"sampling.sequence": SequenceUse.CUT.value, "objective.kind": Objective.DENSE_ALL_ACTION.value}
"""Under what a tower that embeds targets in context is trained where others have whole sequences: the paper's."""


def for_tower(config: Config, tower: Tower, told: Collection[str] = ()) -> Config:
    """``config`` as ``tower`` is trained under it.

    In a sequence that is used whole, the targets before a target are the user's own history. A tower that reads them
    would learn to copy it, and find nothing to copy in an item that comes alone, as all do at inference. So its
    sequences are cut into history and target, unless somebody asked for whole ones.

    Args:
        config: of all towers.
        tower: one of them.
        told: names of the settings that somebody gave a value, which are left alone.
    """
    own = config.with_values(pal__item_tower=tower.code)
    is_copied = tower.reads_context and tower.own_vectors and own.sampling.sequence is SequenceUse.WHOLE
    if not is_copied or "sampling.sequence" in told:
        return own
    return own.with_settings({name: value for name, value in IN_CONTEXT.items() if name not in told})
