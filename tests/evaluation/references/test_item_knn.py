"""Fewer neighbours need nothing counted anew."""

import numpy as np
from scipy.sparse import csr_array

from learn.evaluation.references.item_knn import nearest_of, similar_items


def test_fewer_neighbours_are_the_first_of_many():
    owned = csr_array((np.random.default_rng(0).random((200, 90)) < 0.1).astype(np.float32))
    many, few = similar_items(owned, 40, 5.0), similar_items(owned, 7, 5.0)
    trimmed = nearest_of(many, 7)
    assert (trimmed.data == few.data).all() and (trimmed.indices == few.indices).all()
    assert (trimmed.indptr == few.indptr).all() and np.diff(many.indptr).max() > 7
