import numpy as np

from learn.data.sequences import Sequences


def test_leading_events_of_those_who_have_enough():
    ragged = Sequences(np.array([5, 6, 7, 8, 9, 1], dtype=np.int32), np.array([0, 3, 3, 4, 6]))
    users, items = ragged.leading(2)
    assert users.tolist() == [0, 3] and items.tolist() == [[5, 6], [9, 1]]
    assert ragged.leading(4)[1].shape == (0, 4)
