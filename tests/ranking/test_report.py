"""A comparison on disk: what was printed is what is read again."""

import numpy as np
import pytest

from learn.ranking.report import Report, read_report, tables, write_report
from learn.ranking.schema import Results
from tests.app.ranking_fixtures import make_report


@pytest.mark.parametrize("figure", [0.12344999999, 0.12345000001, 0.8889500000001, -0.00004999999, 1 / 3])
def test_a_figure_beside_a_half_reads_the_same_before_and_after_the_disk(tmp_path, figure):
    made = make_report()
    report = Report(made.rows.assign(mean=figure, gain=figure, over_raw_low=figure), made.about)
    write_report(tmp_path, report)
    again = read_report(tmp_path)
    printed = tables(report.rows, report.about)
    assert printed == tables(again.rows, again.about)
    assert (tmp_path / "ranking.md").read_text(encoding="utf-8") == printed + "\n"
    numbers = list(Results.NUMBERS)
    assert np.array_equal(again.rows[numbers], report.rows[numbers])


def test_what_is_unknown_stays_so(tmp_path):
    made = make_report()
    write_report(tmp_path, Report(made.rows.assign(gain=np.nan, gain_low=np.nan, gain_high=np.nan), made.about))
    again = read_report(tmp_path)
    assert again.rows["gain"].isna().all() and again.rows["gain"].dtype == np.float64
    assert "NaN" not in (tmp_path / "ranking.json").read_text(encoding="utf-8")
    assert "| LightGBM | fused |" in tables(again.rows, again.about)
