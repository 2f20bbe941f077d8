"""A finished comparison as files: ranking.json for programs, Tables 8 and 9's counterparts for people."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from learn.checksums import NAME as CHECKSUMS
from learn.checksums import check_complete
from learn.data.schema import Slices
from learn.errors import LearnError
from learn.files import atomic_path, read_json, write_json
from learn.ranking.schema import AUC, NONE, RAW, REVENUE, UAUC, WUAUC, Results
from learn.workspace import Workspace

ROWS, ABOUT, TABLES = "ranking.json", "ranking-about.json", "ranking.md"
DIGITS = 6
DAMAGED = "damaged"
"""What a report's dataset is called whose file cannot be read: opening it says what to do."""
REMEDY = "Write it again: learn rank"
_FACTS = {"slices", "top_n"}
NAMES = {
    "lightgbm": "LightGBM", "dnn": "DNN",
    "none": "no LEARN", "raw": "raw vectors", "cosine": "their cosine", "fused": "fused",
    "fused-other-task": "fused, other task",
}  # fmt: skip


@dataclass(frozen=True)
class Report:
    """A comparison at the precision in which it is published: what is printed is what is read again.

    Attributes:
    rows: columns `learn.ranking.schema.Results.ALL`, their numbers rounded to `DIGITS` decimals.
    about: what was compared: sizes, class balance, what was left out, slices, chosen settings, calibration, seconds.
    """

    rows: pd.DataFrame
    about: dict[str, Any]

    def __post_init__(self) -> None:
        # The only place that rounds: a table of exact figures and one of stored figures would differ where a figure's
        # last bits, which are the processor's, put it on the other side of a half.
        numbers = self.rows[list(Results.NUMBERS)].astype(float).round(DIGITS)
        object.__setattr__(self, "rows", self.rows.assign(**numbers))


def write_report(folder: Path, report: Report) -> list[Path]:
    """Writes the rows, the facts and the tables into ``folder``; returns the files."""
    rows = report.rows.astype(object).where(report.rows.notna(), None)
    write_json(folder / ROWS, rows.to_dict("records"))
    write_json(folder / ABOUT, report.about)
    with atomic_path(folder / TABLES) as temporary:
        temporary.write_text(tables(report.rows, report.about) + "\n", encoding="utf-8")
    return [folder / name for name in (ROWS, ABOUT, TABLES)]


def read_report(folder: Path) -> Report:
    """What `write_report` wrote.

    Raises:
        LearnError: absent or damaged.
    """
    remedy = REMEDY
    check_complete(folder, remedy)
    table = pd.DataFrame(read_json(folder / ROWS, remedy, list))
    if not set(table.columns) >= set(Results.ALL):
        raise LearnError(f"{folder / ROWS} lacks columns of its table.", remedy)
    about = read_json(folder / ABOUT, remedy, dict)
    if lacking := _FACTS - about.keys():
        raise LearnError(f"{folder / ABOUT} lacks {', '.join(sorted(lacking))}.", remedy)
    return Report(table, about)


def report_folders(workspace: Workspace, published: Path) -> dict[str, Path]:
    """Dataset -> folder of its report: the workspace's own, then what is published of others."""
    own = workspace.root / "ranking"
    paths = sorted(path for file in (ABOUT, CHECKSUMS) for path in own.glob(f"*/{file}") if path.parent.name[0] != ".")
    found = {path.parent.name: path.parent for path in paths}
    if (published / ROWS).exists() and (published / ABOUT).exists():
        try:
            dataset = str(read_json(published / ABOUT, REMEDY, dict).get("dataset", DAMAGED))
        except LearnError:
            dataset = DAMAGED
        found.setdefault(dataset, published)
    return found


def tables(rows: pd.DataFrame, about: dict[str, Any]) -> str:
    """Tables 8 and 9's counterparts in markdown."""
    return f"{_table_8(rows)}\n\n{_table_9(rows, about)}"


def _table_8(rows: pd.DataFrame) -> str:
    lines = ["Table 8: what LEARN adds to a ranker (gain, 95% interval by user)\n"]
    lines += [
        "| ranker | features | UAUC | gain | WUAUC | gain | WUAUC over raw | AUC |",
        "|---|---|---|---|---|---|---|---|",
    ]
    whole = rows[rows[Results.SLICE] == Slices.WHOLE].set_index([Results.RANKER, Results.FEATURES, Results.METRIC])
    pairs = dict.fromkeys(zip(rows[Results.RANKER], rows[Results.FEATURES], strict=True))
    for ranker, features in sorted(pairs, key=lambda pair: pair[0], reverse=True):
        cells = [NAMES.get(ranker, ranker), NAMES.get(features, features)]
        for metric in (UAUC, WUAUC):
            row = whole.loc[(ranker, features, metric)]
            cells += [f"{row[Results.MEAN]:.4f}", "" if features == NONE else gain_words(row)]
        cells.append("" if features in (NONE, RAW) else gain_words(whole.loc[(ranker, features, WUAUC)], Results.OVER))
        lines.append(f"| {' | '.join([*cells, format(whole.loc[(ranker, features, AUC)][Results.MEAN], '.4f')])} |")
    return "\n".join(lines)


def _table_9(rows: pd.DataFrame, about: dict[str, Any]) -> str:
    lines = [
        "Table 9: gain of the fused features by slice. Revenue: of the first "
        f"{about['top_n']} of every user's list, a replay of what was bought, not an A/B test\n",
        "| slice | share of impressions | ranker | AUC | UAUC | revenue, % |",
        "|---|---|---|---|---|---|",
    ]
    fused = rows[rows[Results.FEATURES] == "fused"].set_index([Results.SLICE, Results.RANKER, Results.METRIC])
    for part in about["slices"]:
        for ranker in dict.fromkeys(rows[Results.RANKER]):
            found = {metric: fused.loc[(part["slice"], ranker, metric)] for metric in (AUC, UAUC, REVENUE)}
            cells = [part["slice"], f"{part['share_of_impressions']:.1%}", NAMES.get(ranker, ranker)]
            cells += [gain_words(found[AUC]), gain_words(found[UAUC]), percent_words(found[REVENUE])]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def gain_words(row: pd.Series, columns: tuple[str, str, str] = Results.GAINS) -> str:
    """A difference with its interval."""
    mean, low, high = (row[name] for name in columns)
    return "–" if pd.isna(mean) else f"{mean:+.4f} [{low:+.4f}, {high:+.4f}]"


def percent_words(row: pd.Series) -> str:
    """A gain in percent of what there was without LEARN."""
    base = row[Results.MEAN] - row[Results.GAIN]
    if pd.isna(base) or base <= 0:
        return "–"
    low, high = (row[name] / base for name in (Results.GAIN_LOW, Results.GAIN_HIGH))
    return f"{row[Results.GAIN] / base:+.2%} [{low:+.2%}, {high:+.2%}]"
