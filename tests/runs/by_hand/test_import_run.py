"""A foreign system's lists: every format, both regimes, and a named complaint for whatever is wrong."""

import gzip
import json

import numpy as np
import pandas as pd
import pytest

from learn.data.schema import Metrics, Recommendations
from learn.errors import LearnError
from learn.runs.import_run import import_run
from learn.runs.ranked_table import read_ranked_table
from learn.runs.reference_runs import make_reference_runs
from learn.workspace import Workspace

ALL, NEW = Recommendations.ALL_CANDIDATES, Recommendations.UNSEEN
ROWS = [
    ("ann", "item-0", 1, 0.9),
    ("ann", "item-3", 2, 0.8),
    ("ann", "item-5", 3, -0.5),
    ("bob", "item-0", 1, 7.0),
    ("eve", "item-4", 2, 1.0),
    ("eve", "item-0", 1, 2.0),
]
TABLE = pd.DataFrame(ROWS, columns=["user_id", "item_id", "rank", "score"])


@pytest.fixture
def bring(world, split, tmp_path):
    """Imports a text (or a file that was written already) under the given file name."""

    def run(text=None, file="lists.csv", name="theirs", label=None):
        path = tmp_path / file
        if text is not None:
            path.write_text(text, encoding="utf-8")
        return import_run(path, world, split, Workspace(tmp_path / "ws"), name, label)

    return run


def test_columns_are_mapped_as_everywhere(world, split, tmp_path):
    path = tmp_path / "lists.csv"
    TABLE.rename(columns={"user_id": "who", "rank": "at"}).drop(columns="score").to_csv(path, index=False)
    run = import_run(path, world, split, Workspace(tmp_path / "ws"), "theirs", mapping=["user_id=who", "rank=at"])
    assert lists(run, ALL)["ann"] == ["item-0", "item-3", "item-5"]
    with pytest.raises(LearnError, match="no column 'wer' in the recommendations table"):
        import_run(path, world, split, Workspace(tmp_path / "ws"), "theirs", mapping=["user_id=wer"])
    with pytest.raises(LearnError, match="no field 'title'; the fields are user_id, item_id, rank, score"):
        import_run(path, world, split, Workspace(tmp_path / "ws"), "theirs", mapping={"title": "who"})


def lists(run, candidates):
    table = run.recommendations
    table = table[table[Recommendations.CANDIDATES] == candidates]
    return {
        user: rows[Recommendations.ITEM].tolist()
        for user, rows in table.groupby(Recommendations.USER, observed=True, sort=False)
    }


def write(table, path):
    if path.name.endswith(".parquet"):
        table.to_parquet(path)
    elif ".jsonl" in path.name:
        text = "\n".join(json.dumps(row) for row in table.to_dict("records"))
        path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    else:
        table.to_csv(path, index=False, sep="\t" if ".tsv" in path.name else ",")


@pytest.mark.parametrize(
    ("file", "columns"),
    [
        *[("a.csv", columns) for columns in (["rank"], ["score"], ["rank", "score"])],
        *[(file, ["score"]) for file in ("a.csv.gz", "a.tsv", "a.parquet", "a.jsonl", "a.jsonl.gz")],
    ],
)
def test_every_format_and_either_order_gives_the_same_lists(bring, tmp_path, file, columns):
    write(TABLE[["user_id", "item_id", *columns]], tmp_path / file)
    run = bring(file=file, label="Their system")
    assert lists(run, ALL) == {"ann": ["item-0", "item-3", "item-5"], "bob": ["item-0"], "eve": ["item-0", "item-4"]}
    assert lists(run, NEW) == {"ann": ["item-3", "item-5"], "eve": ["item-0"]}
    assert (run.info.kind, run.info.variant, run.info.label) == ("imported", "imported", "Their system")
    recall = run.metrics[(run.metrics[Metrics.METRIC] == "recall") & (run.metrics[Metrics.SLICE] == "all")]
    by_regime = recall[recall[Metrics.K] == 10].set_index(Metrics.CANDIDATES)[Metrics.MEAN]
    assert by_regime[ALL] == pytest.approx((2 / 3 + 1 + 1) / 3) and by_regime[NEW] == 1


def test_columns_are_known_by_other_names_and_ranks_are_renumbered(bring):
    run = bring("Household_ID,ASIN,Position\nann,item-3,7\nann,item-1,2\nbob,item-0,1\neve,item-0,1\n", name="aliases")
    assert lists(run, ALL)["ann"] == ["item-1", "item-3"]
    ranks = run.recommendations.query("user_id == 'ann' and among == 'all'")[Recommendations.RANK]
    assert ranks.tolist() == [1, 2]


