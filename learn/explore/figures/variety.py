"""Accuracy against variety, a panel each, the Runs named beside their dots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from learn.explore.colours import REST_COLOUR, run_symbols
from learn.explore.figures.base import finish, plain_one
from learn.explore.metrics.leading import listed
from learn.item_towers import brief

AXES = {
    "coverage": ("coverage of the catalogue (wider →)", ".1%"),
    "novelty": ("novelty in bits (2: one user in four had it; rarer →)", ".2f"),
    "popularity_bias": ("popularity bias (rarer items →)", ".0%"),
    "diversity": ("diversity of categories (more varied →)", ".1%"),
}
"""One of `compare.TRADE_OFFS` -> its axis: to the right is always more varied; how its numbers are written."""
REVERSED = ("popularity_bias",)
LOGARITHMIC, TIMES = ("coverage",), 10
"""What has a logarithmic axis where the greatest is so many times the smallest."""
TENS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Ticks of such an axis."""
MOST_NAMED = 10
"""With more dots than this a legend names them."""
PANEL, HEIGHT = (330, 300), 400
"""Pixels of a panel, at least, for whatever has to keep clear of each other; of the figure."""
LETTER, LINE, MARK, NEAR, AWAY, ASIDE = 6.4, 15, 9, 14, 40, 12
SIDES = {  # where a name may stand, the best first: shift in pixels, anchors
    "right": (11, 0, "left", "middle"),
    "left": (-11, 0, "right", "middle"),
    "top": (0, 10, "center", "bottom"),
    "bottom": (0, -10, "center", "top"),
    "top right": (-6, 10, "left", "bottom"),
    "top left": (6, 10, "right", "bottom"),
    "bottom right": (-6, -10, "left", "top"),
    "bottom left": (6, -10, "right", "top"),
    "top far": (ASIDE, AWAY, "left", "bottom"),
    "bottom far": (ASIDE, -AWAY, "left", "top"),
}
FAR = ("top far", "bottom far")
"""With a line to its dot: only where a name nearer by would cover something."""


def trade_offs_figure(
    table: pd.DataFrame, colours: Mapping[str, str], accuracy: str, names: Sequence[str]
) -> go.Figure:
    """A panel of `compare.trade_offs` for each of ``names``: accuracy upwards, with its 95% interval."""
    symbols = run_symbols((row["run"], row["variant"]) for row in table.to_dict("records"))
    figure = make_subplots(cols=len(names), shared_yaxes=True, horizontal_spacing=0.05)
    beside = len(table) <= MOST_NAMED
    low, high = _heights(table)
    for column, name in enumerate(names, 1):
        title, written = AXES[name]
        ticks = f"{written[:-1]}~{written[-1]}"  # no zeros after the point
        logs = _by_tens(table, name)
        placed = table.assign(**{name: np.log10(table[name])}) if logs else table
        ends = _ends(table, name)
        for row in table.to_dict("records"):
            dot = _dot(row, name, colours.get(row["run"], REST_COLOUR), symbols[row["run"]], accuracy)
            figure.add_scatter(**dot, showlegend=not beside and column == 1, row=1, col=column)
        places = name_places(placed, name, ends, (low, high)) if beside else []
        for row, side in zip(placed.to_dict("records"), places, strict=bool(places) or table.empty):
            if not np.isfinite([row[name], row["accuracy"]]).all():
                continue  # no dot, no name
            x, y, along, up = SIDES[side]
            x, along = (-x, {"left": "right", "right": "left"}.get(along, along)) if name in REVERSED else (x, along)
            far = {"showarrow": True, "ax": x, "ay": -y, "arrowhead": 0, "arrowwidth": 1, "arrowcolor": REST_COLOUR,
                   "standoff": 5}  # fmt: skip
            near = {"showarrow": False, "xshift": x, "yshift": y}
            figure.add_annotation(
                x=row[name], y=_beside(row, side), text=plain_one(brief(row["label"])), xanchor=along, yanchor=up,
                borderpad=0, font={"size": 12}, row=1, col=column, **(far if side in FAR else near),
            )  # fmt: skip
        span = ends[::-1] if name in REVERSED else ends
        axis = {"title": {"text": title, "font": {"size": 12}}, "nticks": 5, "tickformat": ticks, "range": span}
        if logs:
            axis |= {"type": "log", "tickvals": [value for value in TENS if ends[0] <= np.log10(value) <= ends[1]]}
        figure.update_xaxes(**axis, row=1, col=column)
    figure.update_yaxes(range=[low, high], nticks=6)
    figure.update_yaxes(title=accuracy, col=1)
    return finish(figure, HEIGHT)


