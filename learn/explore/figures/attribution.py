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
    ends: Mapping[str, str] | None = None,
) -> go.Figure:
    """One stacked bar a Run, of what each term of its score gives.

    Args:
        points: Run name -> term -> points, for or against the item.
        notes: Run name -> what is said beside its label.
        title: of the axis.
        ends: Run name -> what is written at the end of its bar; None: nothing.
    """
    names = list(points)
    places = list(range(len(names)))
    figure = go.Figure()
    for term, pattern in PATTERNS.items():
        held = [place for place, name in enumerate(names) if term in points[name]]
        if not held:
            continue
        values = [points[names[place]][term] for place in held]
        figure.add_bar(
            x=values,
            y=held,
            orientation="h",
            marker={
                "color": [colours.get(names[place], REST_COLOUR) for place in held],
                "pattern": {"shape": pattern, "fillmode": "replace", "size": 6, "solidity": 0.35},
                "line": {"width": 1, "color": [colours.get(names[place], REST_COLOUR) for place in held]},
            },
            hovertemplate=f"{SHORT_TERMS[term]}: %{{x:+.1f}} points<extra></extra>",
            showlegend=False,
        )
    for term in dict.fromkeys(SHORT_TERMS[term] for name in names for term in points[name]):
        shape = next(PATTERNS[one] for one in PATTERNS if SHORT_TERMS[one] == term)
        marker = {"color": REST_COLOUR, "pattern": {"shape": shape, "fillmode": "replace", "size": 6, "solidity": 0.35}}
        figure.add_bar(x=[None], y=[None], orientation="h", name=term, marker=marker)
    for place, name in enumerate(names if ends else ()):
        end = sum(value for value in points[name].values() if value > 0)
        _write(figure, end, place, plain_one((ends or {})[name]), "left", 4)
    ticks = [f"<b>{plain_one(labels[name])}</b><br>{plain_one(notes[name])}" for name in names]
    figure.update_yaxes(
        autorange="reversed", tickmode="array", tickvals=places, ticktext=ticks, ticklabelstandoff=6, showgrid=False
    )
    figure.update_xaxes(title=title, zeroline=True, zerolinecolor=REST_COLOUR, nticks=6)
    return finish(figure, 84 + 46 * max(len(names), 2), barmode="relative").update_layout(bargap=0.35)


def reasons_figure(
    found: Mapping[str, Attribution],
    shown: str,
    labels: Mapping[str, str],
    colours: Mapping[str, str],
    whole: float,
    beside: bool = False,
    wider: Attribution | None = None,
) -> go.Figure:
    """The first reasons of the Run ``shown`` as bars, and how they add up to what all purchases give, on one scale.

    Args:
        found: Run name -> its attribution, all of the same groups.
        whole: the points by all purchases under ``shown`` (`why_words.by_purchases`).
        beside: whether the other Runs stand beside it, as dots on the same axis.
        wider: of larger groups, those that weigh more than any single one: above the others.
    """
    one = found[shown]
    order, colour = one.order, colours.get(shown, REST_COLOUR)
    names = plain(one.groups.told(place) for place in order)
    wide = [] if wider is None else list(zip(plain(map(_all_of, _told_of(wider))), wider.points.tolist(), strict=True))
    sums = _sums(sum_up(one, whole), one.groups.level) if one.exact and len(order) else {}
    first, last = len(wide), len(wide) + len(order)
    figure = go.Figure()
    figure.add_bar(
        x=one.points[order],
        y=list(range(first, last)),
        orientation="h",
        name=plain_one(labels[shown]) + ("" if one.exact else ", estimate"),
        marker_color=colour,
        opacity=1 if one.exact else 0.45,
        customdata=names,
        hovertemplate=_told(labels[shown]),
    )
    values = [*(value for _, value in wide), *one.points[order].tolist(), *sums.values()]
    _add_whole(figure, [value for _, value in wide], 0, colour, 1.0)
    _add_whole(figure, list(sums.values()), last, colour, 0.6)
    for place, value in enumerate(values):
        if not beside or not first <= place < last:
            side, shift = ("left", 4) if value >= 0 else ("right", -4)
            bold = sums and place == len(values) - 1
            _write(figure, value, place, f"<b>{with_sign(value)}</b>" if bold else with_sign(value), side, shift)
    for line in {first, last} - {0, len(values)}:
        figure.add_hline(y=line - 0.5, line={"color": REST_COLOUR, "width": 1})
    low, high = _axis(values, beside)
    others = {name: other for name, other in found.items() if beside and name != shown}
    for name, other in others.items():
        _add_dots(figure, other.points[order], first, (low, high), names, labels[name], colours.get(name, REST_COLOUR))
    ticks = [*(name for name, _ in wide), *plain(_short(one.groups, place) for place in order), *sums]
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


def _told_of(one: Attribution) -> list[str]:
    return [_short(one.groups, place) for place in range(len(one.points))]


def _all_of(name: str) -> str:
    return f"all of {name}"


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
    """What stands below the single bars -> its points: the other groups, what is shared, and the sum."""
    kind = ("kind", "kinds") if level is Level.KIND else ("product", "products")
    rows = {}
    if one.n_others:
        rows[f"{one.n_others:,} other {kind[one.n_others != 1]}{', each alone' if one.shared else ''}"] = one.others
    if one.shared:
        rows[f"what several {kind[1]} say together"] = one.shared
    rows["<b>all purchases together</b>"] = one.whole
    return rows


def _short(groups: Groups, place: int) -> str:
    """A kind without its end but with its count; of a title both ends: how much of it tells items of one name apart."""
    name, count = groups.names[place], len(groups.members[place])
    if count > 1:
        end = f" ({count})"
        most = TITLE_LENGTH - len(end)
        return (name if len(name) <= most else name[: most - 1].rstrip() + "…") + end
    if len(name) <= TITLE_LENGTH:
        return name
    return name[: TITLE_LENGTH - 12].rstrip() + "…" + name[-11:].lstrip()
