"""Small pictures of items, kept in a Dataset's folder: all of them in one file, and where each begins."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from learn.checksums import verify
from learn.errors import LearnError

FILE, PLACES = "pictures.bin", "pictures.npy"
KIND = "image/webp"


@dataclass(frozen=True)
class Thumbnails:
    """Pictures of the items of a Dataset, each a WebP file of few kilobytes, or none.

    Attributes:
        offsets: [n + 1] int64, item i's picture is bytes offsets[i] to offsets[i + 1]; items from n on have none.
        held: the bytes, where they are in memory.
        file: where they lie; read a picture at a time.
    """

    offsets: np.ndarray
    held: bytes = b""
    file: Path | None = None

    @classmethod
    def of(cls, pictures: Sequence[bytes]) -> Thumbnails:
        """Pictures in the items' order; b"" where an item has none."""
        lengths = np.array([len(one) for one in pictures], dtype=np.int64)
        return cls(np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]), b"".join(pictures))

    @classmethod
    def read(cls, folder: Path, n_items: int, remedy: str) -> Thumbnails | None:
        """Those that `write` left in ``folder``; None where there are none.

        Args:
            n_items: of the Dataset; there are no pictures of more.
            remedy: what to do where they are damaged.

        Raises:
            LearnError: they are damaged.
        """
        file, places = folder / FILE, folder / PLACES
        if not places.exists():
            return None
        try:
            for one in (file, places):
                verify(one, remedy)
            offsets = np.load(places, allow_pickle=False)
            size = file.stat().st_size
        except (OSError, ValueError, EOFError) as error:
            raise LearnError(f"The pictures of {folder} are damaged: {error}", remedy) from error
        whole = offsets.ndim == 1 and offsets.dtype == np.int64 and 1 <= len(offsets) <= n_items + 1
        if not whole or offsets[0] != 0 or (np.diff(offsets) < 0).any() or offsets[-1] != size:
            raise LearnError(f"The pictures of {folder} are damaged: {PLACES} does not fit {FILE}.", remedy)
        return cls(offsets, file=file)

    @property
    def present(self) -> np.ndarray:
        """[n] bool: which of the first n items have a picture."""
        found: np.ndarray = np.diff(self.offsets) > 0
        return found

    @property
    def version(self) -> int:
        """Tells these pictures from others."""
        return zlib.crc32(self.offsets.tobytes())

    def get(self, item: int) -> bytes:
        """The picture of an item index, a WebP file; b"" where it has none, or where its file is gone by now."""
        if not 0 <= item < len(self.offsets) - 1:
            return b""
        start, stop = int(self.offsets[item]), int(self.offsets[item + 1])
        if self.file is None or start == stop:
            return self.held[start:stop]
        try:
            with self.file.open("rb") as lying:
                if lying.seek(0, 2) != int(self.offsets[-1]):
                    return b""  # the dataset was prepared again since: other pictures
                lying.seek(start)
                return lying.read(stop - start)
        except OSError:
            return b""

    def address(self, item: int) -> str:
        """The picture of an item index as a data URI; "" where it has none."""
        found = self.get(item)
        return f"data:{KIND};base64,{base64.b64encode(found).decode()}" if found else ""

    def write(self, folder: Path) -> None:
        """Writes both files into ``folder``, which is not in its place yet.

        Raises:
            LearnError: the file that they lie in was replaced since it was opened.
        """
        content = self.held if self.file is None else self.file.read_bytes()
        if len(content) != int(self.offsets[-1]):
            raise LearnError(
                f"The pictures in {self.file} were replaced since this dataset was opened.", "Open it again, then save."
            )
        (folder / FILE).write_bytes(content)
        np.save(folder / PLACES, self.offsets, allow_pickle=False)

    def with_more(self, pictures: dict[int, bytes], n_items: int) -> Thumbnails:
        """The same, of ``n_items`` items, with ``pictures`` (item index -> WebP file) in their places."""
        return Thumbnails.of([pictures.get(item) or self.get(item) for item in range(n_items)])