def cut_axes(table: pd.DataFrame, names: Sequence[str]) -> str:
    """Which axes of `trade_offs_figure` leave out 0, in a few words; "" where none does."""
    upright = _heights(table)[0] > 0
    by_tens = [name.replace("_", " ") for name in names if _by_tens(table, name)]
    tens = f"{listed(by_tens)} on a logarithmic scale" if by_tens else ""
    level = [name.replace("_", " ") for name in names if not _by_tens(table, name) and _ends(table, name)[0] > 0]
    if not level:
        return "; ".join(filter(None, (tens, "the upright axis does not begin at 0" if upright else "")))
    if upright and len(level) == len(names):
        return "axes do not begin at 0"
    words = [f"that of {name}" if upright else f"the {name} axis" for name in level]
    words = [*(["the upright axis"] if upright else []), *words]
    return "; ".join(filter(None, (tens, f"{listed(words)} {'do' if len(words) > 1 else 'does'} not begin at 0")))


def _beside(row: Mapping[str, Any], side: str) -> float:
    """At which accuracy a name stands: its dot's, or an end of the interval."""
    end = {"top": "accuracy_high", "bottom": "accuracy_low"}.get(side.split()[0], "accuracy")
    return float(row["accuracy"] if pd.isna(row[end]) else row[end])


def _dot(row: Mapping[str, Any], name: str, colour: str, symbol: str, accuracy: str) -> dict[str, Any]:
    label, written = plain_one(row["label"]), AXES[name][1]
    known = pd.notna(row["accuracy_low"]) and pd.notna(row["accuracy_high"])
    return {
        "x": [row[name]],
        "y": [row["accuracy"]],
        "mode": "markers",
        "cliponaxis": False,  # a dot at 0 is a whole one
        "name": label,
        "legendgroup": row["run"],
        "customdata": [row["run"]],
        "marker": {"size": 13, "color": colour, "symbol": symbol},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [row["accuracy_high"] - row["accuracy"] if known else 0],
            "arrayminus": [row["accuracy"] - row["accuracy_low"] if known else 0],
            "color": colour,
            "thickness": 1.5,
            "width": 4,
            "visible": known,
        },
        "hovertemplate": f"{name.replace('_', ' ')} %{{x:{written}}}<br>{accuracy} %{{y:.4f}}<extra>{label}</extra>",
    }


def _ends(table: pd.DataFrame, name: str) -> tuple[float, float]:
    """From where to where a panel's axis goes: no share is below 0; of one by tens in powers of ten."""
    if _by_tens(table, name):
        return _range(np.log10(table[name].dropna()), 0.15)
    low, high = _range(table[name], 0.2)
    return max(low, 0.0), high


def _heights(table: pd.DataFrame) -> tuple[float, float]:
    """From where to where the upright axis goes: from 0 where little would be gained by leaving it out."""
    known = [table[column] for column in ("accuracy", "accuracy_low", "accuracy_high") if column in table]
    low, high = _range([value for column in known for value in column])
    return (low if low > high / 4 else 0.0), high


def _by_tens(table: pd.DataFrame, name: str) -> bool:
    """Whether an axis is logarithmic: shares that are ten times as great as others, and none of 0."""
    values = table[name].dropna()
    return name in LOGARITHMIC and len(values) > 0 and bool(0 < values.min() <= values.max() / TIMES)


