"""From one user's training sequence to one example, as the configuration's objective has it."""

from __future__ import annotations

import numpy as np

from learn.config import Config
from learn.training_objectives import OBJECTIVES, Example, ExampleMaker


def make_example(items: np.ndarray, config: Config, rng: np.random.Generator) -> Example:
    """One example from a training sequence: what the towers see, and which pairs are positives.

    Args:
        items: [n] item indices, oldest first; n at least 2.
        config: its sampling and objective.
        rng: draws the cut, stage 1 and stage 2.

    Raises:
        LearnError: no such objective, or none for sequences used as the configuration says.
    """
    return example_maker(config)(items, config.sampling, rng)


def example_maker(config: Config) -> ExampleMaker:
    """What makes the examples of the configuration's objective.

    Raises:
        LearnError: as `make_example`.
    """
    return OBJECTIVES[config.objective.kind].maker(config.sampling.sequence)
