"""What any aligned model has to beat: references, counted or in closed form, each with its name and its words."""

from __future__ import annotations

from dataclasses import dataclass

from learn.data.splits import Split
from learn.evaluation import references
from learn.registry import Registry

POPULARITY = "popularity"

ITEM_KNN = "item-knn"

REFIT_SUFFIX = "-refit"
"""What the name of a Run ends in that learned from training and validation together."""


@dataclass(frozen=True)
class Baseline:
    """What ranks by counting, or by a formula.

    Attributes:
        code: names it, and its Run.
        label: what people read.
        explanation: a line that goes on after the label and a colon; ends in a full stop.
        reference: how it is fitted and tuned.
        colour: in figures, "#rrggbb"; None: one that no other has.
        everybody: whether it has a list for users without history.
        only_cold: whether it is made for item-cold splits alone.
        only_in_order: whether it is made only where each user's last event is left out, as it learns what comes next.
        instead_of: the code of another that knows the same but for its order: a blend takes the better one of the two.
    """

    code: str
    label: str
    explanation: str
    reference: references.Reference
    colour: str | None = None
    everybody: bool = False
    only_cold: bool = False
    only_in_order: bool = False
    instead_of: str | None = None


BASELINES: Registry[Baseline] = Registry(
    "baseline",
    Baseline(
        POPULARITY,
        "Popularity",
        "the most bought items, the same for everybody.",
        references.POPULARITY,
        "#7d8794",
        everybody=True,
    ),
    Baseline(ITEM_KNN, "Item-kNN", "what was bought together.", references.ITEM_KNN, "#5f6b7a"),
    Baseline(
        "frequency",
        "Personal frequency",
        "what this person had most often and most lately, and then what most people had.",
        references.PERSONAL_FREQUENCY,
        "#8a8178",
    ),
    Baseline("svd", "SVD", "the main directions of who bought what.", references.SVD, "#6b7f86"),
    Baseline(
        "ease", "EASE", "the best linear map from what a person has to what else they have.", references.EASE, "#6d6a86"
    ),
    Baseline("l3ae", "L3AE", "EASE that starts from what the LLM's texts say is alike.", references.L3AE, "#7d6b80"),
    Baseline(
        "slit",
        "SLIT-L3AE",
        "L3AE, corrected by what came after what.",
        references.SLIT,
        "#7b7089",
        only_in_order=True,
        instead_of="l3ae",
    ),
    Baseline(
        "text-knn",
        "Text kNN",
        "what reads like the mean of what this person had; nothing is trained.",
        references.TEXT_KNN,
        "#6b8077",
        only_cold=True,
    ),
    Baseline(
        "category-popularity",
        "Popularity of the category",
        "how much an item of this category is bought, by this person and by everybody.",
        references.CATEGORY_POPULARITY,
        "#86796b",
        only_cold=True,
    ),
)


EVERYWHERE = tuple(one.code for one in BASELINES.entries if not one.only_cold and not one.only_in_order)
"""Those that are made whatever the split."""


def baselines_for(split: Split) -> list[Baseline]:
    """Those that are made for ``split``: some tell nothing new unless items are cold, some learn what comes next."""
    in_order = split.info.cut == "leave_one_out" and not split.info.is_item_cold
    return [
        one
        for one in BASELINES.entries
        if (split.info.is_item_cold or not one.only_cold) and (in_order or not one.only_in_order)
    ]
