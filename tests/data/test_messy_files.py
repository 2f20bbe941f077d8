"""Messy files: each is read to exactly the rows written, or refused with a message, or a note says what may differ."""

from __future__ import annotations

from collections import Counter

import pytest

from learn.data.readers import read
from learn.errors import LearnError
from tests.data.messy_files import compare, make_file


def outcomes(folder, seeds):
    """How many files were read and refused, of whole and of damaged ones; and what went wrong."""
    counted, wrong = Counter(), []
    for seed in seeds:
        written = make_file(seed)
        path = folder / written.name
        path.write_bytes(written.content)
        whole = "whole" if written.how["damage"] == "none" else "damaged"
        try:
            table = read(path)
        except LearnError as error:
            counted[f"{whole} refused"] += 1
            assert error.remedy
            continue
        counted[f"{whole} read"] += 1
        if (problem := compare(written, table.frame, [note.text for note in table.notes])) is not None:
            wrong.append((seed, problem))
    return counted, wrong


def test_three_hundred_files(tmp_path):
    counted, wrong = outcomes(tmp_path, range(300))
    assert wrong == []
    assert counted["whole read"] > 8 * counted["whole refused"], counted
    assert counted["damaged refused"] > 10, counted


@pytest.mark.slow
def test_twenty_thousand_files(tmp_path):
    counted, wrong = outcomes(tmp_path, range(300, 20_300))
    assert wrong == []
    assert counted["whole read"] > 8 * counted["whole refused"], counted
