"""What the check of a Dataset found, for people: counts, what was mended, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from learn.data.dataset import Dataset
from learn.data.notes import Note
from learn.data.schema import Interactions, Items, Slices
from learn.data.splits import Phase, Split

OK, NOTE, WARNING = "ok", "note", "warning"
TOP_CATEGORIES = 10
WARNING_SHARE = 0.05  # from this share of the rows on, something mended or missing is a warning


@dataclass(frozen=True)
class Rule:
    """How one count is reported: in which words, of how many, and what its reader can do."""

    finding: str
    of: str  # the fact that it is a part of: "items", "users" or "interactions_read"
    remedy: str
    always_note: bool = False  # harmless however many there are


RULES = {
    "duplicate_items": Rule("items given twice, identically (kept once)", "items", "Nothing to do.", True),
    "items_without_text": Rule("items without any text", "items", "Fill in a title; without text all look alike."),
    "texts_cut": Rule("texts cut at 20,000 characters", "items", "Shorten them; an LLM reads the beginning only."),
    "prices_dropped": Rule(
        "prices that are negative or no number (left out)", "items", "Give one number, such as 12.99."
    ),
    "items_never_seen": Rule(
        "items nobody interacted with (kept: cold-start items)", "items", "Nothing to do: text is enough.", True
    ),
    "unknown_items": Rule(
        "item ids in the interactions that are not among the items", "items", "Add them to the items table."
    ),
    "unknown_item_events": Rule(
        "interactions with such unknown items (dropped)", "interactions_read", "Add the items, or accept the loss."
    ),
    "duplicate_events": Rule(
        "interactions given twice: same user, item and time (kept once)",
        "interactions_read",
        "Check whether the source was exported twice.",
    ),
    "unsorted_users": Rule("users whose events came out of order (sorted)", "users", "Nothing to do.", True),
    "short_users": Rule(
        "users with fewer than {minimum} interactions", "users", "They train little and may not be tested."
    ),
}


def make_facts(
    items: pd.DataFrame,
    interactions: pd.DataFrame,
    found: dict[str, int],
    examples: dict[str, list[str]],
    notes: list[Note | str],
    minimum: int,
) -> dict[str, Any]:
    """Everything the report says, ready for JSON.

    Args:
        items: clean, columns `Items.ALL`.
        interactions: clean, columns `Interactions.ALL`.
        found: a count for each key of RULES.
        examples: ids for some of these keys.
        notes: about the source; a bare sentence spoils nothing.
        minimum: events below which a user is short.
    """
    lengths = interactions[Interactions.USER].value_counts(sort=False).to_numpy()
    n_items, n_users, n_events = len(items), len(lengths), len(interactions)
    pairs = len(interactions[[Interactions.USER, Interactions.ITEM]].drop_duplicates())
    times = interactions[Interactions.TIME]
    price = items[Items.PRICE].dropna()
    top = items[Items.CATEGORY].dropna().str.split(Items.CATEGORY_SEPARATOR, regex=False).str[0].value_counts()
    return {
        "items": n_items,
        "users": n_users,
        "interactions": n_events,
        "interactions_read": n_events + found.get("unknown_item_events", 0) + found.get("duplicate_events", 0),
        "density": pairs / (n_items * n_users),
        "repeats": (n_events - pairs) / n_events,
        "history": {
            "mean": float(lengths.mean()),
            "median": float(np.median(lengths)),
            "max": int(lengths.max()),
            "min": int(lengths.min()),
        },
        "time": None if times.isna().all() else {"first": times.min().isoformat(), "last": times.max().isoformat()},
        "price": {
            "share": len(price) / n_items,
            "median": float(price.median()) if len(price) else None,
            "low": float(price.min()) if len(price) else None,
            "high": float(price.max()) if len(price) else None,
        },
        "fields": {
            column: {
                "share": float(items[column].notna().mean()),
                "distinct": int(items[column].nunique()),
                "mean_characters": float(items[column].str.len().mean()) if items[column].notna().any() else 0.0,
            }
            for column in Items.TEXT
        },
        "categories": [[str(name), int(count)] for name, count in top.head(TOP_CATEGORIES).items()],
        "n_categories": len(top),
        "found": found,
        "examples": examples,
        "notes": [(Note(one) if isinstance(one, str) else one).to_json() for one in notes],
        "minimum": minimum,
    }


def split_facts(dataset: Dataset, split: Split) -> dict[str, Any]:
    """How a split divides events, users and items.

    Returns:
        "events" per phase; "tested_users"; "cold_start_items" and "cold_start_share_of_test" (targets that training
        never saw); "slices": records of `learn.data.slices.describe`.
    """
    from learn.data.slices import describe

    counts = split.training_counts()
    test = split.target(Phase.TEST)
    cold = counts == 0
    slices = describe(counts, split.history(Phase.TEST).lengths[test.lengths > 0])
    return {
        "split": split.describe(),
        "events": {phase.value: len(split.target(phase).items) for phase in Phase},
        "users": len(dataset.user_ids),
        "tested_users": int((test.lengths > 0).sum()),
        "items": dataset.n_items,
        "cold_start_items": int(cold.sum()),
        "cold_start_share_of_test": float(cold[test.items].mean()) if len(test.items) else 0.0,
        "slices": slices[[Slices.SLICE, Slices.RULE, Slices.COUNT, Slices.SHARE]].to_dict("records"),
    }


def report_table(facts: dict[str, Any]) -> pd.DataFrame:
    """One row per finding: columns finding, value, severity (ok, note, warning), remedy; empty for empty facts."""
    rows = [(text, value, OK, "") for text, value in _counts(facts)] + _findings(facts) if facts else []
    return pd.DataFrame(rows, columns=["finding", "value", "severity", "remedy"])


def _counts(facts: dict[str, Any]) -> list[tuple[str, str]]:
    history, time, price = facts["history"], facts["time"], facts["price"]
    rows = [
        ("items", f"{facts['items']:,}"),
        ("users", f"{facts['users']:,}"),
        ("interactions", f"{facts['interactions']:,}"),
        ("interactions of a user", f"{history['median']:,.0f} median, {history['mean']:,.1f} mean, "
                                   f"{history['min']:,} to {history['max']:,}"),
        ("interactions that repeat an item", f"{facts['repeats']:.0%}"),
        ("pairs of user and item that occur", _percent(facts["density"])),
        ("time", f"{time['first'][:10]} to {time['last'][:10]}" if time else "none: only the order is known"),
    ]  # fmt: skip
    for column, field in facts["fields"].items():
        if field["share"]:
            rows.append((column, f"{_percent(field['share'])} of items, {field['distinct']:,} different, "
                                 f"{field['mean_characters']:.0f} characters on average"))  # fmt: skip
    if price["share"]:
        rows.append(("price", f"{_percent(price['share'])} of items, median {price['median']:,.2f}, "
                              f"{price['low']:,.2f} to {price['high']:,.2f}"))  # fmt: skip
    absent = [column for column, field in facts["fields"].items() if not field["share"]]
    absent += [] if price["share"] else [Items.PRICE]
    if absent:
        rows.append(("fields that no item has", ", ".join(absent)))
    return rows + _split_counts(facts) if "split" in facts else rows


def _split_counts(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """Rows about the cut, for facts that `split_facts` was added to."""
    cut, events = facts["split"], facts["events"]
    kind = "leave one out" if cut["test_start"] is None else f"by time, test from {cut['test_start'][:10]}"
    return [
        ("split", kind),
        ("events to train / validate / test on", " / ".join(f"{events[phase.value]:,}" for phase in Phase)),
        ("users that are tested", f"{facts['tested_users']:,} of {facts['users']:,}"),
        (
            "cold-start items (not in training)",
            f"{facts['cold_start_items']:,}, {_percent(facts['cold_start_share_of_test'])} of the test events",
        ),
    ]


def _percent(share: float) -> str:
    """A share that never rounds to a false 0% or 100%."""
    if 0 < share < 0.001:
        return "under 0.1%"
    if 0.999 < share < 1:
        return "over 99.9%"
    return f"{share:.0%}" if share in (0, 1) else f"{share:.1%}"


def _short(name: str, characters: int = 40) -> str:
    return name if len(name) <= characters else name[: characters - 3] + "..."


def _findings(facts: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    rows = []
    for key, rule in RULES.items():
        count = facts["found"].get(key, 0)
        if not count:
            continue
        share = count / max(facts[rule.of], 1)
        severity = NOTE if rule.always_note or share < WARNING_SHARE else WARNING
        named = facts["examples"].get(key)
        value = f"{count:,}" + (f" ({', '.join(named)}{', ...' if count > len(named) else ''})" if named else "")
        rows.append((rule.finding.format(minimum=facts["minimum"]), value, severity, rule.remedy))
    return rows


def _said(note: Note) -> str:
    return f"  {'! ' if note.warns else ''}{note.text}" + (f" {note.remedy}" if note.remedy else "")


def render(facts: dict[str, Any]) -> list[str]:
    """The report as lines of text: what there is, what it is about, what was found."""
    width = max(len(text) for text, _ in _counts(facts))
    lines = [f"{text:<{width}}  {value}" for text, value in _counts(facts)]
    if facts["categories"]:
        named = ", ".join(f"{_short(name)} ({count:,})" for name, count in facts["categories"])
        more = facts["n_categories"] - len(facts["categories"])
        lines += ["", f"Most frequent categories: {named}" + (f" and {more:,} more" if more > 0 else "")]
    if facts["notes"]:
        lines += ["", "About the source:", *(_said(Note.parse(note)) for note in facts["notes"])]
    findings = _findings(facts)
    if not findings:
        return [*lines, "", "Nothing had to be mended."]
    lines += ["", "Found:"]
    for text, value, severity, remedy in findings:
        lines.append(f"  {'!' if severity == WARNING else '-'} {value} {text}. {remedy}")
    return lines
