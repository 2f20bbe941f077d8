"""How far the demo's maps mean what they show: python benchmarks/explorer_quality.py

The figures that were counted as the maps were drawn (`learn.explore.maps.quality`), the worst of all spaces and pairs,
into assets/benchmarks/explorer.json by name.
"""

from __future__ import annotations

from results import upsert

from learn.data.stored import open_dataset
from learn.explore.catalogue import read_catalogue
from learn.explore.maps.item_maps import mapped_items, read_maps
from learn.explore.maps.spaces import find_spaces
from learn.runs.stored import find_runs
from learn.workspace import Workspace


def main() -> None:
    place = Workspace.prebuilt()
    dataset = open_dataset(place, "completejourney")
    spaces = find_spaces(find_runs(place, dataset).usable)
    items = mapped_items(read_catalogue(dataset), dataset.split.training_counts() == 0)
    maps = read_maps(spaces, spaces[0], items, dataset.n_items, place)
    qualities = {name: found.quality for name, found in maps.items() if found.quality}
    moves = [move for found in maps.values() for move in found.moves.values()]
    content = qualities[spaces[0].name]
    towers = [one.kept for name, one in qualities.items() if name != spaces[0].name]
    upsert(
        {
            "maps_global": (min(one.far_groups for one in qualities.values()), "rank correlation"),
            "maps_coarse": (content.same_category, "of ten on the map"),
            "maps_kept": (content.kept, "of ten true neighbours"),
            "maps_kept_towers": (min(towers), "of ten true neighbours"),
            "maps_move_corr": (min(one.change for one in moves), "rank correlation"),
            "maps_move_lost": (min(one.lost for one in moves), "rank correlation"),
            "maps_move_median": (max(one.median for one in moves), "radii"),
        }
    )


if __name__ == "__main__":
    main()
