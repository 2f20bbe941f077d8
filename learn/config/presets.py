"""Whole configurations by name: for tests, for the demo, for short sequences, and the paper's."""

from __future__ import annotations

from learn.config.config import Config
from learn.config.sections import ObjectiveConfig, PALConfig, TrainingConfig
from learn.errors import LearnError
from learn.sampling import SamplingConfig, SequenceUse
from learn.training_objectives import Objective

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
        pal=PALConfig(
            hidden_size=256,
            num_layers=1,
            dropout=0.3,
            output_size=256,
            id_size=128,
            id_dropout=0.3,
            popularity_bias=False,
            repeat_bias=True,
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
