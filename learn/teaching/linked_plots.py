"""Maps in a notebook, linked: what is pointed at or lassoed in one lights up in all (the library jupyter-scatter)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from learn.errors import LearnError
from learn.explore.maps.colouring import Colouring
from learn.explore.maps.item_maps import ItemMap

RETICLE = (0.5, 0.5, 0.5, 0.4)


@dataclass(frozen=True)
class LinkedMaps:
    """Live maps of the same items.

    Attributes:
        widget: what a cell shows.
        scatters: map name -> its plot.
        items: [M] item indices; a plot's points are in their order.
    """

    widget: Any
    scatters: dict[str, Any]
    items: np.ndarray

    def selected(self, name: str | None = None) -> np.ndarray:
        """[n] item indices that are selected on the map ``name``; None: on the first."""
        scatter = self.scatters[name or next(iter(self.scatters))]
        return self.items[np.asarray(scatter.selection(), dtype=np.int64)]

    def select(self, items: np.ndarray, name: str | None = None) -> None:
        """Selects ``items`` on the map ``name``, and through the link on all; those that are not drawn are left out."""
        rows = np.flatnonzero(np.isin(self.items, items))
        self.scatters[name or next(iter(self.scatters))].selection(rows.tolist())


def linked_maps(
    maps: Mapping[str, ItemMap], labels: Mapping[str, str], groups: Colouring, titles: np.ndarray, height: int = 420
) -> LinkedMaps:
    """Plots of ``maps``, side by side and linked.

    Args:
        maps: of the same items.
        labels: map name -> what people read.
        groups: of the maps' items, for the colours.
        titles: [N] of the whole catalogue, shown at the pointer.

    Raises:
        LearnError: jupyter-scatter is not installed.
    """
    try:
        import jscatter
    except ImportError:
        raise LearnError("Linked maps need the package jupyter-scatter.", "Type: pip install jupyter-scatter") from None
    items = next(iter(maps.values())).items
    names = pd.Categorical.from_codes(groups.codes, groups.names)
    scatters = {}
    for name, drawn in maps.items():
        table = pd.DataFrame(
            {"x": drawn.plane[:, 0], "y": drawn.plane[:, 1], "item": titles[items].astype(str), "group": names}
        )
        plot = jscatter.Scatter(data=table, x="x", y="y", color_by="group", size=3, opacity=0.7, height=height)
        plot.color(map=dict(zip(groups.names, groups.colours, strict=True)))
        plot.background("#00000000")  # the page's own, light or dark
        plot.axes(False).legend(False)
        plot.reticle(show=True, color=RETICLE)
        plot.tooltip(True, properties=["item", "group"], histograms=False)
        scatters[name] = plot
    widget = jscatter.compose(
        [(plot, labels[name]) for name, plot in scatters.items()],
        sync_selection=True,
        sync_hover=True,
        row_height=height,
    )
    return LinkedMaps(widget, scatters, items)
