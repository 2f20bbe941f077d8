"""Synthetic workspaces whose maps are drawn already: the page then has nothing to compute."""

import json

import numpy as np

from learn.data.stored import open_dataset
from learn.pipeline import draw_maps
from learn.progress import SilentProgress
from learn.runs.run import Run
from tests import synthetic


def with_maps(workspace):
    """Draws the maps of every space in ``workspace``, by principal components: UMAP would take seconds."""
    dataset = open_dataset(workspace, synthetic.NAME)
    runs = [Run(path) for path in workspace.run_paths(synthetic.NAME)]
    return draw_maps(workspace, dataset, runs, method="pca", progress=SilentProgress())


def unpack(message):
    """(header, name -> array) of what the maps component is given."""
    length = int(np.frombuffer(message[:4], "<u4")[0])
    header = json.loads(message[4 : 4 + length])
    arrays = {
        one["name"]: np.frombuffer(message, np.dtype(one["type"]), one["count"], one["offset"])
        for one in header["arrays"]
    }
    assert all(one["offset"] % 4 == 0 for one in header["arrays"])
    return header, arrays
