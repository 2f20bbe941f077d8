"""What any aligned model has to beat: counted or in closed form, each tuned on the dataset's own validation."""

from learn.evaluation.references.base import Known, Reference, Scorer
from learn.evaluation.references.cold import CATEGORY_POPULARITY, TEXT_KNN
from learn.evaluation.references.counts import PERSONAL_FREQUENCY, POPULARITY
from learn.evaluation.references.ease import EASE, L3AE
from learn.evaluation.references.item_knn import ITEM_KNN
from learn.evaluation.references.slit import SLIT
from learn.evaluation.references.svd import SVD

__all__ = [
    "CATEGORY_POPULARITY",
    "EASE",
    "ITEM_KNN",
    "L3AE",
    "PERSONAL_FREQUENCY",
    "POPULARITY",
    "SLIT",
    "SVD",
    "TEXT_KNN",
    "Known",
    "Reference",
    "Scorer",
]
