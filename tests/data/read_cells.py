"""Files in a few bytes, and how they are read: what tests of reading share."""

import pytest

from learn.data.readers import read, read_table
from learn.data.reading.form import Asked
from learn.errors import LearnError


def cells(path, asked=None):
    frame = read_table(path, asked or Asked())
    return [list(frame.columns), *frame.astype("object").where(frame.notna(), None).to_numpy().tolist()]


def file(folder, content, name="t.csv"):
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder / name


def notes(path, asked=None):
    return read(path, asked or Asked()).notes


def refused(path, asked=None):
    with pytest.raises(LearnError) as caught:
        read(path, asked or Asked())
    return caught.value
