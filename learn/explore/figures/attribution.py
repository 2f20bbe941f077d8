"""Figures of the Why page, all on the one scale of points: `learn.explore.lists.score_terms`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from learn.explore.colours import REST_COLOUR
from learn.explore.figures.base import MARGIN, finish, plain, plain_one
from learn.explore.lists.attribution import Attribution, Sum, sum_up
from learn.explore.lists.numbers import with_sign
from learn.explore.lists.purchases import Groups, Level
from learn.explore.lists.score_terms import BUYERS, POPULARITY_BIAS, REPEAT_BIAS, SIMILARITY, TEXTS, TOGETHER
from learn.explore.lists.why_words import SHORT_TERMS
from learn.explore.metrics.conclusions import outside

TITLE_LENGTH = 34
ROW = 19
"""Pixels of a row of reasons."""
PATTERNS = {SIMILARITY: "", TEXTS: ".", TOGETHER: "", POPULARITY_BIAS: "/", BUYERS: "/", REPEAT_BIAS: "x"}
"""Term -> how its part of a bar is filled: the colour says which variant."""


def terms_figure(
    points: Mapping[str, Mapping[str, float]],
    notes: Mapping[str, str],
    labels: Mapping[str, str],
    colours: Mapping[str, str],
    title: str,
    sides: tuple[str, str],
) -> go.Figure:
    """One stacked bar a Run, of what each term of its score gives, with a mark at their sum.

    What is far longer than all others is cut off, with an arrow and its sum.

    Args:
        points: Run name -> term -> points, for or against the item.
        notes: Run name -> what is said beside its label.
        title: of the axis.
        sides: what it means to stand left and right of 0.
    """
    names = list(points)
    places = list(range(len(names)))
    sums = {name: sum(points[name].values()) for name in names}
    longest = max(map(abs, sums.values()), default=0.0)
    far = outside(np.array(list(sums.values())))
    near = {one: points[one] for one, cut in zip(names, far, strict=True) if not cut or abs(sums[one]) < longest}
    low, high = _ends(near)
    drawn = {name: points[name] if name in near else _cut(points[name], low, high) for name in names}
    figure = go.Figure()
    add_terms(figure, points, drawn, colours)
    _mark_sums(figure, {place: sums[name] for place, name in enumerate(names) if name in near})
    for place, name in enumerate(names):
        if name not in near:  # beyond the end of its bar
            left = sums[name] < 0
            words = f"← {with_sign(sums[name])}" if left else f"{with_sign(sums[name])} →"
            _write(figure, low if left else high, place, words, "right" if left else "left", -4 if left else 4)
            low, high = (low - 0.3 * (high - low), high) if left else (low, high + 0.3 * (high - low))
    ticks = [f"<b>{plain_one(labels[name])}</b><br>{plain_one(notes[name])}" for name in names]
    figure.update_yaxes(
        range=[len(names) - 0.4, -0.6], tickmode="array", tickvals=places, ticktext=ticks, ticklabelstandoff=6,
        showgrid=False,
    )  # fmt: skip
    figure.update_xaxes(title=title, zeroline=True, zerolinecolor=REST_COLOUR, nticks=6, range=[low, high])
    left = name_sides(figure, points, sides)
    figure = finish(figure, 130 + 42 * max(len(names), 2), barmode="relative").update_layout(bargap=0.4)
    return figure.update_layout(legend_y=1.02 + 0.08 * left)


def add_terms(
    figure: go.Figure,
    points: Mapping[str, Mapping[str, float]],
    drawn: Mapping[str, Mapping[str, float]],
    colours: Mapping[str, str],
) -> None:
    """The parts of the bars as far as they are ``drawn``, and which filling is which term."""
    names = list(points)
    for term, pattern in PATTERNS.items():
        held = [place for place, name in enumerate(names) if term in points[name]]
        if not held:
            continue
        figure.add_bar(
            x=[drawn[names[place]][term] for place in held],
            y=held,
            orientation="h",
            marker={
                "color": [colours.get(names[place], REST_COLOUR) for place in held],
                "pattern": {"shape": pattern, "fillmode": "replace", "size": 6, "solidity": 0.35},
                "line": {"width": 1, "color": [colours.get(names[place], REST_COLOUR) for place in held]},
            },
            customdata=[points[names[place]][term] for place in held],
            hovertemplate=f"{SHORT_TERMS[term]}: %{{customdata:+.1f}} points<extra></extra>",
            showlegend=False,
        )
    for term in dict.fromkeys(SHORT_TERMS[term] for name in names for term in points[name]):
        shape = next(PATTERNS[one] for one in PATTERNS if SHORT_TERMS[one] == term)
        marker = {"color": REST_COLOUR, "pattern": {"shape": shape, "fillmode": "replace", "size": 6, "solidity": 0.35}}
        figure.add_bar(x=[None], y=[None], orientation="h", name=term, marker=marker)


def name_sides(figure: go.Figure, points: Mapping[str, Mapping[str, float]], sides: tuple[str, str]) -> bool:
    """Writes what left and right of 0 mean, where something is on the left; whether it is."""
    names = list(points)
    left, right = (any(sign * value > 0 for name in names for value in points[name].values()) for sign in (-1, 1))
    for words, there, anchor in ((f"← {sides[0]}", left, "right"), (f"{sides[1]} →", right and left, "left")):
        if there:
            figure.add_annotation(
                x=0, y=1, yref="paper", text=words, showarrow=False, xanchor=anchor, yanchor="bottom",
                xshift=4 if anchor == "left" else -4, font={"size": 11.5},
            )  # fmt: skip
    return left


def _ends(points: Mapping[str, Mapping[str, float]]) -> list[float]:
    """From where to where the bars go, with some room."""
    low, high = (
        [sum(value for value in one.values() if sign * value > 0) for one in points.values()] for sign in (-1, 1)
    )
    room = 0.06 * (max(high) - min(low)) or 1.0
    return [min(low) - room * (min(low) < 0), max(high) + room]


def _cut(points: Mapping[str, float], low: float, high: float) -> dict[str, float]:
    """The parts of a bar as far as they are between ``low`` and ``high``."""
    found, ends = {}, {False: 0.0, True: 0.0}
    for term in filter(points.__contains__, PATTERNS):
        value, left = points[term], points[term] < 0
        room = low - ends[left] if left else high - ends[left]
        found[term] = max(value, room) if left else min(value, room)
        ends[left] += found[term]
    return found


def _mark_sums(figure: go.Figure, sums: Mapping[int, float]) -> None:
    """A diamond at the sum of each row."""
    figure.add_scatter(
        x=list(sums.values()),
        y=list(sums),
        mode="markers",
        name="sum",
        marker={"symbol": "diamond", "size": 8, "color": "white", "line": {"width": 1.5, "color": REST_COLOUR}},
        hovertemplate="sum: %{x:+.1f} points<extra></extra>",
    )


def reasons_figure(
    found: Mapping[str, Attribution],
    shown: str,
    labels: Mapping[str, str],
    colours: Mapping[str, str],
    whole: float,
    beside: bool = False,
) -> go.Figure:
    """The first reasons of the Run ``shown`` as bars, and how they add up to what all purchases give, on one scale.

    Args:
        found: Run name -> its attribution, all of the same groups.
        whole: the points by all purchases under ``shown`` (`why_words.by_purchases`).
        beside: whether the other Runs stand beside it, as dots on the same axis.
    """
    one = found[shown]
    order, colour = one.order, colours.get(shown, REST_COLOUR)
    names = plain(one.groups.told(place) for place in order)
    sums = _sums(sum_up(one, whole), one.groups.level) if len(order) else {}
    last = len(order)
    figure = go.Figure()
    figure.add_bar(
        x=one.points[order],
        y=list(range(last)),
        orientation="h",
        name=plain_one(labels[shown]) + ("" if one.exact else ", estimate"),
        marker_color=colour,
        opacity=1 if one.exact else 0.45,
        customdata=names,
        hovertemplate=_told(labels[shown]),
    )
    _add_whole(figure, list(sums.values()), last, colour, 0.6 if one.exact else 0.3)
    values = [*one.points[order].tolist(), *sums.values()]
    written = [*sum_up(one, whole).shown, *sums.values()]
    for place, (value, told) in enumerate(zip(values, written, strict=True)):
        if not beside or place >= last:
            side, shift = ("left", 4) if value >= 0 else ("right", -4)
            bold = sums and place == len(values) - 1
            _write(figure, value, place, f"<b>{with_sign(told)}</b>" if bold else with_sign(told), side, shift)
    if sums:
        figure.add_hline(y=last - 0.5, line={"color": REST_COLOUR, "width": 1})
    low, high = _axis(values, beside)
    others = {name: other for name, other in found.items() if beside and name != shown}
    for name, other in others.items():
        _add_dots(figure, other.points[order], 0, (low, high), names, labels[name], colours.get(name, REST_COLOUR))
    ticks = [*plain(_short(one.groups, place) for place in order), *sums]
    figure.update_yaxes(
        range=[len(ticks) - 0.4, -0.6], tickmode="array", tickvals=list(range(len(ticks))), ticktext=ticks,
        ticklabelstandoff=6, showgrid=False,
    )  # fmt: skip
    figure.update_xaxes(zeroline=True, zerolinecolor=REST_COLOUR, nticks=7, showticklabels=beside, showgrid=beside)
    figure.update_xaxes(range=[low, high], title="points" if beside else None)
    height = 14 + ROW * max(len(ticks), 3) + (82 if beside else 0)
    margin = MARGIN if beside else MARGIN | {"r": 30, "t": 4, "b": 4}  # for numbers on a telephone
    return finish(figure, height, showlegend=bool(others), margin=margin).update_layout(bargap=0.3)


def _axis(values: list[float], beside: bool) -> tuple[float, float]:
    """From where to where the points go, with room for what is written at a bar's end, or for others' dots."""
    ends = np.append(values, 0.0)
    room = (0.6 if beside else 0.16) * float(np.ptp(ends)) or 1.0
    low, high = float(ends.min()), float(ends.max())
    return low - room * (low < 0 or beside), high + room


def _add_whole(figure: go.Figure, values: list[float], first: int, colour: str, opacity: float) -> None:
    """Bars of what is more than one group, from the row ``first`` on."""
    if values:
        figure.add_bar(
            x=values,
            y=list(range(first, first + len(values))),
            orientation="h",
            marker_color=colour,
            opacity=opacity,
            hovertemplate="%{x:+.1f} points<extra></extra>",
            showlegend=False,
        )


def _told(label: str, points: str = "x") -> str:
    return "%{customdata}<br>gives %{" + points + ":+.2f} points under " + plain_one(label) + "<extra></extra>"


def _add_dots(
    figure: go.Figure,
    points: np.ndarray,
    first: int,
    axis: tuple[float, float],
    names: list[str],
    label: str,
    colour: str,
) -> None:
    """Another variant's reasons as dots, from the row ``first`` on; beyond the ``axis``: an arrow at its end."""
    low, high = axis
    inset = 0.03 * (high - low)
    beyond = [-1 if value < low else int(value > high) for value in points.tolist()]
    figure.add_scatter(
        x=np.clip(points, low + inset, high - inset),
        y=list(range(first, first + len(points))),
        mode="markers",
        name=plain_one(label),
        marker={
            "size": 9,
            "color": colour,
            "symbol": [("circle", "triangle-right", "triangle-left")[side] for side in beyond],
            "line": {"width": 1, "color": "white"},
        },
        text=points,
        customdata=names,
        hovertemplate=_told(label, "text"),
    )
    for place, (side, value) in enumerate(zip(beyond, points.tolist(), strict=True), first):
        if side:
            end = high - inset if side > 0 else low + inset
            _write(figure, end, place, with_sign(value), "right" if side > 0 else "left", -8 * side)


def _write(figure: go.Figure, x: float, y: int, text: str, side: str, shift: int) -> None:
    figure.add_annotation(
        x=x, y=y, text=text, showarrow=False, xanchor=side, xshift=shift, borderpad=0, font={"size": 11.5}
    )


def _sums(one: Sum, level: Level) -> dict[str, float]:
    """What stands below the single bars -> its points: the other groups, and the sum."""
    rows = {f"{one.n_others:,} other {level.noun(one.n_others)}": one.others} if one.n_others else {}
    return rows | {"<b>all purchases together</b>": one.whole}


def _short(groups: Groups, place: int) -> str:
    """A kind without its end but with its count; of a title both ends: how much of it tells items of one name apart."""
    name, count = groups.names[place], len(groups.members[place])
    if groups.level is not Level.ITEM:
        end = f" ({count})"
        most = TITLE_LENGTH - len(end)
        return (name if len(name) <= most else name[: most - 1].rstrip() + "…") + end
    if len(name) <= TITLE_LENGTH:
        return name
    return name[: TITLE_LENGTH - 12].rstrip() + "…" + name[-11:].lstrip()
