"""The counts of a report as rows of words: what there is in a Dataset, and how its split divides it."""

from __future__ import annotations

from typing import Any

from learn.data.published import COUNTED
from learn.data.schema import Items
from learn.data.splits import Phase


def count_rows(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """(what, how many) of a report's facts (`learn.data.facts`), those of an older form too."""
    history, price = facts["history"], facts["price"]
    rows = [
        ("items", f"{facts['items']:,}"),
        ("users", f"{facts['users']:,}"),
        ("interactions", f"{facts['interactions']:,}" + _lost(facts)),
        ("interactions of a user", f"{history['median']:,.0f} median, {history['mean']:,.1f} mean, "
                                   f"{history['min']:,} to {history['max']:,}"),
        ("interactions that repeat an item", f"{facts['repeats']:.0%}"),
        ("pairs of user and item that occur", percent(facts["density"])),
        *_time_rows(facts),
        *_example_rows(facts),
    ]  # fmt: skip
    for column, field in facts["fields"].items():
        if field["share"]:
            first = f", first: {field['first']}" if field.get("first") else ""
            rows.append((column, f"{percent(field['share'])} of items, {field['distinct']:,} different, "
                                 f"{field['mean_characters']:.0f} characters on average{first}"))  # fmt: skip
    if price["share"]:
        rows.append(("price", f"{percent(price['share'])} of items, median {price['median']:,.2f}, "
                              f"{price['low']:,.2f} to {price['high']:,.2f}"))  # fmt: skip
    if pictures := facts.get("pictures"):
        rows.append(("pictures", f"of {pictures['kept']:,} items, {pictures['named']:,} name one"))
    absent = [column for column, field in facts["fields"].items() if not field["share"]]
    absent += [] if price["share"] else [Items.PRICE]
    if absent:
        rows.append(("fields that no item has", ", ".join(absent)))
    return rows + _split_rows(facts) + _name_rows(facts)


def percent(share: float) -> str:
    """A share that never rounds to a false 0% or 100%."""
    if 0 < share < 0.001:
        return "under 0.1%"
    if 0.999 < share < 1:
        return "over 99.9%"
    return f"{share:.0%}" if share in (0, 1) else f"{share:.1%}"


def _lost(facts: dict[str, Any]) -> str:
    read = facts["interactions_read"]
    lost = read - facts["interactions"]
    return f" of {read:,} that were read: {percent(lost / read)} lost" if lost else ""


def _time_rows(facts: dict[str, Any]) -> list[tuple[str, str]]:
    time, in_order = facts["time"], facts.get("in_order")
    if not time:
        return [("time", "none: only the order is known")]
    rows = [("time", f"{time['first'][:10]} to {time['last'][:10]}")]
    if in_order is not None:
        rows.append(("users whose rows are in order of time", percent(in_order)))
    return rows


def _example_rows(facts: dict[str, Any]) -> list[tuple[str, str]]:
    first = facts.get("first")
    if not first:
        return []
    return [
        (
            "first ids",
            f"item {first['item']}, of an interaction: user {first['event_user']}, item {first['event_item']}",
        )
    ]


def _split_rows(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """Rows about the cut, for facts that `learn.data.facts.split_facts` was added to."""
    if "split" not in facts:
        return []
    cut, events = facts["split"], facts["events"]
    kind = "leave one out" if cut["test_start"] is None else f"by time, test from {cut['test_start'][:10]}"
    if cut.get("cold_seed") is not None:
        kind = f"item cold (a tenth of the items is in no training), {kind}"
    return [
        ("split", kind),
        ("events to train / validate / test on", " / ".join(f"{events[phase.value]:,}" for phase in Phase)),
        ("users that are tested", f"{facts['tested_users']:,} of {facts['users']:,}"),
        (
            "cold-start items (not in training)",
            f"{facts['cold_start_items']:,}, {percent(facts['cold_start_share_of_test'])} of the test events",
        ),
    ]


def _name_rows(facts: dict[str, Any]) -> list[tuple[str, str]]:
    rows = []
    published = facts.get("published")
    if published:
        rows.append((f"{published['label']}, as published", ", ".join(f"{published[one]:,} {one}" for one in COUNTED)))
    if "fingerprint" in facts:
        rows.append(("fingerprint", f"{facts['fingerprint']} names these very items, texts and events"))
    return rows
