"""The cut into history and target, by time or by leaving the last one out. Nothing of a target reaches its history."""

from __future__ import annotations

import numpy as np
import pandas as pd

from learn.data.dataset import Dataset
from learn.data.item_cold import hold_out_items
from learn.data.split import NEWER, PHASE_CODES, Phase, Split, SplitInfo
from learn.data.timestamps import read_moment
from learn.errors import LearnError

__all__ = [
    "MINIMUM_DAYS",
    "MINIMUM_EVENTS",
    "MINIMUM_TESTED",
    "SPLITS",
    "Phase",
    "Split",
    "SplitInfo",
    "choose_split",
    "default_split",
    "leave_one_out",
    "make_split",
    "split_by_time",
]

SPLITS = ("auto", "by-time", "leave-one-out", "item-cold")
MINIMUM_DAYS = 60
MOST_DAYS = 36_525  # a validation target of a century
MINIMUM_EVENTS = 20  # mean per user: with fewer, most users have nothing on one side of a cut by time
MAXIMUM_DAYS = 36_500
MINIMUM_TESTED = 0.2  # share of the users that must have both a history and a target


def split_by_time(
    dataset: Dataset,
    test_start: str | pd.Timestamp | None = None,
    validation_days: float = 14.0,
    date_order: str | None = None,
) -> Split:
    """Cuts at a moment of the calendar: before it history, from it on target.

    Args:
        dataset: with timestamps.
        test_start: first moment of the test target; None: the last fifth of the whole time range, or the two calendar
            months before the last event when the range is eleven months or more.
        validation_days: length of the validation target, which ends where the test target begins.
        date_order: "dmy" or "mdy", for a ``test_start`` that can be read in two ways.

    Raises:
        LearnError: no timestamps, no such date or length, or a part would be empty.
    """
    sequences = dataset.sequences
    times = sequences.times
    if times is None:
        raise LearnError(
            f"Dataset {dataset.name} has no timestamps, so it cannot be split by time.",
            "Use --split leave-one-out, or map a time column with --map timestamp=YOUR_COLUMN.",
        )
    if not 0 < validation_days <= MOST_DAYS:
        raise LearnError(
            f"validation days = {validation_days} is no length of a target.",
            f"Give a number of days over 0 and up to {MOST_DAYS:,}, for example --validation-days 14.",
        )
    first, last = pd.Timestamp(times.min()), pd.Timestamp(times.max())
    if test_start is None:
        if last - first >= pd.Timedelta(days=330):
            start = (last - pd.DateOffset(months=2) + pd.Timedelta(days=1)).normalize()
        else:
            start = first + (last - first) * 0.8
    else:
        start = read_moment(test_start, "test start", date_order)
    if not 0 < validation_days <= MAXIMUM_DAYS:
        raise LearnError(
            f"The validation target cannot be {validation_days} days long.",
            f"Give --validation-days a number above 0 and up to {MAXIMUM_DAYS:,}.",
        )
    validation_start = start - pd.Timedelta(days=validation_days)
    codes = (times >= validation_start.value).astype(np.uint8) + (times >= start.value)
    counts = np.bincount(codes, minlength=3)
    if (counts == 0).any():
        empty = ", ".join(phase.value for phase, code in PHASE_CODES.items() if counts[code] == 0)
        raise LearnError(
            f"Splitting {dataset.name} at {validation_start} and {start} leaves no event for: {empty} "
            f"(its events run from {first} to {last}).",
            "Choose another --test-start or --validation-days.",
        )
    info = SplitInfo("by_time", validation_start.isoformat(), start.isoformat())
    return Split(info, sequences, codes.astype(np.uint8), dataset.n_items)


def leave_one_out(dataset: Dataset) -> Split:
    """Each user's last event is the test target, the last but one validation; users with fewer than 3 only train.

    Raises:
        LearnError: no user has 3 events.
    """
    sequences = dataset.sequences
    lengths = np.repeat(sequences.lengths, sequences.lengths)
    from_end = np.repeat(sequences.offsets[1:], sequences.lengths) - np.arange(len(sequences.items))
    codes = np.where(lengths < 3, 0, np.select([from_end == 1, from_end == 2], [2, 1], 0)).astype(np.uint8)
    if not codes.any():
        raise LearnError(
            f"No user of {dataset.name} has 3 interactions, so leave-one-out has nothing to test.",
            "Give more interactions per user, or use --split by-time.",
        )
    return Split(SplitInfo("leave_one_out"), sequences, codes, dataset.n_items)


def make_split(dataset: Dataset, info: SplitInfo) -> Split:
    """The split that ``info`` describes, made again on ``dataset``; newer events leave it as it was."""
    newer = dataset.newer
    if newer.any():
        before = Dataset(dataset.name, dataset.items, dataset.interactions[~newer].reset_index(drop=True))
        codes = np.full(len(newer), NEWER, dtype=np.uint8)
        codes[~newer] = make_split(before, info).codes
        return Split(info, dataset.sequences, codes, dataset.n_items)
    if info.cold_seed is not None:
        plain = make_split(dataset, SplitInfo(info.cut, info.validation_start, info.test_start))
        return hold_out_items(plain, dataset.name, int(info.cold_seed))
    if info.kind == "leave_one_out":
        return leave_one_out(dataset)
    start = pd.Timestamp(info.test_start)
    days = (start - pd.Timestamp(info.validation_start)) / pd.Timedelta(days=1)
    return split_by_time(dataset, start, days)


def choose_split(
    dataset: Dataset,
    kind: str = "auto",
    test_start: str | None = None,
    validation_days: float = 14.0,
    date_order: str | None = None,
) -> Split:
    """The split that the options ask for; ``auto`` decides by what the dataset has.

    ``item-cold`` cuts as ``auto`` would, or at ``test_start``, and leaves a tenth of the items out of training
    (`learn.data.item_cold`).

    Raises:
        LearnError: no such kind, or the dataset cannot be split so.
    """
    if kind not in SPLITS:
        raise LearnError(f"There is no split {kind!r}.", f"Choose one of: {', '.join(SPLITS)}.")
    if kind == "leave-one-out":
        return leave_one_out(dataset)
    if kind == "item-cold":
        return hold_out_items(choose_split(dataset, "auto", test_start, validation_days, date_order), dataset.name)
    if kind == "by-time" or test_start is not None:
        return split_by_time(dataset, test_start, validation_days, date_order)
    return default_split(dataset)


def default_split(dataset: Dataset) -> Split:
    """The split that suits ``dataset``.

    A source may name its own cut (``source["test_start"]``; completejourney: 1 November 2017), with two weeks of
    validation before. Another dataset is cut by time when its timestamps span 60 days or more, its users average 20
    events or more, and a fifth of them have events on both sides of the cut; else leave-one-out, as in the published
    benchmarks on short sequences.
    """
    if "test_start" in dataset.source:
        return split_by_time(dataset, dataset.source["test_start"])
    sequences = dataset.sequences
    if sequences.times is None or sequences.lengths.mean() < MINIMUM_EVENTS:
        return leave_one_out(dataset)
    if pd.Timedelta(int(sequences.times.max() - sequences.times.min())) < pd.Timedelta(days=MINIMUM_DAYS):
        return leave_one_out(dataset)
    try:
        split = split_by_time(dataset)
    except LearnError:  # a part of the calendar without events
        return leave_one_out(dataset)
    both = (split.history(Phase.TEST).lengths > 0) & (split.target(Phase.TEST).lengths > 0)
    return split if both.mean() >= MINIMUM_TESTED else leave_one_out(dataset)
