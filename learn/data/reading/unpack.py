"""A file's bytes, unpacked: compression is told by content, whatever the file's name says."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from learn.errors import LearnError

BLOCK = 1 << 22  # bytes
LONGEST_LINE = 1 << 26  # bytes: 64 MiB
MOST_BYTES = 1 << 31  # of a file that is held as a whole
SUSPICIOUS_RATIO, SUSPICIOUS_SIZE = 300, 1 << 28  # real tables shrink to a hundredth at most

_MAGIC = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bz2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PK\x03\x04": "zip",
}
_ENDINGS = {"gzip": (".gz", ".gzip"), "bz2": (".bz2",), "xz": (".xz",), "zstd": (".zst", ".zstd"), "zip": (".zip",)}
_SAVE_AS_CSV = "Open it there and save the sheet or table as CSV (UTF-8), then give that file."
_FOREIGN = {
    b"PK": ("a zip archive or an office document", _SAVE_AS_CSV),
    b"\xd0\xcf\x11\xe0": ("an old Excel or Office document", _SAVE_AS_CSV),
    b"%PDF": ("a PDF document", "Export the table as CSV."),
    b"SQLite format 3": ("an SQLite database", "Export its tables: sqlite3 -header -csv FILE 'select * from TABLE'"),
    b"\x89HDF": ("an HDF5 file", "Export the table as CSV or Parquet: pandas.read_hdf(...).to_parquet(...)"),
    b"\x93NUMPY": ("a NumPy array", "Export the table as CSV or Parquet, with names of columns."),
    b"\x80\x04\x95": ("a Python pickle", "Export the table as CSV or Parquet; pickles can run code and are not read."),
    b"ORC": ("an ORC file", "Export the table as Parquet."),
    b"Rar!": ("a RAR archive", "Unpack it first."),
    b"7z\xbc\xaf": ("a 7z archive", "Unpack it first."),
    b"version https://git-lfs": ("a Git LFS pointer, not the file itself", "Fetch the file: git lfs pull"),
}
_DAMAGED = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, RuntimeError, NotImplementedError)


@contextlib.contextmanager
def unpacked(path: Path) -> Iterator[tuple[BinaryIO, list[str]]]:
    """The file opened for reading, unpacked, and what it was packed with, outermost first; several layers are undone.

    Raises:
        LearnError: absent, a folder, empty, an archive of several files; and, when a block is read, damaged.
    """
    check_there(path)
    packings: list[str] = []
    with contextlib.ExitStack() as stack:
        try:
            handle: BinaryIO = stack.enter_context(open(path, "rb"))
            while packing := next((kind for magic, kind in _MAGIC.items() if _peek(handle).startswith(magic)), None):
                packings.append(packing)
                if len(packings) > 3:
                    raise LearnError(f"{path} is packed more than three times over.", "Unpack it first.")
                handle = stack.enter_context(_Buffered(_open(path, packing, handle, packings)))
        except _DAMAGED as error:
            raise _damaged(path, packings, error) from error
        yield handle, packings


class _Buffered(io.BufferedReader):
    """So that the first bytes can be looked at before they are read."""

    def __init__(self, raw: BinaryIO) -> None:
        super().__init__(cast(io.RawIOBase, raw), BLOCK)


def check_there(path: Path) -> None:
    """Refuses what is no file with something in it.

    Raises:
        LearnError: absent, a folder or empty.
    """
    if not path.is_file():
        problem = "is a folder, not a file" if path.is_dir() else "does not exist"
        raise LearnError(f"{path} {problem}.", "Give the path of a CSV, TSV, Parquet or JSON lines file.")
    if path.stat().st_size == 0:
        raise LearnError(f"{path} is empty (0 bytes).", "Export it again with a header and at least one row.")


def _damaged(path: Path, packings: list[str], error: BaseException) -> LearnError:
    if not packings:
        return LearnError(f"{path} cannot be read: {error}.", "Check the file and who may read it.")
    return LearnError(
        f"{path} is no whole {packings[-1]} file, damaged or only partly downloaded: {error}.",
        "Download it again or compress it anew, or give the plain file.",
    )


def _peek(handle: BinaryIO) -> bytes:
    return cast(io.BufferedReader, handle).peek(16)[:16]


def _open(path: Path, packing: str, handle: BinaryIO, packings: list[str]) -> BinaryIO:
    if packing == "gzip":
        return cast(BinaryIO, gzip.GzipFile(fileobj=handle, mode="rb"))
    if packing == "bz2":
        return cast(BinaryIO, bz2.BZ2File(handle))
    if packing == "xz":
        return cast(BinaryIO, lzma.LZMAFile(handle))
    if packing == "zstd":
        import pyarrow as pa

        return cast(BinaryIO, pa.CompressedInputStream(pa.PythonFile(handle, mode="r"), "zstd"))
    return _only_member(path, handle, packings)


def _only_member(path: Path, handle: BinaryIO, packings: list[str]) -> BinaryIO:
    if len(packings) > 1:
        handle = io.BytesIO(handle.read(MOST_BYTES))
    archive = zipfile.ZipFile(handle)
    names = [one for one in archive.namelist() if not one.endswith("/") and not one.startswith("__MACOSX/")]
    names = [one for one in names if one.rpartition("/")[2] != ".DS_Store"]
    if "[Content_Types].xml" in names:
        raise LearnError(f"{path} is an Excel or Office document, not a plain table.", _SAVE_AS_CSV)
    if "mimetype" in names and "content.xml" in names:
        raise LearnError(f"{path} is an OpenDocument file, not a plain table.", _SAVE_AS_CSV)
    if len(names) != 1:
        listed = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
        raise LearnError(
            f"{path} is a zip archive of {len(names)} files: {listed or 'none'}.",
            "Unpack it and give the file that is meant.",
        )
    return cast(BinaryIO, archive.open(names[0]))


def packing_note(path: Path, packings: list[str]) -> str | None:
    """What the compression is, where the file's name does not say it; None where it does."""
    by_name = next((kind for kind, ends in _ENDINGS.items() if path.suffix.lower() in ends), None)
    if packings == ([by_name] if by_name else []):
        return None
    how = " in ".join(reversed(packings)) if packings else "not compressed"
    return f"{path.name} is {how}, whatever its name says; it is read as that."


