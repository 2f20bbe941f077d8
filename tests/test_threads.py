"""OpenMP's threads sleep while they wait, unless the user says otherwise."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from learn.threads import wait_passively

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME")


@pytest.mark.parametrize("own", [None, *NAMES])
def test_what_the_user_says_counts_more(monkeypatch, own):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    if own:
        monkeypatch.setenv(own, "7")
    wait_passively()
    found = {name: os.environ[name] for name in NAMES if name in os.environ}
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    assert found == ({own: "7"} if own else {"OMP_WAIT_POLICY": "PASSIVE"})


def test_the_command_says_it_before_torch_is_there():
    code = (
        "import os, sys; from learn.cli import commands; commands.app = lambda: print(os.environ['OMP_WAIT_POLICY'], "
        "'torch' in sys.modules); commands.main()"
    )
    environment = {name: value for name, value in os.environ.items() if name not in NAMES}
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=environment)
    assert said.stdout.split() == ["PASSIVE", "False"], said.stderr
