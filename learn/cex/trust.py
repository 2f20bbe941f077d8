"""What a model may do beyond being read: nothing, unless the person at the machine says so.

A model can bring Python code of its own, or weights as pickles, and both run as you. What is allowed holds for one
process and those that it starts, and is never stored: a Run that somebody sends cannot ask for it.
"""

from __future__ import annotations

import os

REMOTE_CODE, PICKLED_WEIGHTS = "LEARN_ALLOW_REMOTE_CODE", "LEARN_ALLOW_PICKLED_WEIGHTS"
"""The environment's names for ``--allow-remote-code`` and ``--allow-pickled-weights``; 1 allows it."""


def allow(remote_code: bool = False, pickled_weights: bool = False) -> None:
    """From now on, in this process; what was allowed stays so."""
    if remote_code:
        os.environ[REMOTE_CODE] = "1"
    if pickled_weights:
        os.environ[PICKLED_WEIGHTS] = "1"


def remote_code_allowed() -> bool:
    """Whether a model's own Python code may run."""
    return os.environ.get(REMOTE_CODE) == "1"


def pickled_weights_allowed() -> bool:
    """Whether weights that are no safetensors may be read."""
    return os.environ.get(PICKLED_WEIGHTS) == "1"
