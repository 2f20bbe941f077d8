"""Vectors that somebody brings in place of an LLM: taken to the last bit, or refused with the item that is wrong."""

import warnings

import numpy as np
import pandas as pd
import pytest

from learn.cex.extractor import content_embeddings
from learn.cex.store import ContentStore, share_content, stored_content
from learn.config import CEXConfig
from learn.errors import LearnError, Note
from learn.progress import make_progress
from learn.workspace import Workspace
from tests.cex.conftest import make_dataset

pytestmark = pytest.mark.filterwarnings("ignore::learn.errors.Note")
SILENT = make_progress(silent=True)
TITLES = ["tea", "soap", "soap", "rye bread"]  # two items with one prompt have vectors of their own
IDS = ["i3", "i0", "other", "i1", "i2"]
VECTORS = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32) * np.float32(1e-3)
EXPECTED = VECTORS[[1, 3, 4, 0]]


def write_parquet_lists(folder, ids=IDS, vectors=VECTORS):
    pd.DataFrame({"item_id": list(ids), "vector": list(vectors)}).to_parquet(folder / "v.parquet")
    return folder / "v.parquet"


def write_parquet_columns(folder, ids=IDS, vectors=VECTORS):
    table = pd.DataFrame(vectors, columns=[f"d{place}" for place in range(vectors.shape[1])])
    table.insert(1, "sku", list(ids))
    table.to_parquet(folder / "v.parquet")
    return folder / "v.parquet"


def write_npz(folder, ids=IDS, vectors=VECTORS):
    np.savez(folder / "v.npz", vectors=vectors, ids=np.array(ids))
    return folder / "v.npz"


def write_npz_by_id(folder, ids=IDS, vectors=VECTORS):
    np.savez(folder / "v.npz", **dict(zip(ids, vectors, strict=True)))
    return folder / "v.npz"


def write_npy(folder, ids=IDS, vectors=VECTORS):
    np.save(folder / "v.npy", vectors)
    (folder / "v.ids.txt").write_text("\n".join(map(str, ids)) + "\n", encoding="utf-8")
    return folder / "v.npy"


def write_npy_and_npy(folder, ids=IDS, vectors=VECTORS):
    np.save(folder / "v.npy", vectors)
    np.save(folder / "v.ids.npy", np.array(ids))
    return folder / "v.npy"


FORMS = [write_parquet_lists, write_parquet_columns, write_npz, write_npz_by_id, write_npy, write_npy_and_npy]


def take(path, root, titles=TITLES):
    dataset = make_dataset(titles)
    return content_embeddings(dataset, CEXConfig(llm=f"vectors:{path}"), Workspace(root), SILENT), dataset


@pytest.mark.parametrize("write", FORMS)
def test_they_are_taken_to_the_last_bit_and_kept(write, tmp_path):
    with pytest.warns(Note, match="vectors of 1 other items"):
        content, dataset = take(write(tmp_path), tmp_path / "w")
    assert content.vectors.dtype == np.float32 and content.vectors.tobytes() == EXPECTED.tobytes()
    assert stored_content(Workspace(tmp_path / "w"), dataset, content.key).tobytes() == EXPECTED.tobytes()
    assert not ContentStore(Workspace(tmp_path / "w").content("shop") / content.key).has_reader
    share_content(Workspace(tmp_path / "w"), "shop", content.key, Workspace(tmp_path / "x"), dataset)
    shared = stored_content(Workspace(tmp_path / "x"), dataset, content.key)
    assert np.allclose(shared, EXPECTED, rtol=1e-3, atol=1e-6)


def test_many_stay_in_the_store_s_file(tmp_path, monkeypatch):
    path, workspace, dataset = write_npz(tmp_path), Workspace(tmp_path / "ws"), make_dataset(TITLES)
    monkeypatch.setattr("learn.scratch.LARGE", 1)
    for _ in range(2):  # written, then found
        read = content_embeddings(dataset, CEXConfig(llm=f"vectors:{path}"), workspace, SILENT)
        assert (read.vectors == EXPECTED).all() and not read.vectors.flags.writeable
        assert (stored_content(workspace, dataset, read.key) == EXPECTED).all()


def test_the_same_file_has_the_same_key_wherever_it_lies_and_another_has_another(tmp_path):
    (tmp_path / "moved").mkdir()
    places = ((tmp_path, VECTORS), (tmp_path / "moved", VECTORS), (tmp_path, VECTORS + 1))
    keys = [take(write_npy(folder, IDS, vectors), tmp_path / "w")[0].key for folder, vectors in places]
    assert keys[0] == keys[1] != keys[2]


def test_numbers_as_ids_and_as_lists_of_python_are_found(tmp_path):
    dataset = make_dataset(["tea", "soap"])
    dataset.items["item_id"] = ["7", "12"]
    pd.DataFrame({"id": [12, 7], "v": [[0.5, 1], [2, 3]]}).to_parquet(tmp_path / "v.parquet")
    content = content_embeddings(
        dataset, CEXConfig(llm=f"vectors:{tmp_path / 'v.parquet'}"), Workspace(tmp_path), SILENT
    )
    assert content.vectors.tolist() == [[2, 3], [0.5, 1]]