def test_numeric_ids_keep_their_text(world, split, tmp_path):
    renamed = world.interactions.assign(user_id=world.interactions["user_id"].map({"ann": "007"}).fillna("8"))
    renamed = renamed[renamed["user_id"] == "007"].reset_index(drop=True)
    other = type(world)("numbers", world.items, renamed)
    from learn.data.splits import leave_one_out

    (tmp_path / "n.csv").write_text("user,item,score\n007,item-5,1\n", encoding="utf-8")
    run = import_run(tmp_path / "n.csv", other, leave_one_out(other), Workspace(tmp_path), "n")
    assert lists(run, ALL) == {"007": ["item-5"]}


def test_equal_scores_order_by_item(bring):
    run = bring("user,item,score\nann,item-5,1\nann,item-1,1\nann,item-3,2\nbob,item-0,1\neve,item-0,1\n")
    assert lists(run, ALL)["ann"] == ["item-3", "item-1", "item-5"]


def test_unknown_rows_are_dropped_counted_and_said(bring):
    text = "user,item,rank\nann,item-3,1\nann,item-99,2\nzoe,item-0,1\nbob,item-0,1\neve,item-0,1\n"
    with pytest.warns(UserWarning, match=r"dropped 2 of 5 rows.*1 unknown users .*'zoe'.*1 unknown items .*'item-99'"):
        run = bring(text)
    assert lists(run, ALL) == {"ann": ["item-3"], "bob": ["item-0"], "eve": ["item-0"]}
    assert run.info.made["rows_dropped"].startswith("2 of 5 rows")


def test_users_without_a_list_count_as_misses(bring):
    with pytest.warns(UserWarning, match=r"no list for 2 of the 3 users .*'ann'"):
        run = bring("user,item,rank\nbob,item-0,1\n")
    recall = run.metrics.query("metric == 'recall' and k == 10 and among == 'all' and slice == 'all'").iloc[0]
    assert recall[Metrics.MEAN] == pytest.approx(1 / 3) and recall[Metrics.N_USERS] == 3


@pytest.mark.filterwarnings("ignore:.*count as misses")
def test_longer_lists_are_cut_after_history_is_taken_out(bring, monkeypatch):
    monkeypatch.setattr("learn.runs.import_run.LIST_LENGTH", 2)
    rows = "".join(f"ann,item-{item},{item + 1}\n" for item in range(6))
    run = bring("user,item,rank\n" + rows)
    assert lists(run, ALL) == {"ann": ["item-0", "item-1"]}
    assert lists(run, NEW) == {"ann": ["item-3", "item-4"]}  # she had 0, 1 and 2


HEAD = "user,item,rank\nann,item-1,1\n"
BAD = {
    "empty file": ("", "is empty"),
    "header only": ("user,item,rank\n", "but no rows"),
    "no user": ("who,item,rank\nann,item-1,1\n", "no column user_id; its columns are who, item, rank"),
    "no item": ("user,what,rank\nann,item-1,1\n", "no column item_id"),
    "no order": ("user,item\nann,item-1\n", "neither a rank nor a score"),
    "rank zero": (HEAD + "ann,item-2,0\n", "line 3: rank = '0' is not a positive whole number"),
    "rank half": (HEAD + "ann,item-2,1.5\n", "line 3: rank = '1.5'"),
    "rank word": (HEAD + "ann,item-2,first\nann,item-3,x\n", r"line 3: rank = 'first' .*\(and 1 more\)"),
    "score nan": ("user,item,score\nann,item-1,NaN\n", "line 2: score = 'NaN' is not a finite number"),
    "score missing": ("user,item,score\nann,item-1,1\nann,item-2,\n", "line 3: score = ''"),
    "score inf": ("user,item,score\nann,item-1,inf\n", "line 2: score = 'inf'"),
    "score beyond 32 bits": ("user,item,score\nann,item-1,1e300\n", "line 2: score = '1e300' is not a finite number"),
    "after blank lines": ("\nuser,item,rank\n\nann,item-1,1\n  \nann,item-2,0\n\n", "line 6: rank = '0'"),
    "blank user": (HEAD + ",item-2,2\n", "line 3: user = '' is empty"),
    "twice": (HEAD + "bob,item-1,1\nann,item-1,2\n", "line 4: item 'item-1' is recommended to user 'ann' a second"),
    "unknown users": ("user,item,rank\nzoe,item-1,1\n", "no user of the table is in dataset world; it has 'zoe'"),
    "unknown items": ("user,item,rank\nann,thing,1\n", "no item of the table .*'thing' .* like 'item-0'"),
    "nothing left": ("user,item,rank\nzoe,item-1,1\nann,thing,1\n", "every row has an unknown user or an unknown item"),
    "ragged": (HEAD + "ann,item-2,2,9,9\n", "line 3"),
}