def _range(values: Sequence[float] | pd.Series, share: float = 0.12) -> tuple[float, float]:
    """Ends of an axis around ``values``, with room for marks and names."""
    known = np.array([value for value in values if np.isfinite(value)], dtype=float)
    if not len(known):
        return 0.0, 1.0
    room = share * float(np.ptp(known)) or abs(float(known[0])) * 0.1 or 0.1
    return float(known.min()) - room, float(known.max()) + room


def name_places(table: pd.DataFrame, name: str, ends: tuple[float, float], heights: tuple[float, float]) -> list[str]:
    """One of `SIDES` for each row, in the axis's own direction: clear of the panel's ends, of the other dots and their
    intervals, and of the names placed before, and not between its dot and another where it need not be; where nothing
    is clear, the side that covers least."""
    width, height = PANEL
    x = (table[name].to_numpy(dtype=float) - ends[0]) / (ends[1] - ends[0]) * width
    y, low, high = (
        (table[column].fillna(table["accuracy"]).to_numpy(dtype=float) - heights[0])
        / (heights[1] - heights[0])
        * height
        for column in ("accuracy", "accuracy_low", "accuracy_high")
    )
    marks = [[(x[at] - MARK, y[at] - MARK, x[at] + MARK, y[at] + MARK),
              (x[at] - 3, low[at], x[at] + 3, high[at])] for at in range(len(table))]  # fmt: skip
    names: list[tuple[float, ...]] = []
    found = []
    for at, label in enumerate(table["label"]):
        wide = LETTER * len(brief(label))
        boxes = {
            "right": (x[at] + MARK + 1, y[at] - LINE / 2, x[at] + MARK + wide, y[at] + LINE / 2),
            "left": (x[at] - MARK - wide, y[at] - LINE / 2, x[at] - MARK - 1, y[at] + LINE / 2),
            "top": (x[at] - wide / 2, high[at] + MARK, x[at] + wide / 2, high[at] + MARK + LINE),
            "bottom": (x[at] - wide / 2, low[at] - MARK - LINE, x[at] + wide / 2, low[at] - MARK),
        }
        for side, start in (("right", x[at] - 6), ("left", x[at] + 6 - wide)):
            for end in ("top", "bottom"):
                boxes[f"{end} {side}"] = (start, boxes[end][1], start + wide, boxes[end][3])
        start, end = x[at] + ASIDE - 2, x[at] + ASIDE + wide
        boxes["top far"] = (start, high[at] + AWAY, end, high[at] + AWAY + LINE)
        boxes["bottom far"] = (start, low[at] - AWAY - LINE, end, low[at] - AWAY)
        others = [*(box for place, both in enumerate(marks) if place != at for box in both), *names]
        others += [(-1e4, -1e4, 0, 1e4), (width, -1e4, 1e4, 1e4)]  # beyond the panel's ends
        beyond = [(-1e4, height, 1e4, 1e4), (-1e4, -1e4, 1e4, 0)]
        dots = [both[0] for place, both in enumerate(marks) if place != at]
        found.append(
            min(
                boxes,
                key=lambda side: (
                    _covered(boxes[side], [*others, *(beyond if side in FAR else ())]),
                    side in FAR,
                    _covered(_past(side, boxes[side]), dots),
                ),
            )
        )  # of equal ones the first
        names.append(boxes[found[-1]])
    return found


def _past(side: str, box: tuple[float, ...]) -> tuple[float, ...]:
    """Where another dot would leave a name at the left or right between two: just past its end."""
    at = {"right": (box[2], box[2] + NEAR), "left": (box[0] - NEAR, box[0])}.get(side, (0, 0))
    return at[0], box[1], at[1], box[3]


def _covered(box: tuple[float, ...], others: Sequence[tuple[float, ...]]) -> float:
    """Square pixels of ``box`` that ``others`` take."""
    sides = ((min(box[2], o[2]) - max(box[0], o[0]), min(box[3], o[3]) - max(box[1], o[1])) for o in others)
    return sum(wide * high for wide, high in sides if wide > 0 and high > 0)
