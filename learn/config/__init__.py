"""Every setting of a Run, validated, with its meaning beside it, and the presets for tests, demos and the paper.

This package imports neither torch nor transformers.
"""

from learn.config.config import Config, parse_config, read_config
from learn.config.presets import AUTO, PRESETS, for_tower, preset
from learn.config.sections import (
    BUNDLED,
    BUNDLED_ENCODER,
    OWN_VECTORS,
    Backbone,
    CEXConfig,
    Inputs,
    ObjectiveConfig,
    PALConfig,
    Pooling,
    Preprocessing,
    TrainingConfig,
)
from learn.item_towers import ItemTower
from learn.sampling import SamplingConfig, SequenceUse
from learn.training_objectives import Objective

__all__ = [
    "AUTO",
    "BUNDLED",
    "BUNDLED_ENCODER",
    "OWN_VECTORS",
    "PRESETS",
    "Backbone",
    "CEXConfig",
    "Config",
    "Inputs",
    "ItemTower",
    "Objective",
    "ObjectiveConfig",
    "PALConfig",
    "Pooling",
    "Preprocessing",
    "SamplingConfig",
    "SequenceUse",
    "TrainingConfig",
    "for_tower",
    "parse_config",
    "preset",
    "read_config",
]
