"""Time form x id form x nesting: what was written is read exactly, refused, or noted; never changed in silence."""

from __future__ import annotations

import io
import itertools
import json

import numpy as np
import pandas as pd
import pytest

from learn.data.columns import INTERACTIONS, ITEMS
from learn.data.schema import Interactions, Items
from learn.data.tables import dataset_of_tables
from learn.errors import LearnError

EXACT, REFUSED, NOTED = "exact", "refused", "noted"
SECONDS = pd.Timestamp("1970-01-01")

# Form -> (how moments are written, what becomes of them); dates and clocks of 2023 with a day above 12 among them.
TIMES = {
    "iso": (lambda t: t.strftime("%Y-%m-%dT%H:%M:%SZ"), EXACT),
    "utc": (lambda t: t.strftime("%Y-%m-%d %H:%M:%S UTC"), EXACT),
    "dmy": (lambda t: t.strftime("%d/%m/%Y %H:%M:%S"), EXACT),
    "mdy": (lambda t: t.strftime("%m/%d/%Y %I:%M:%S %p"), EXACT),
    "points": (lambda t: t.strftime("%d.%m.%Y %H:%M:%S"), EXACT),
    "words": (lambda t: t.strftime("%b %d, %Y %H:%M:%S"), EXACT),
    "s": (lambda t: str((t - SECONDS) // pd.Timedelta("1s")), EXACT),
    "ms": (lambda t: str((t - SECONDS) // pd.Timedelta("1ms")), EXACT),
    "excel": (lambda t: f"{(t - pd.Timestamp('1899-12-30')) / pd.Timedelta('1D'):.6f}", EXACT),
    "compact": (lambda t: t.strftime("%Y%m%d%H%M%S"), EXACT),
    "short year": (lambda t: t.strftime("%d/%m/%y %H:%M:%S"), REFUSED),
    "day numbers": (lambda t: str((t - pd.Timestamp("2023-01-01")).days), REFUSED),
    "mixed": (lambda t: str((t - SECONDS) // pd.Timedelta("1s") * (1000 if t.day % 2 else 1)), REFUSED),
    "month": (lambda t: t.strftime("%Y%m"), NOTED),
}
# Form -> (how items write a number, how events do, what becomes of them).
IDS = {
    "text": (lambda k: f"p{k}", lambda k: f" p{k}\u200b", EXACT),
    "floats": (lambda k: str(k), lambda k: f"{k}.0", EXACT),
    "bytes": (lambda k: f"p{k}", lambda k: f"b'p{k}'", EXACT),
    "zeros": (lambda k: f"{k:05d}", lambda k: str(k), NOTED),
    "rounded": (lambda k: f"1.23E+{k:02d}", lambda k: f"1.23E+{k:02d}", REFUSED),
    "prefix": (lambda k: f"p{k}", lambda k: f"q{k}" if k % 2 else f"p{k}", NOTED),
}
# How two levels are written in one cell.
NESTINGS = {
    "plain": lambda a, b: f"{a} > {b}",
    "python": lambda a, b: repr([a, b]),
    "json": lambda a, b: json.dumps([a, b]),
    "nested": lambda a, b: repr([[a, b]]),
    "numpy": lambda a, b: str(np.array([a, b], dtype=object)),
    "escaped": lambda a, b: f"{a} &gt; {b}".replace("'", "&#39;"),
}
LEVELS = [("Home", "Kitchen"), ("Home", "Women's"), ("Audio", "Headsets"), ("Audio", "Radio")]


def written(
    rng: np.random.Generator, time: str, ids: str, nesting: str
) -> tuple[pd.DataFrame, pd.DataFrame, list[tuple]]:
    """Items, events as text, and (user, item number, moment) of each event."""
    n = int(rng.integers(12, 30))
    moments = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.choice(300 * 86_400, n, replace=False), unit="s")
    moments = moments.append(pd.DatetimeIndex(["2023-11-30 13:14:15", "2023-11-29 01:02:03"]))
    rows = [(f"u{rng.integers(3)}", int(rng.integers(1, 9)), moment) for moment in moments]
    of_items, of_events, _ = IDS[ids]
    catalogue = pd.DataFrame(
        [(of_items(k), f"Thing {k}", NESTINGS[nesting](*LEVELS[k % 4])) for k in range(1, 9)],
        columns=[Items.ID, Items.TITLE, Items.CATEGORY],
    )
    events = pd.DataFrame(
        [(user, of_events(k), TIMES[time][0](moment)) for user, k, moment in rows],
        columns=[Interactions.USER, Interactions.ITEM, Interactions.TIME],
    )
    return catalogue, events, rows


def through_csv(frame: pd.DataFrame) -> pd.DataFrame:
    """As a reader of CSV gives it."""
    return pd.read_csv(io.StringIO(frame.to_csv(index=False)), dtype="str", keep_default_na=False, na_values=[""])


@pytest.mark.parametrize("time", TIMES)
def test_nothing_changes_in_silence(time):
    rng = np.random.default_rng(list(TIMES).index(time))
    for (place, ids), turn in itertools.product(enumerate(IDS), range(2)):  # each nesting once with an id that is read
        nesting = list(NESTINGS)[(place + 3 * turn) % len(NESTINGS)]
        catalogue, events, rows = written(rng, time, ids, nesting)
        fates = {TIMES[time][1], IDS[ids][2]}
        source = {"items": ITEMS.name, "interactions": INTERACTIONS.name}
        try:
            made = dataset_of_tables("made", through_csv(catalogue), through_csv(events), {}, source)
        except LearnError as error:
            assert REFUSED in fates, (ids, nesting, str(error))
            assert error.remedy
            continue
        assert REFUSED not in fates, (ids, nesting)
        warned = any(note["spoils"] != "nothing" for note in made.report["notes"])
        assert warned == (NOTED in fates), (ids, nesting, made.report["notes"])
        assert made.items[Items.CATEGORY].tolist() == [" > ".join(LEVELS[k % 4]) for k in range(1, 9)], nesting
        kept = [row for row in rows if ids != "prefix" or row[1] % 2 == 0]
        if TIMES[time][1] == EXACT:
            meant = sorted(kept, key=lambda row: (row[0], row[2]))
            assert made.interactions[Interactions.TIME].tolist() == [row[2] for row in meant]
            assert made.interactions[Interactions.ITEM].tolist() == [IDS[ids][0](row[1]) for row in meant]
        else:
            assert len(made.interactions) == len(kept), "no event of one month is lost"
