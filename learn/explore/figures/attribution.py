"""Figures of the Why page, all on the one scale of points: `learn.explore.lists.score_terms`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from learn.explore.colours import REST_COLOUR
from learn.explore.figures.base import finish, plain, plain_one
from learn.explore.lists.attribution import Attribution
from learn.explore.lists.score_terms import BUYERS, POPULARITY_BIAS, REPEAT_BIAS, SIMILARITY, TEXTS, TOGETHER
from learn.explore.lists.why_words import SHORT_TERMS

TITLE_LENGTH = 34
PATTERNS = {SIMILARITY: "", TEXTS: ".", TOGETHER: "", POPULARITY_BIAS: "/", BUYERS: "/", REPEAT_BIAS: "x"}
"""Term -> how its part of a bar is filled: the colour says which variant."""


def terms_figure(
    points: Mapping[str, Mapping[str, float]],
    notes: Mapping[str, str],
    labels: Mapping[str, str],
    colours: Mapping[str, str],
    title: str = "points",
) -> go.Figure:
    """One stacked bar a Run, of what each term of its score gives.

    Args:
        points: Run name -> term -> points, for or against the item.
        notes: Run name -> what is said beside its label.
        title: of the axis.
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
    ticks = [f"<b>{plain_one(labels[name])}</b><br>{plain_one(notes[name])}" for name in names]
    figure.update_yaxes(
        autorange="reversed", tickmode="array", tickvals=places, ticktext=ticks, ticklabelstandoff=6, showgrid=False
    )
    figure.update_xaxes(title=title, zeroline=True, zerolinecolor=REST_COLOUR, nticks=6)
    return finish(figure, 84 + 46 * max(len(names), 2), barmode="relative").update_layout(bargap=0.35)


def reasons_figure(
    found: Mapping[str, Attribution], shown: str, labels: Mapping[str, str], colours: Mapping[str, str]
) -> go.Figure:
    """The first reasons of the Run ``shown`` as bars, those of the others as dots on the same axis.

    Args:
        found: Run name -> its attribution, all of the same groups.
    """
    one = found[shown]
    order = one.order
    names = [one.groups.names[place] for place in order]
    places = list(range(len(order)))
    figure = go.Figure()
    figure.add_bar(
        x=one.points[order],
        y=places,
        orientation="h",
        name=plain_one(labels[shown]) + ("" if one.exact else ", estimate"),
        marker_color=colours.get(shown, REST_COLOUR),
        opacity=1 if one.exact else 0.45,
        customdata=plain(names),
        hovertemplate="%{customdata}<br>gives %{x:+.2f} points under " + plain_one(labels[shown]) + "<extra></extra>",
    )
    for name, other in found.items():
        if name == shown:
            continue
        figure.add_scatter(
            x=other.points[order],
            y=places,
            mode="markers",
            name=plain_one(labels[name]),
            marker={"size": 9, "color": colours.get(name, REST_COLOUR), "line": {"width": 1, "color": "white"}},
            customdata=plain(names),
            hovertemplate="%{customdata}<br>gives %{x:+.2f} points under "
            + plain_one(labels[name])
            + "<extra></extra>",
        )
    figure.update_yaxes(
        autorange="reversed",
        tickmode="array",
        tickvals=places,
        ticktext=plain(_short(name) for name in names),
        ticklabelstandoff=6,
        showgrid=False,
    )
    figure.update_xaxes(title="points that it gives", zeroline=True, zerolinecolor=REST_COLOUR, nticks=7)
    values = np.concatenate([other.points[order] for other in found.values()])
    if len(values) and np.ptp(values) == 0:
        figure.update_xaxes(range=[-1, 1])
    several = len(found) > 1
    height = 72 + 23 * max(len(order), 3) + (48 if several else 0)
    return finish(figure, height, showlegend=several).update_layout(bargap=0.3)


def _short(title: str) -> str:
    """Both ends: what it is, and how much of it, which tells items of one name apart."""
    if len(title) <= TITLE_LENGTH:
        return title
    return title[: TITLE_LENGTH - 12].rstrip() + "…" + title[-11:].lstrip()
