"""From bytes to cells: each way of writing a table gives the rows that were written, and the report says how."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from learn.data.notes import ROWS, TEXT
from learn.data.readers import read
from learn.data.reading import unpack
from learn.data.reading.form import Asked
from learn.errors import LearnError
from tests.data.read_cells import cells, file, notes, refused

ROWS_WRITTEN = [["item_id", "title"], ["007", "Milk"], ["8", "Bread"]]
PLAIN = b"item_id,title\n007,Milk\n8,Bread\n"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "::"])
@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.dat", "table"])
def test_the_separator_is_told_by_content(tmp_path, separator, name):
    path = file(tmp_path, PLAIN.replace(b",", separator.encode()), name)
    assert cells(path) == ROWS_WRITTEN
    usual = "\t" if name == "t.tsv" else ","
    assert [note.text.endswith(".") and "parted by" in note.text for note in notes(path)] == [True] * (
        separator != usual
    )


def test_a_separator_is_asked_for_where_two_fit_every_line(tmp_path):
    path = file(tmp_path, "item_id;title,brand\na;b,c\nd;e,f\n")
    assert "every line fits each" in refused(path).what
    assert "--separator" in refused(path).remedy
    assert cells(path, Asked(separator="semicolon")) == [["item_id", "title,brand"], ["a", "b,c"], ["d", "e,f"]]
    assert cells(path, Asked(separator=",")) == [["item_id;title", "brand"], ["a;b", "c"], ["d;e", "f"]]
    assert "parts cells" in refused(path, Asked(separator="xy")).what


def test_excels_own_hint_is_followed(tmp_path):
    assert cells(file(tmp_path, "sep=;\r\nitem_id;title\r\n007;Milk\r\n8;Bread\r\n")) == ROWS_WRITTEN


@pytest.mark.parametrize(
    ("pack", "name"),
    [(gzip.compress, "gzip"), (bz2.compress, "bz2"), (lzma.compress, "xz"),
     (lambda content: pa.compress(content, codec="zstd", asbytes=True), "zstd")],
)  # fmt: skip
def test_packing_is_told_by_content(tmp_path, pack, name):
    path = file(tmp_path, pack(PLAIN), "t.csv")
    assert cells(path) == ROWS_WRITTEN
    assert f"is {name}, whatever its name says" in notes(path)[0].text
    cut = file(tmp_path, pack(PLAIN * 999)[:-9], "cut.csv")
    assert f"no whole {name} file" in refused(cut).what
    assert cells(file(tmp_path, PLAIN, "t.csv.gz")) == ROWS_WRITTEN, "a plain file that is called packed"


def test_two_layers_of_packing_are_undone(tmp_path):
    assert cells(file(tmp_path, bz2.compress(gzip.compress(gzip.compress(PLAIN))))) == ROWS_WRITTEN
    assert (
        "more than three times"
        in refused(file(tmp_path, bz2.compress(bz2.compress(gzip.compress(gzip.compress(PLAIN)))))).what
    )


def test_formulas_that_keep_leading_zeros_are_undone(tmp_path):
    path = file(tmp_path, 'item_id,title\n="007",="x"\n="008",y\n')
    assert cells(path)[1:] == [["007", '="x"'], ["008", "y"]]
    assert [note.text.startswith("The cells of column item_id") for note in notes(path)] == [True]


def zipped(folder, **members):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file(folder, held.getvalue(), "t.zip")


def test_a_zip_of_one_file_is_read_and_of_two_refused(tmp_path):
    assert cells(zipped(tmp_path, table=PLAIN, **{"__MACOSX/._table": b"x"})) == ROWS_WRITTEN
    error = refused(zipped(tmp_path, one=PLAIN, two=PLAIN))
    assert "2 files: one, two" in error.what
    assert "Excel" in refused(zipped(tmp_path, **{"[Content_Types].xml": b"", "xl": b""})).what


@pytest.mark.parametrize(
    ("content", "word"),
    [(b"%PDF-1.4", "PDF"), (b"SQLite format 3\0", "SQLite"), (b"<!DOCTYPE html><html>", "web page"),
     (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"), (b"\xd0\xcf\x11\xe0 old", "Excel")],
)  # fmt: skip
def test_what_is_no_table_is_named(tmp_path, content, word):
    assert word in refused(file(tmp_path, content)).what


def test_what_unpacks_to_one_endless_line_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(unpack, "LONGEST_LINE", 1 << 20)
    monkeypatch.setattr(unpack, "BLOCK", 1 << 18)
    assert "a line of more than 1 MiB" in refused(file(tmp_path, gzip.compress(b"a" * (1 << 22)))).what
    monkeypatch.setattr(unpack, "SUSPICIOUS_SIZE", 1 << 20)
    assert "300 times its" in refused(file(tmp_path, gzip.compress(b"a,b\n" * (1 << 20)))).what


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_in_every_dress(tmp_path, encoding):
    path = file(tmp_path, "item_id,title\na,Café 红色\nb,🍞\n".encode(encoding))
    assert cells(path) == [["item_id", "title"], ["a", "Café 红色"], ["b", "🍞"]]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("cp1252", "crème brûlée"), ("cp1252", "Grüße"), ("cp1252", "Café – 5 €"), ("cp1250", "Zażółć gęślą"),
     ("gb18030", "红色水壶"), ("cp932", "赤いやかん"), ("cp1251", "Красный чайник"), ("koi8_r", "Красный чайник"),
     ("big5", "紅色水壺"), ("cp1253", "κόκκινος βραστήρας")],
)  # fmt: skip
def test_an_old_encoding_that_alone_makes_a_language_is_read_and_said(tmp_path, encoding, text):
    path = file(tmp_path, f"item_id,title\na,{text}\n".encode(encoding))
    assert cells(path) == [["item_id", "title"], ["a", text]]
    (note,) = notes(path)
    assert (note.spoils, text in note.text, "--encoding" in note.remedy) == (TEXT, True, True)


def test_an_encoding_that_is_not_sure_is_asked_for(tmp_path):
    path = file(tmp_path, "item_id,title\na,señor\n".encode("cp1252"))
    error = refused(path)
    assert "line 2, byte 5 (0xf1) is not UTF-8" in error.what
    assert "cp1252: 'a,señor'; cp1250: 'a,seńor'" in error.remedy
    assert cells(path, Asked(encoding="cp1252"))[1] == ["a", "señor"]
    assert cells(path, Asked(encoding="cp1250"))[1] == ["a", "seńor"]
    assert "no encoding that Python knows" in refused(path, Asked(encoding="latin-99")).what
    assert "line 2" in refused(path, Asked(encoding="utf-8")).what


def test_two_encodings_in_one_file_are_refused(tmp_path):
    content = "item_id,title\na,Café\nb,Grüße\n".encode() + "c,Käse\n".encode("cp1252")
    error = refused(file(tmp_path, content))
    assert "line 4 is not UTF-8, though 2 of the 3 lines" in error.what
    assert "two files" in error.remedy


def test_quotes_that_do_not_pair_are_text_and_counted(tmp_path):
    path = file(tmp_path, 'item_id\ttitle\na\t"Sunday best\nb\tMilk\nc\t"Second\n', "t.tsv")
    assert cells(path)[1:] == [["a", '"Sunday best'], ["b", "Milk"], ["c", '"Second']]
    (note,) = notes(path)
    assert note.spoils == TEXT
    assert "2 quotes" in note.text and "line 2" in note.text


def test_a_stray_quote_in_a_quoted_file_is_refused_with_its_line(tmp_path):
    path = file(tmp_path, 'item_id,title\n"a","Milk"\n"b","Bre"ad"\n"c","x"\n')
    assert "stands" in refused(path).what or "not all quotes" in refused(path).what
    path = file(tmp_path, 'item_id,title\na,"Milk, fresh"\nb,"Bread\nc,"x, y"\n')
    assert "line 3 has a quote that is not closed" in refused(path).what


def test_quotes_that_could_be_text_or_hold_lines_together_are_refused(tmp_path):
    assert "reads in two ways" in refused(file(tmp_path, 'item_id,title\na,"b\nc,d"\ne,f\n')).what


def test_quotes_that_nothing_asks_for_are_noted(tmp_path):
    path = file(tmp_path, 'item_id,title\na,"Heroes"\nb,Milk\n')
    assert cells(path)[1:] == [["a", "Heroes"], ["b", "Milk"]]
    assert [note.spoils for note in notes(path)] == [TEXT]
    assert notes(file(tmp_path, '"item_id","title"\n"a","Heroes"\n"b","Milk"\n')) == []


def test_quoting_with_backslashes_and_with_blanks(tmp_path):
    assert cells(file(tmp_path, 'item_id;title\n"a";"5\\" pipe; blue"\n"b";"x"\n'))[1:] == [
        ["a", '5" pipe; blue'],
        ["b", "x"],
    ]
    assert cells(file(tmp_path, 'item_id, title\n"a", "Milk, fresh"\n"b", "x" \n'))[1:] == [
        ["a", "Milk, fresh"],
        ["b", "x"],
    ]


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n\n", "\r\r\n"])
def test_line_ends(tmp_path, end):
    assert cells(file(tmp_path, PLAIN.decode().replace("\n", end))) == ROWS_WRITTEN
    assert cells(file(tmp_path, "item_id,title\r\n007,Milk\r8,Bread\n")) == ROWS_WRITTEN, "mixed"


def test_a_carriage_return_inside_a_cell_needs_quotes(tmp_path):
    assert cells(file(tmp_path, 'item_id,title\na,"two\rlines"\nb,x\n'))[1] == ["a", "two\rlines"]
    assert "line 3 has 1 cell," in refused(file(tmp_path, "item_id,title\na,two\rlines\nb,x\n")).what


def test_quotes_that_hold_a_separator_are_not_read_as_text(tmp_path):
    error = refused(file(tmp_path, 'item_id,title,note\na,x,"y"z"\nb,"a,b"c\nd,e,f\n'))
    assert "has a quote that is not closed" in error.what


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("item_id,title,brand\na,b,c\nd,e\n", r"line 3 has 2 cells, the header has 3"),
        ("item_id,title,brand\na,b,c\n\nd,e,f,g\n", r"line 4 has 4 cells, the header has 3"),
        ("item_id,title,brand\na,Wooden\ntent,c\n", r"line 2 has 2 cells.*a line break stands inside a cell"),
        ("item_id,title\na,b\nc,\0d\n", r"line 3 has a zero byte"),
        ("title\nBread, 500 g\n", r"line 2 has 2 cells, the header has 1"),
    ],
)
def test_rows_that_do_not_fit_are_refused_with_their_line(tmp_path, text, what):
    with pytest.raises(LearnError, match=what):
        read(file(tmp_path, text))


@pytest.mark.parametrize(
    "text", ["u1::p1::5::978300760\nu2::p2::3::978302109\n", "p0,1.5\np1,2.5\n", "2024-01-01;p1\n2024-01-02;p2\n"]
)
def test_a_file_without_a_header_is_refused(tmp_path, text):
    error = refused(file(tmp_path, text, "ratings.dat"))
    assert "line 1 looks like data" in error.what
    assert "user_id" in error.remedy


def test_years_as_names_are_names(tmp_path):
    assert cells(file(tmp_path, "sku,2023,2024\na,1,2\n")) == [["sku", "2023", "2024"], ["a", "1", "2"]]


def test_names_lose_their_blanks_and_missing_ones_are_numbered(tmp_path):
    path = file(tmp_path, ",item_id , title\n0,a,Milk\n")
    assert cells(path) == [["Unnamed: 0", "item_id", "title"], ["0", "a", "Milk"]]
    assert len(notes(path)) == 2
    assert "'title' twice" in refused(file(tmp_path, "title, title\na,b\n")).what


def test_rows_without_anything_and_repeated_headers_are_left_out_and_counted(tmp_path):
    path = file(tmp_path, "item_id,title\na,Milk\n,\nitem_id,title\nb,Bread\n,\n")
    assert cells(path)[1:] == [["a", "Milk"], ["b", "Bread"]]
    assert [(note.text[:6], note.spoils == ROWS) for note in notes(path)] == [("2 rows", False), ("The he", True)]


def test_decimal_commas_are_read_by_the_whole_file(tmp_path):
    path = file(tmp_path, "item_id;price;tags\na;1.299,00;1,2,3\nb;6,375;4\nc;7;5\n")
    assert cells(path)[1:] == [["a", "1299.00", "1,2,3"], ["b", "6.375", "4"], ["c", "7", "5"]]
    assert "Column price of" in notes(path)[-1].text
    unsure = file(tmp_path, "item_id\tprice\na\t6,375\nb\t7,125\n")
    assert cells(unsure)[1:] == [["a", "6,375"], ["b", "7,125"]], "they may be thousands"
