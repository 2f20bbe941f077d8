"""One look for figures outside the app, on a light page as on a dark one: nothing is painted white or black."""

from __future__ import annotations

import plotly.graph_objects as go
import plotly.io as pio

NAME = "learn"
TEXT_COLOUR = "#797d83"
"""As far from white as from the near-black of dark pages: a contrast of 4.1 or more to either."""
GRID_COLOUR = "rgba(128, 132, 140, 0.25)"
COLOURWAY = ("#3b7dc4", "#e08a1e", "#1f9e77", "#c8579a", "#56a7d9", "#c4501b", "#8a74c9", "#a3942a")

TRANSPARENT = "rgba(0, 0, 0, 0)"
SCALE = [[0.0, "rgba(59, 125, 196, 0.06)"], [1.0, "rgba(59, 125, 196, 1)"]]
"""For quantities from 0 up: from the page's own colour to blue."""
DIVERGING = [[0.0, "rgba(224, 138, 30, 1)"], [0.5, "rgba(128, 132, 140, 0.08)"], [1.0, "rgba(59, 125, 196, 1)"]]
"""For quantities on both sides of 0: orange below, blue above."""


def use_template() -> None:
    """Makes figures that are created from now on wear the template."""
    axis = {"gridcolor": GRID_COLOUR, "linecolor": GRID_COLOUR, "zerolinecolor": GRID_COLOUR, "automargin": True}
    pio.templates[NAME] = go.layout.Template(
        layout={
            "paper_bgcolor": TRANSPARENT,
            "plot_bgcolor": TRANSPARENT,
            "font": {"color": TEXT_COLOUR, "size": 13},
            "colorway": list(COLOURWAY),
            "colorscale": {"sequential": SCALE, "diverging": DIVERGING},
            "xaxis": axis,
            "yaxis": axis,
            "margin": {"l": 8, "r": 12, "t": 32, "b": 8},
        }
    )
    pio.templates.default = NAME
