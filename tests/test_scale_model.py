"""The cost model: a line is found again, what it has not seen is predicted, tables go where they belong."""

from dataclasses import replace

import pytest

from benchmarks.growth import Row, draw, keep, read_rows, slope
from benchmarks.growth_tasks import TASKS
from benchmarks.scale_model import CHECKED, checks, cost_table, costs, fit, step_traffic, write


def made(name, each=2e-3, start=0.5, sizes=(100, 300, 1_000, 3_000)):
    return [Row(name, size, "things", 3 * size, start + each * 3 * size, 1_000 * size) for size in sizes]


def test_a_line_is_found_again():
    line = fit(made("x"))
    assert (line.start, line.each) == (pytest.approx(0.5), pytest.approx(2e-3))
    quicker = [replace(row, seconds=1e-4 * row.work**1.1) for row in made("x")]
    assert fit(quicker).start == 0.0 and fit(quicker).each > 0, "no task begins before it begins"


def test_the_largest_size_is_predicted_by_the_others():
    rows = {name: made(name) for name in CHECKED}
    rows["training"][-1] = replace(rows["training"][-1], seconds=2 * rows["training"][-1].seconds)
    errors = {check.row.name: check.error for check in checks(rows)}
    assert list(errors) == list(CHECKED)
    assert errors.pop("training") == pytest.approx(-0.5)
    assert all(error == pytest.approx(0.0, abs=1e-9) for error in errors.values())
    assert checks({"training": made("training")[:2]}) == []


def test_slopes():
    assert slope(made("x", start=0.0)) == pytest.approx(1.0)
    assert slope([replace(row, seconds=row.size**0.5) for row in made("x")]) == pytest.approx(0.5)


def test_costs_grow_with_what_they_are_of():
    rows = {name: made(name, start=0.0) for name in TASKS}
    small, large = ({cost.step: cost for cost in costs(rows, *size)} for size in ((10**5, 10**7), (10**6, 10**7)))
    assert small["prepare"] == large["prepare"] and small["prepare"].memory == pytest.approx(1e10)
    assert large["extraction"].core_hours == pytest.approx(10 * small["extraction"].core_hours)
    assert small["extraction"].core_hours == pytest.approx(2e-3 * 3e5 / 3600)
    assert large["HNSW index"].memory == 1e6 * (64 * 4 + 256)
    assert cost_table(rows).count("\n| ") == 3 * 6


def test_traffic_of_a_step():
    assert step_traffic(0, 8, 4, 1) == 0
    assert step_traffic(100, 8, 4, 2) == 4 * 0.5 * (3 * 8 * 4 + 200)


def test_rows_are_kept_by_name_and_size_and_drawn(tmp_path):
    for row in [*made("umap")[::-1], replace(made("umap")[0], seconds=9.0)]:
        keep(row, tmp_path / "rows.json")
    found = read_rows(tmp_path / "rows.json")
    assert (found["umap"][0].size, found["umap"][0].seconds) == (100, 9.0) and len(found["umap"]) == 4
    draw(found, tmp_path / "growth.png")
    assert (tmp_path / "growth.png").read_bytes()[:4] == b"\x89PNG"


def test_a_table_replaces_the_one_between_its_marks():
    page = "a\n<!-- costs: python -m benchmarks.scale_model -->\nold\n<!-- end of costs -->\nb\n"
    assert write(page, "costs", "| new |") == page.replace("old", "| new |")


@pytest.mark.parametrize("name", ["training", "retrieval-exact", "evaluation", "prepare"])
def test_the_work_of_a_task_is_done(name):
    assert TASKS[name].prepare(200)() > 0
