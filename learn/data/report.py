"""What the check of a Dataset found, for people: counts, what was mended, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from learn.data.notes import IDS, NOTHING, ORDER, ROWS, SPOILS, TEXT, Note
from learn.data.published import COUNTED, differing
from learn.data.report_counts import count_rows, percent
from learn.data.sanity import EARLIEST_LIKELY

OK, NOTE, WARNING = "ok", "note", "warning"
COLUMNS = ("finding", "value", "severity", "remedy", "spoils")
NO_REMEDY = "Nothing to do."
MOST_MARKED = "!!"
HALF = 0.5  # from this share on, a warning is marked twice


@dataclass(frozen=True)
class Rule:
    """How one count is reported: in which words, of how many, and what its reader can do.

    Attributes:
        finding: in words; ``{minimum}`` is the least number of events of a user.
        of: the fact that it is a part of: "items", "users", "interactions" or "interactions_read".
        remedy: what to do about it.
        spoils: what it makes wrong, one of `learn.data.notes.SPOILS`.
        loud_from: from this share on it is a warning; None: never, it is harmless however many there are.
    """

    finding: str
    of: str
    remedy: str
    spoils: str = NOTHING
    loud_from: float | None = 0.05


RULES = {
    "users_one_time": Rule(
        "users whose events all carry one time: their order is the file's",
        "users",
        "Map a column with the time of day, if there is one: --map timestamp=COLUMN.",
        ORDER,
        0.2,
    ),
    "events_outside": Rule(
        f"interactions before {EARLIEST_LIKELY} or after next year: most likely numbers that are no times",
        "interactions",
        "Look at the column; map another one with --map timestamp=COLUMN, or order the rows by --map position=COLUMN.",
        ORDER,
        0.001,
    ),
    "duplicate_items": Rule("items given twice, identically (kept once)", "items", NO_REMEDY, loud_from=None),
    "unknown_items": Rule(
        "item ids in the interactions that are not among the items", "items", "Add them to the items table.", IDS
    ),
    "unknown_item_events": Rule(
        "interactions with such unknown items (dropped)",
        "interactions_read",
        "Add the items, or accept the loss.",
        ROWS,
    ),
    "duplicate_events": Rule(
        "interactions given twice: same user, item and time (kept once)",
        "interactions_read",
        "Check whether the source was exported twice.",
        ROWS,
    ),
    "items_without_text": Rule(
        "items without any text", "items", "Fill in a title; without text all look alike.", TEXT
    ),
    "same_prompt": Rule(
        "items whose whole text another item has too: the LLM cannot tell them apart",
        "items",
        "Have it read a column in which they differ, for example --map attributes=COLUMN.",
        TEXT,
    ),
    "titles_without_letter": Rule(
        "titles without a letter",
        "items",
        "Check that title is the column with the names: --map title=COLUMN.",
        TEXT,
    ),
    "texts_cut": Rule(
        "texts cut at 20,000 characters", "items", "Shorten them; an LLM reads the beginning only.", TEXT
    ),
    "prices_dropped": Rule(
        "prices that are negative or no number (left out)", "items", "Give one number, such as 12.99.", TEXT
    ),
    "pictures_absent": Rule(
        "items whose picture is not there",
        "items",
        "Put the files beside the items table, with paths relative to it.",
    ),
    "pictures_broken": Rule(
        "items whose picture is no PNG, JPEG, WebP or GIF, damaged or too large",
        "items",
        "Give one of these, of 20 MiB and 60 million pixels at most.",
    ),
    "pictures_outside": Rule(
        "items whose picture lies outside the folder of the items table (not opened)",
        "items",
        "Put the files beside the items table, with paths relative to it.",
    ),
    "pictures_unfetched": Rule(
        "items whose picture has a web address (not called)",
        "items",
        "To have them fetched, which tells those hosts of you, add --fetch-pictures.",
        loud_from=None,
    ),
    "items_never_seen": Rule(
        "items nobody interacted with (kept: cold-start items)",
        "items",
        "Nothing to do: text is enough.",
        loud_from=None,
    ),
    "unsorted_users": Rule("users whose events came out of order (sorted)", "users", NO_REMEDY, loud_from=None),
    "short_users": Rule(
        "users with fewer than {minimum} interactions", "users", "They train little and may not be tested."
    ),
}

SPOILED = {
    ORDER: "the order of events",
    IDS: "ids",
    ROWS: "rows",
    TEXT: "what the LLM reads",
}
"""What a warning may mean, in words."""


@dataclass(frozen=True)
class Finding:
    """One thing to know about a dataset.

    Attributes:
        text: a sentence, or what follows on ``value``.
        value: how many, with examples; "" where the sentence says it all.
        severity: NOTE or WARNING.
        remedy: what to do.
        spoils: one of `learn.data.notes.SPOILS`.
        share: of what there is, 0 to 1; None: unknown.
    """

    text: str
    value: str
    severity: str
    remedy: str
    spoils: str = NOTHING
    share: float | None = None

    @property
    def line(self) -> str:
        """As one line of text, a warning with what it spoils before it."""
        mark = "-" if self.severity == NOTE else MOST_MARKED if (self.share or 0) >= HALF else "!"
        spoiled = f"{self.spoils}: " if self.severity == WARNING and self.spoils != NOTHING else ""
        told = f"{self.value} {self.text}" if self.value else self.text
        return f"  {mark} {spoiled}{told.rstrip('.')}." + ("" if self.remedy == NO_REMEDY else f" {self.remedy}")


def findings(facts: dict[str, Any]) -> list[Finding]:
    """All that is to be known beside the counts, the worst first: by severity, by what is spoiled (order, ids, rows,
    text), by share. Facts of an older form give what they hold."""
    found = [*_counted(facts), *(_noted(Note.parse(note)) for note in facts["notes"]), *_published(facts)]
    place = {spoiled: (SPOILS.index(spoiled) or len(SPOILS)) for spoiled in SPOILS}
    return sorted(found, key=lambda one: (one.severity != WARNING, place[one.spoils], -(one.share or 0)))


def _counted(facts: dict[str, Any]) -> list[Finding]:
    rows = []
    for key, rule in RULES.items():
        count = facts["found"].get(key, 0)
        if not count:
            continue
        share = min(count / max(facts[rule.of], 1), 1.0)
        severity = WARNING if rule.loud_from is not None and share >= rule.loud_from else NOTE
        named = [_short(one) for one in facts["examples"].get(key, ())]
        told = ([percent(share)] if severity == WARNING else []) + (
            [", ".join(named) + (", ..." if count > len(named) else "")] if named else []
        )
        value = f"{count:,}" + (f" ({': '.join(told)})" if told else "")
        text = rule.finding.format(minimum=facts["minimum"])
        rows.append(Finding(text, value, severity, rule.remedy, rule.spoils, share))
    return rows


def _noted(note: Note) -> Finding:
    return Finding(note.text, "", WARNING if note.warns else NOTE, note.remedy or NO_REMEDY, note.spoils)


def _published(facts: dict[str, Any]) -> list[Finding]:
    """That a well-known dataset is not as large as published; its shape alone makes it a warning."""
    published = facts.get("published")
    if not published:
        return []
    other = differing(published, facts)
    if not other:
        return []
    told = ", ".join(f"{facts[name]:,} {name} (published: {published[name]:,})" for name in other)
    loud = len(other) < len(COUNTED) - 1
    return [
        Finding(
            f"{published['label']} has other counts than published: {told}",
            "",
            WARNING if loud else NOTE,
            "Check whether the file is whole; a part of it, or another release, is fine.",
            ROWS if loud else NOTHING,
        )
    ]


def _short(name: str, characters: int = 40) -> str:
    return name if len(name) <= characters else name[: characters - 3] + "..."


def report_table(facts: dict[str, Any]) -> pd.DataFrame:
    """One row per finding, the worst first, after the counts; empty for empty facts.

    Returns:
        Columns finding, value, severity (ok, note, warning), remedy, spoils (one of `learn.data.notes.SPOILS`).
    """
    if not facts:
        return pd.DataFrame(columns=list(COLUMNS))
    rows = [(text, value, OK, "", NOTHING) for text, value in count_rows(facts)]
    rows += [(one.text, one.value, one.severity, one.remedy, one.spoils) for one in findings(facts)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def render(facts: dict[str, Any]) -> list[str]:
    """The report as lines of text: what there is, what it is about, what was found; warnings last, where eyes are."""
    counts = count_rows(facts)
    width = max(len(text) for text, _ in counts)
    lines = [f"{text:<{width}}  {value}" for text, value in counts]
    if facts["categories"]:
        named = ", ".join(f"{_short(name)} ({count:,})" for name, count in facts["categories"])
        more = facts["n_categories"] - len(facts["categories"])
        lines += ["", f"Most frequent categories: {named}" + (f" and {more:,} more" if more > 0 else "")]
    found = findings(facts)
    notes = [one for one in found if one.severity == NOTE]
    warnings = [one for one in found if one.severity == WARNING]
    if not found:
        return [*lines, "", "Nothing had to be mended."]
    if notes:
        lines += ["", "To know:", *(one.line for one in notes)]
    if warnings:
        lines += ["", headline(warnings), *(one.line for one in warnings)]
    return lines


def headline(warnings: list[Finding]) -> str:
    """What warnings come down to: "Look at this first: the order of events and ids may be wrong."."""
    told = _concerned(warnings)
    return f"Look at this first: {told} may be wrong." if told else "Look at this first:"


def notes_label(notes: list[Finding]) -> str:
    """How many notes there are, and on what: "4 notes on the data: the order of events and rows"."""
    told = _concerned(notes)
    return f"{len(notes)} notes on the data{f': {told}' if told else ''}"


def _concerned(found: list[Finding]) -> str:
    """What `found` spoils or may spoil, in words; "" where that is nothing."""
    spoiled = [words for name, words in SPOILED.items() if any(one.spoils == name for one in found)]
    return " and ".join(filter(None, [", ".join(spoiled[:-1]), *spoiled[-1:]]))
