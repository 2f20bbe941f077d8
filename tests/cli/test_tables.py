"""What commands print fits 80 columns: no figure and no name ends in three dots."""

import re

import pandas as pd
import pytest
from rich.console import Console

from learn.cli.tables import print_table, print_text
from learn.cli.terminal import print_frame, print_metrics, print_runs, say_lines
from learn.data.schema import Metrics, Recommendations, Slices
from learn.evaluation.metrics import METRICS, says_little

NAMES = ("learn-a", "without-already-had-and-a-name-that-is-long", "n" * 80)


@pytest.fixture(autouse=True)
def terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


class Made:
    """As much of a Run as its tables need."""

    def __init__(self, name, key="0cb9f32fe7ec2a4e+1cb9f32fe7ec2a4e"):
        self.name = self.name_of_it = name
        self.info = self
        self.label, self.trainable_parameters, self.train_seconds = (
            "(b) embeds every item alone, with its text",
            1_234_567,
            12.3,
        )
        self.content_key = key
        self.per_user = pd.DataFrame()
        self.metrics = pd.DataFrame(
            [
                (metric.code, 10, candidates, Slices.WHOLE, 0.1538, 0.1234, 0.1844, 30)
                for metric in METRICS.entries
                for candidates in (Recommendations.UNSEEN, Recommendations.ALL_CANDIDATES)
            ],
            columns=list(Metrics.ALL),
        )


def fitting(capsys):
    """What was printed, as one text without the lines of tables; every line is 80 columns or less."""
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 80, printed
    assert "…" not in printed and "..." not in printed
    return printed


def columns(printed, place=0):
    """The cells of one column of all tables, joined."""
    rows = [line for line in printed.splitlines() if line.startswith("│")]
    return "".join(row.strip("│").split("│")[place].strip() for row in rows)


@pytest.mark.parametrize("name", NAMES)
def test_metrics_are_whole_whatever_the_name_of_the_run(name, capsys):
    print_metrics([Made(name)], 1000, 10)
    printed = fitting(capsys)
    assert printed.count("0.1538 ± 0.0305") == 4
    assert printed.count("Hit rate@10") == printed.count("Recall@10") == 2
    assert name in columns(printed)


@pytest.mark.parametrize("name", NAMES)
def test_runs_are_whole(name, capsys):
    print_runs([("shop", Made(name)), ("other", Made("learn-b", None))])
    printed = fitting(capsys)
    assert "shop:" in printed and "other:" in printed
    assert "1,234,567" in printed and "12 s" in printed
    assert name in columns(printed)


def test_one_runs_metrics_and_lists_of_long_titles_are_whole(capsys):
    print_frame(Made("a").metrics.drop(columns=Metrics.K))
    printed = fitting(capsys)
    assert printed.count("pooled_recall") == 2 and "0.1844" in printed
    print_frame(pd.DataFrame({"rank": [1], "item_id": ["s1"], "score": [0.25], "title": ["A long title " * 20]}))
    printed = fitting(capsys)
    assert printed.count("long") == 20 and "0.2500" in printed


def test_tables_in_markdown_are_tables_that_fit(capsys):
    heads = [
        "run",
        "seeds",
        *(
            f"{metric}@{k}, {among} items"
            for metric in ("ndcg", "recall")
            for k in (10, 50)
            for among in ("all", "new")
        ),
    ]
    cells = ["LEARN, text and ID", "3", *["0.0845* [0.0794, 0.0893]"] * 8]
    print_text(
        "\n".join(
            [
                "# Title",
                "| " + " | ".join(heads) + " |",
                "|" + "---|" * 10,
                "| " + " | ".join(cells) + " |",
                "",
                "\\* apart.",
            ]
        )
    )
    printed = fitting(capsys)
    assert printed.count("0.0845* [0.0794, 0.0893]") == 8
    assert printed.startswith("# Title") and "---|" not in printed


@pytest.mark.parametrize("width", [30, 60, 80, 200])
def test_figures_are_never_broken_however_narrow(width, capsys):
    print_table(["Run", *(f"m{n}" for n in range(7))], [["learn-b", *["0.1234 ± 0.0123"] * 7]], Console(width=width))
    printed = capsys.readouterr().out
    assert printed.count("0.1234 ± 0.0123") == 7
    assert max(map(len, printed.splitlines())) <= width


def test_brackets_in_names_are_text(capsys):
    print_table(["[bold]Run", "x"], [["[red]a[/red]", "1"]])
    assert "[red]a[/red]" in capsys.readouterr().out


def test_reports_are_broken_between_words(capsys):
    say_lines(["title      " + "word " * 40, "  ! order: " + "word " * 40, ""])
    lines = fitting(capsys).splitlines()
    assert lines[1].startswith(" " * 11 + "word") and lines[-2].startswith("    word")
    assert len(re.findall("word", "".join(lines))) == 80


@pytest.mark.parametrize(("k", "n", "words"), [(10, 8, "all of it"), (10, 20, "half of it or more"), (10, 21, None)])
def test_a_list_of_half_the_catalogue_is_said_to_say_little(k, n, words, capsys):
    assert (words in says_little(k, n)) if words else says_little(k, n) == ""
    print_metrics([Made("a")], n, k)
    assert ("say little" in " ".join(capsys.readouterr().out.split())) == bool(words)


def test_columns_that_need_two_tables_are_shared_out_evenly(capsys):
    print_metrics([Made("learn-a")], 1000, 10)
    heads = [line for line in fitting(capsys).splitlines() if "@10" in line]
    assert [line.count("@10") for line in heads] == [2, 2]
