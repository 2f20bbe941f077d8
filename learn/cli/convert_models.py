"""``python -m learn.cli.convert_models``: what `learn app` runs beside its server, before anybody types an item.

A bundled LLM is converted once, which takes half a minute; whoever typed the first item waited for it.
"""

from __future__ import annotations

import os
from contextlib import suppress

from learn.errors import LearnError
from learn.workspace import Workspace


def main() -> None:
    """Converts the bundled LLMs that the workspace's Runs read with, where that was not done yet."""
    from learn.cex.llm import convert_bundled
    from learn.runs.llms import reading_runs

    if hasattr(os, "nice"):
        os.nice(10)  # the first page comes first
    place = Workspace.at()
    for cex in reading_runs(place):
        for one in cex.encoders:
            with suppress(LearnError):  # the page that needs it says what is wrong
                convert_bundled(one, place.models)


if __name__ == "__main__":
    main()
