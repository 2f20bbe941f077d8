"""How threads wait for each other on cores that other work needs too."""

from __future__ import annotations

import os

_POLICY = "OMP_WAIT_POLICY"
_SPINNING = (_POLICY, "GOMP_SPINCOUNT", "KMP_BLOCKTIME")


def wait_passively() -> None:
    """Lets OpenMP's threads sleep while they wait, where the user has not said how they should.

    By default they spin: beside other busy processes each holds its core for nothing. OpenMP reads it when it is
    loaded, so this has to come before torch is imported; processes that are started from here inherit it.
    """
    if not any(name in os.environ for name in _SPINNING):
        os.environ[_POLICY] = "PASSIVE"
