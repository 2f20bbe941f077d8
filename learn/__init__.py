"""LEARN: a frozen LLM describes items, a small transformer aligns the descriptions with what people buy.

Jia et al., *LEARN: Knowledge Adaptation from Large Language Model to Recommendation for Practical Industrial
Application*, AAAI 2025, arXiv 2405.03988.

    import learn

    shop = learn.read_tables("items.csv", "interactions.csv")
    run = learn.train(shop, tower="b")
    run.recommend(["c7"], k=10)

`learn.api` holds what is offered here; the rest is to be read and changed, in the paper's order: ``data`` -> ``cex`` ->
``sampling`` -> ``pal`` -> ``objective`` -> ``training`` -> ``retrieval`` -> ``evaluation`` -> ``explore``.

Importing ``learn`` is cheap: what is named here is imported when it is first used.

Letters used in every shape: B users in a batch, H history length, T target length, N_h and N_t sampled positions,
L tokens of a prompt, D_llm the LLM's hidden size, D the PAL's, D_out = 64; U users, N items of the catalogue.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from learn.api import (
        audience,
        blend,
        compare,
        item_knn,
        neighbours,
        open_dataset,
        open_run,
        popularity,
        reference,
        train,
    )
    from learn.data.dataset import Dataset
    from learn.errors import LearnError
    from learn.reading import read, read_tables
    from learn.runs.run import Run
    from learn.showing import show
    from learn.workspace import Workspace

__version__ = "0.1.0"

__all__ = [
    "Dataset",
    "LearnError",
    "Run",
    "Workspace",
    "__version__",
    "audience",
    "blend",
    "compare",
    "item_knn",
    "neighbours",
    "open_dataset",
    "open_run",
    "popularity",
    "read",
    "read_tables",
    "reference",
    "show",
    "train",
]

_ELSEWHERE = {
    "Dataset": "learn.data.dataset",
    "LearnError": "learn.errors",
    "Run": "learn.runs.run",
    "Workspace": "learn.workspace",
    "read": "learn.reading",
    "read_tables": "learn.reading",
    "show": "learn.showing",
}


def __getattr__(name: str) -> Any:
    """What `__all__` names, imported when it is first asked for."""
    if name.startswith("_") or name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_ELSEWHERE.get(name, "learn.api")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
