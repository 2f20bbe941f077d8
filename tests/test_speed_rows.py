"""Rows of the speed benchmarks: merged by name, and the page's table says what they hold."""

import json

import pytest

from benchmarks import speed_rows
from benchmarks.speed_rows import Row, compare, save, table, timed, write_page


@pytest.fixture(autouse=True)
def a_machine(monkeypatch):
    monkeypatch.setattr(speed_rows, "machine", lambda: "one core")


def rounds(*seconds):
    left = list(seconds)
    return lambda: left.pop(0)


def test_ratio_is_of_medians_and_its_range_of_rounds(capsys):
    row = compare("epoch", "other", rounds(1.0, 2.0, 4.0), rounds(6.0, 6.0, 8.0), rounds=3)
    assert row == Row("epoch", "other", 2.0, 6.0, "s", 3.0, 2.0, 6.0, "one core")
    assert "epoch: 3 [2, 6]" in capsys.readouterr().out


def test_rows_replace_those_of_their_name_and_no_others(tmp_path):
    path = tmp_path / "speed.json"
    first = [compare(name, "other", rounds(1.0), rounds(2.0), rounds=1) for name in ("a", "b")]
    save(first, path)
    save([compare("a", "another", rounds(1.0), rounds(5.0), rounds=1)], path)
    assert [(row["name"], row["peer"], row["ratio"]) for row in json.loads(path.read_text())] == [
        ("a", "another", 5.0),
        ("b", "other", 2.0),
    ]


def test_page_shows_the_rows_between_its_marks(tmp_path):
    path, page = tmp_path / "speed.json", tmp_path / "speed.md"
    share = compare("share", "", rounds(2.0, 2.0), rounds(1.0, 0.8), rounds=2, share=True)
    save([compare("epoch", "other", rounds(1.0), rounds(2.5), rounds=1), share], path)
    page.write_text(f"# Speed\n{speed_rows.BEGIN}\nold\n{speed_rows.END}\nafter\n")
    write_page(page, path)
    text = page.read_text()
    assert "old" not in text and text.endswith("after\n")
    assert "| epoch | other | 1 s | 2.5 s | 2.5x (2.5x to 2.5x) |" in text
    assert "| share | machine | 2 s | 0.9 s | 45% (40% to 50%) |" in text
    assert "Measured on: one core." in text
    assert table(tmp_path / "none.json") == "Nothing was measured yet."


def test_time_is_of_the_clock_that_is_given():
    assert timed(lambda: None, rounds(3.0, 5.5))() == 2.5