def test_beside_an_llm_they_stand_behind_what_it_says(cex, tmp_path):
    path = write_npz(tmp_path)
    dataset, workspace = make_dataset(TITLES), Workspace(tmp_path / "w")
    both = content_embeddings(dataset, cex.model_copy(update={"llm": f"{cex.llm}+vectors:{path}"}), workspace, SILENT)
    alone = content_embeddings(dataset, cex, workspace, SILENT)
    assert (both.vectors[:, : alone.vectors.shape[1]] == alone.vectors).all()
    assert both.vectors[:, alone.vectors.shape[1] :].tobytes() == EXPECTED.tobytes()
    assert (stored_content(workspace, dataset, both.key) == both.vectors).all()


def test_a_plus_in_the_path_joins_nothing(tmp_path):
    (tmp_path / "a+b").mkdir()
    assert take(write_npz(tmp_path / "a+b"), tmp_path / "w")[0].vectors.shape == (4, 3)


def replaced(row, column, value):
    changed = VECTORS.astype(np.float64)
    changed[row, column] = value
    return changed


WRONG = {
    "an item without": (IDS[1:], VECTORS[1:], r"no vector for 1 of 4 items of shop: 'i3'"),
    "an id twice": (["i0", "i1", "i2", "i3", "i1"], VECTORS, r"the id 'i1' is there twice \(vectors 2 and 5\); 1 "),
    "not a number": (IDS, replaced(3, 1, np.nan), r"dimension 2 of 'i1' is nan; 1 vectors"),
    "infinite": (IDS, replaced(0, 2, -np.inf), r"dimension 3 of 'i3' is -inf"),
    "more than float32": (IDS, replaced(4, 0, 1e300), r"dimension 1 of 'i2' is 1e\+300, more than float32"),
    "all the same": (IDS, np.ones((5, 3), np.float32), "all items have the same vector"),
    "no numbers": (IDS, np.full((5, 3), "x"), "not numbers|hold lists|holds no numbers|more than numbers"),
}


@pytest.mark.parametrize("write", [write_npz, write_npy, write_parquet_columns, write_parquet_lists])
@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_fit_is_named(case, write, tmp_path):
    ids, vectors, message = WRONG[case]
    path = write(tmp_path, ids, vectors)
    with pytest.raises(LearnError, match=message) as caught:
        take(path, tmp_path / "w")
    assert str(path) in caught.value.what and caught.value.remedy
    assert not list((tmp_path / "w").rglob("shard*"))


def test_other_widths_are_named(tmp_path):
    write_parquet_lists(tmp_path, IDS, [*VECTORS[:2], VECTORS[2][:2], *VECTORS[3:]])
    with pytest.raises(LearnError, match=r"the vector of 'other' has 2 numbers, those of others 3"):
        take(tmp_path / "v.parquet", tmp_path / "w")


def test_fewer_ids_than_vectors(tmp_path):
    write_npy(tmp_path, IDS[:4])
    with pytest.raises(LearnError, match="5 vectors and 4 ids"):
        take(tmp_path / "v.npy", tmp_path / "w")


def test_files_that_are_none(tmp_path):
    np.save(tmp_path / "alone.npy", VECTORS)
    (tmp_path / "v.txt").write_text("1 2 3")
    (tmp_path / "cut.npz").write_bytes(write_npz(tmp_path).read_bytes()[:200])
    np.savez(tmp_path / "objects.npz", ids=np.array(IDS, dtype=object), vectors=VECTORS)
    pd.DataFrame({"d0": [1.0], "d1": [2.0]}).to_parquet(tmp_path / "no-ids.parquet")
    pd.DataFrame({"item_id": ["i0"], "d0": [1.0], "title": ["tea"]}).to_parquet(tmp_path / "text.parquet")
    (tmp_path / "folder.npz").mkdir()
    for name, message in {
        "absent.npz": "does not exist", "alone.npy": "numbers and no ids", "v.txt": "not read from .txt",
        "cut.npz": "cannot be read", "objects.npz": "Python objects", "no-ids.parquet": "no column of ids",
        "text.parquet": "'title' holds no numbers", "folder.npz": "is a folder",
    }.items():  # fmt: skip
        with pytest.raises(LearnError, match=message):
            take(tmp_path / name, tmp_path / "w")


def test_rewording_says_that_nobody_reads(tmp_path):
    from learn.cex.extractor import wording_differences

    content, dataset = take(write_npz(tmp_path), tmp_path / "w")
    with pytest.raises(LearnError, match="have no reader") as caught:
        wording_differences(
            dataset, CEXConfig(llm=f"vectors:{tmp_path / 'v.npz'}"), Workspace(tmp_path), content.vectors
        )
    assert "pal.wording=0" in caught.value.remedy


def test_no_note_where_all_are_used(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error", Note)
        ids = ["i0", "i1", "i2", "i3"]
        assert take(write_npz(tmp_path, ids, VECTORS[:4]), tmp_path / "w")[0].vectors.shape == (4, 3)
