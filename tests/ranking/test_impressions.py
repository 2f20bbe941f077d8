"""What an impressions table may hold, and what it is told."""

import numpy as np
import pandas as pd
import pytest

from learn.data.columns import parse_mapping
from learn.errors import LearnError
from learn.ranking.impressions import IMPRESSIONS, check_impressions, read_impressions
from learn.ranking.schema import ImpressionColumns


def test_reads_what_is_there(table, dataset, cut):
    shown = check_impressions(table, dataset, cut, "shown")
    assert len(shown) == len(table) and not any(shown.left_out.values())
    assert (np.diff(shown.times) >= 0).all()
    assert dataset.item_ids[shown.items[0]] == table[ImpressionColumns.ITEM].iloc[0]
    assert shown.values.sum() == pytest.approx(table[ImpressionColumns.VALUE].sum())
    assert shown.extras["position"].dtype == np.float32 and set(shown.extras["place"]) == {"shelf", "<b>front</b>"}


def test_the_files_order_and_the_columns_order_do_not_matter(table, dataset, cut, tmp_path):
    path = tmp_path / "shown.csv"
    table.sample(frac=1, random_state=0)[table.columns[::-1]].rename(columns={"label": "bought"}).to_csv(
        path, index=False
    )
    read = read_impressions(path, dataset, cut, ["label=bought"])
    want = check_impressions(table, dataset, cut, "shown")
    for name in ("users", "items", "times", "labels"):
        assert (getattr(read, name) == getattr(want, name)).all()
    assert read.extras["position"].tolist() == want.extras["position"].tolist()


def test_rows_that_cannot_count_are_left_out_and_counted(table, dataset, cut):
    broken = pd.concat([table, table.iloc[:2]], ignore_index=True)
    broken.loc[3, ImpressionColumns.USER] = "nobody"
    broken.loc[[4, 5], ImpressionColumns.ITEM] = "nothing"
    broken.loc[6, ImpressionColumns.TIME] = pd.Timestamp(cut) - pd.Timedelta(seconds=1)
    broken.loc[[7, 8], "position"] = [np.nan, np.inf]
    broken.loc[len(table), ImpressionColumns.LABEL] = (
        1 - broken.loc[0, ImpressionColumns.LABEL]
    )  # the same impression, told differently
    broken[ImpressionColumns.VALUE] = 1.0
    shown = check_impressions(broken, dataset, cut, "shown")
    assert shown.left_out == {
        "unknown user": 1,
        "unknown item": 2,
        "before the vectors' cut": 1,
        "a feature that is no number": 2,
        "repeated": 2,
    }
    first = (shown.times == pd.Timestamp(table[ImpressionColumns.TIME].iloc[0]).value).argmax()
    assert shown.labels[first] == 1  # of a repeated row the converted one stays
    assert len(shown) == len(table) - 6


def test_without_visits_and_values_there_are_defaults(table, dataset, cut):
    table.loc[1, [ImpressionColumns.USER, ImpressionColumns.TIME]] = table.loc[
        0, [ImpressionColumns.USER, ImpressionColumns.TIME]
    ].to_numpy()
    shown = check_impressions(table.drop(columns=ImpressionColumns.VALUE), dataset, cut, "shown")
    assert (shown.values == shown.labels).all()
    assert len(np.unique(shown.visits)) == len(shown) - 1


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        (ImpressionColumns.LABEL, 2, "row 8: label is 2, not 0 or 1"),
        (ImpressionColumns.LABEL, None, "not 0 or 1"),
        (ImpressionColumns.OTHER_TASK, -1, "other_label is -1, not 0 or 1"),
        (ImpressionColumns.TIME, "yesterday", "row 8: 'yesterday' cannot be read as a time"),
        (ImpressionColumns.TIME, None, "row 8: the time is missing"),
    ],
)
def test_a_value_that_cannot_be_is_named_with_its_row(table, dataset, cut, column, value, said):
    table = table.astype(object)
    table.loc[7, column] = value
    with pytest.raises(LearnError, match=said):
        check_impressions(table, dataset, cut, "shown")


def test_a_conversion_needs_a_value(table, dataset, cut):
    row = int(table[ImpressionColumns.LABEL].to_numpy().argmax())
    table.loc[row, ImpressionColumns.VALUE] = -3.0
    with pytest.raises(LearnError, match=rf"row {row + 1}: value is -3\.0 of a conversion"):
        check_impressions(table, dataset, cut, "shown")


@pytest.mark.parametrize("label", [0, 1])
def test_one_class_only_is_refused(table, dataset, cut, label):
    table[ImpressionColumns.LABEL] = label
    with pytest.raises(LearnError, match=f"every label is {label}"):
        check_impressions(table, dataset, cut, "shown")


def test_nothing_left_says_why(table, dataset, cut):
    with pytest.raises(LearnError, match=r"no impression is left.*1,500 before the vectors' cut"):
        check_impressions(table, dataset, int(pd.Timestamp("2030-01-01").value), "shown")


def test_a_missing_column_lists_those_there_are(table, dataset, cut, tmp_path):
    with pytest.raises(LearnError, match=r"no column 'label'.*\n?.*user_id, item_id"):
        check_impressions(table.drop(columns=ImpressionColumns.LABEL), dataset, cut, "shown")
    table.to_csv(tmp_path / "shown.csv", index=False)
    with pytest.raises(LearnError, match="there is no column 'bought' in the impressions table"):
        read_impressions(tmp_path / "shown.csv", dataset, cut, ["label=bought"])
    with pytest.raises(LearnError, match="there is no field 'price'; the fields are user_id, item_id"):
        parse_mapping(["price=cost"], (IMPRESSIONS,))