def blocks(path: Path, handle: BinaryIO, packings: list[str]) -> Iterator[bytes]:
    """The bytes of ``handle``, block after block.

    Raises:
        LearnError: damaged; a line of more than `LONGEST_LINE` bytes; or what unpacks to hundreds of times its size.
    """
    total, since_end, size = 0, 0, path.stat().st_size
    while True:
        try:
            block = handle.read(BLOCK)
        except _DAMAGED as error:
            raise _damaged(path, packings, error) from error
        if not block:
            return
        total += len(block)
        last = max(block.rfind(b"\n"), block.rfind(b"\r"))
        since_end = since_end + len(block) if last < 0 else len(block) - last - 1
        if since_end > LONGEST_LINE:
            raise LearnError(
                f"{path} has a line of more than {LONGEST_LINE >> 20} MiB: that is no table.",
                "Write one row on each line; a JSON list as JSON lines, one object on each.",
            )
        if packings and total > SUSPICIOUS_SIZE and total > SUSPICIOUS_RATIO * size:
            raise LearnError(
                f"{path} unpacks to more than {SUSPICIOUS_RATIO} times its {size:,} bytes: that is no table.",
                "Check the file; if it is meant, unpack it yourself and give the plain file.",
            )
        yield block


def read_whole(path: Path, handle: BinaryIO, packings: list[str]) -> bytes:
    """All bytes of ``handle``.

    Raises:
        LearnError: as `blocks`; more than `MOST_BYTES`; or the file is of a kind that holds no table of text.
    """
    parts, total = [], 0
    for block in blocks(path, handle, packings):
        total += len(block)
        if total > MOST_BYTES:
            raise LearnError(
                f"{path} holds more than {MOST_BYTES >> 30} GiB of text.", "Give it as Parquet, or in fewer columns."
            )
        parts.append(block)
    content = b"".join(parts)
    check_kind(path, content)
    return content


def check_kind(path: Path, content: bytes) -> None:
    """Refuses what is known to be no text.

    Raises:
        LearnError: with what it is and what to do.
    """
    for magic, (what, remedy) in _FOREIGN.items():
        if content.startswith(magic):
            raise LearnError(f"{path} is {what}; it cannot be read as a table (csv, tsv, Parquet, JSON lines).", remedy)
    start = content[:512].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<?xml")):
        raise LearnError(
            f"{path} is a web page or XML, not a table.",
            "Perhaps a login or error page was saved in place of the file: download it again.",
        )