@pytest.mark.parametrize("case", list(BAD))
def test_bad_tables_are_named_and_leave_nothing(bring, tmp_path, case):
    text, message = BAD[case]
    with pytest.raises(LearnError, match=message):
        bring(text)
    assert not (tmp_path / "ws").exists()


def test_bad_files_are_named(bring, tmp_path):
    with pytest.raises(LearnError, match=r"nowhere\.csv does not exist"):
        bring(file="nowhere.csv")
    with pytest.raises(LearnError, match=r"lists\.xlsx is a zip archive or an office document"):
        bring("PK nothing", file="lists.xlsx")
    with pytest.raises(LearnError, match=r"lists\.parquet cannot be read"):
        bring("not parquet", file="lists.parquet")
    with pytest.raises(LearnError, match="line 2 is not JSON"):
        bring('{"user": "ann", "item": "item-1", "rank": 1}\n{"user": \n', file="lists.jsonl")
    with pytest.raises(LearnError, match="line 1 begins a JSON list whose entry 1 is not an object"):
        bring("[1]\n", file="lists.jsonl")
    (tmp_path / "latin.csv").write_bytes("user,item,rank\nann,ca\xf1,1\n".encode("latin-1"))
    with pytest.raises(LearnError, match=r"latin\.csv, line 2, byte 7 .* is not UTF-8"):
        bring(file="latin.csv")


@pytest.mark.parametrize("file", ["cut.csv.gz", "cut.jsonl.gz"])
def test_a_cut_off_gzip_file_is_named(bring, tmp_path, file):
    rng = np.random.default_rng(0)  # noise does not compress: half of the file is cut in the middle of its rows
    whole = gzip.compress(
        ("user,item,rank\n" + "".join(f"ann,{x},1\n" for x in rng.integers(2**60, size=500))).encode()
    )
    (tmp_path / file).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(LearnError, match=file.replace(".", r"\.")):
        bring(file=file)
    assert not (tmp_path / "ws").exists()


@pytest.mark.filterwarnings("ignore:.*count as misses")
@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("marked.csv", "\ufeffuser,item,rank\nann,item-1,1\n\nann,item-2,2\n\n"),
        (
            "marked.jsonl",
            '\ufeff{"user": "ann", "item": "item-1", "rank": 1}\n\n{"user": "ann", "item": "item-2", "rank": 2}\n\n',
        ),
    ],
)
def test_blank_lines_and_a_byte_order_mark_are_no_rows(bring, file, text):
    assert lists(bring(text, file=file), ALL) == {"ann": ["item-1", "item-2"]}


def test_a_long_number_as_id_stays_whole(tmp_path):
    path = tmp_path / "ids.csv.jsonl"
    path.write_text('{"user": 12345678901234567891, "item": 9007199254740993, "rank": 1}\n{"user": null, "item": 1}\n')
    with pytest.raises(LearnError, match="line 2: user = None is empty"):  # JSON lines have no header to count
        read_ranked_table(path)
    path.write_text('{"user": 12345678901234567891, "item": 9007199254740993, "rank": 1}\n')
    table = read_ranked_table(path)
    assert table["user"].tolist() == ["12345678901234567891"] and table["item"].tolist() == ["9007199254740993"]


@pytest.mark.filterwarnings("ignore:.*count as misses")
def test_an_import_replaces_an_import_but_no_other_run(bring, world, split, tmp_path):
    make_reference_runs(world, split, Workspace(tmp_path / "ws"))
    with pytest.raises(LearnError, match="'popularity' of world exists and is a reference Run"):
        bring(HEAD, name="popularity")
    bring(HEAD)
    assert lists(bring("user,item,rank\nann,item-2,1\n"), ALL) == {"ann": ["item-2"]}
    assert np.isfinite(bring(HEAD).recommendations[Recommendations.SCORE]).all()
