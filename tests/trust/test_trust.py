"""A sample of `make trust`: nothing that was whole is lost, nothing differs in silence, nothing ends in a traceback."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.trust import damage, faults

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(faults.compiler() is None, reason="needs Linux and a C compiler")
@pytest.mark.parametrize(("only", "every", "least"), [("faults", 131, 15), ("damage", 41, 10), ("pairs", 1, 3)])
def test_a_sample_of_each_kind_finds_nothing(only, every, least):
    words = [sys.executable, "-m", "benchmarks.trust", "--only", only, "--every", str(every), "--pairs", str(least)]
    threads = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, env=threads, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    counts = re.findall(r"^(?:system calls that|damaged|pairs).*: (\d+) cases$", done.stdout, re.M)
    counted = [int(number) for number in counts]
    assert sum(counted) >= least and "lost, silent or a traceback: 0 cases" in done.stdout


@pytest.mark.parametrize(
    ("said", "code", "wrong"),
    [
        ("Traceback ...", 1, "Traceback"),
        ("another table", 0, "does not name the file"),
        ("a.json is another", 0, "names no command"),
        ("a.json is another: learn train", 0, "without a word"),
        ("Error: a.json is damaged\n  What to do: learn train", 2, None),
        ("the table", 0, None),
    ],
)
def test_silence_and_tracebacks_would_be_found(tmp_path, monkeypatch, said, code, wrong):
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "a.json").write_text("[1]")
    monkeypatch.setattr(damage, "ask", lambda argv, place: damage.Answer(code, said))
    case = damage.Case("a.json", "a.json", "empty", (("runs",),))
    found = damage.silent_or_crashed(
        case, tmp_path / "base", tmp_path / "place", {("runs",): damage.Answer(0, "the table")}
    )
    assert (wrong in found[0]) if wrong else found == []
