"""A dry run says what `load_tables` says, about the file's name alone, and leaves nothing but the two files."""

from learn.teaching.dry_run import DryRun, validation_error, validation_errors

ITEMS = "item_id,title\ni1,Milk\ni2,Bread\n"
EVENTS = "user_id,item_id\nu1,i1\nu1,i2\nu1,i1\n"


def test_good_files_are_taken(tmp_path):
    assert validation_error(DryRun(ITEMS, EVENTS), tmp_path / "new") is None
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["interactions.csv", "items.csv"]


def test_the_message_names_the_file_without_its_folder(tmp_path):
    pairs = {
        "absent": DryRun(ITEMS, None),
        "wide": DryRun("item_id,title\ni1,Milk,2\n", EVENTS),
        "split": DryRun(ITEMS, EVENTS, split="by-time"),
        "good": DryRun(ITEMS, EVENTS, mapping=("title=title",)),
    }
    table = validation_errors(pairs, tmp_path).set_index("file")
    assert table.loc["absent", "message"] == "interactions.csv does not exist."
    assert table.loc["wide", "message"].startswith("items.csv, line 2 has 3 cells")
    assert "no timestamps" in table.loc["split", "message"]
    assert table.loc["good"].tolist() == ["", ""]
    assert (table.loc[["absent", "wide", "split"], "what_to_do"] != "").all()


def test_a_file_of_an_earlier_dry_run_is_gone(tmp_path):
    assert validation_error(DryRun(ITEMS, EVENTS), tmp_path) is None
    assert validation_error(DryRun(None, EVENTS), tmp_path).what == "items.csv does not exist."
