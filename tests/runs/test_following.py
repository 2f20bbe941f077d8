"""A dataset that changes: what its Runs show afterwards, what stays as it was, and what an interruption leaves."""

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import learn
from learn.cex.prompt import item_prompts
from learn.cex.store import stored_content
from learn.cli.commands import app
from learn.data.changes import add_events, add_items
from learn.data.schema import Items, Recommendations
from learn.data.split import Phase
from learn.data.stored import open_dataset
from learn.errors import LearnError
from learn.explore.catalogue import Filters, read_catalogue
from learn.pipeline import draw_maps
from learn.runs import following as following_module
from learn.runs.following import store_change
from learn.runs.stored import find_runs, open_run
from learn.runs.vectors import run_vectors
from tests import synthetic, trained

NAME = synthetic.NAME
VARIANTS = ("learn-a", "learn-b", "learn-c", "without-align", "popularity")
NEW = pd.DataFrame(
    {"item_id": ["new-1", "new-2"], "title": ["Gouda, mature", "Rye bread"], "category": ["Cheese", "Bread"]}
)


@pytest.fixture
def place(trained_once, tmp_path):
    return trained.copy_of(trained_once, tmp_path / "workspace")


def command(place, *words, expect=0):
    result = CliRunner().invoke(app, [str(word) for word in (*words, "--workspace", place.root)])
    if isinstance(result.exception, LearnError):
        assert expect == 2, str(result.exception)
        return str(result.exception)
    assert result.exit_code == expect, result.output + repr(result.exception)
    return result.output


def runs_of(place):
    return {run.name: run for run in find_runs(place, open_dataset(place, NAME)).usable}


def write(tmp_path, table, name="table.csv"):
    table.to_csv(tmp_path / name, index=False)
    return tmp_path / name


def newer_events(dataset, tmp_path, users):
    last = dataset.interactions["timestamp"].max()
    rows = [
        (user, item, last + pd.Timedelta(days=1 + n)) for user, items in users.items() for n, item in enumerate(items)
    ]
    return write(tmp_path, pd.DataFrame(rows, columns=["user_id", "item_id", "timestamp"]), "events.csv")


def test_new_items_enter_vectors_and_lists_by_their_text(place, tmp_path):
    before = open_dataset(place, NAME)
    old = {
        name: (run, *(run_vectors(run, before) if name != "popularity" else ())) for name, run in runs_of(place).items()
    }
    said = command(place, "items", "add", NAME, write(tmp_path, NEW))
    assert "2 items added, 0 that were there corrected" in said and "Note" not in said
    dataset, runs = open_dataset(place, NAME), runs_of(place)
    assert dataset.item_ids[-2:].tolist() == ["new-1", "new-2"] and dataset.trained_on == (before.fingerprint,)
    assert set(runs) == set(VARIANTS) and dataset.split.info == before.split.info
    for name in VARIANTS[:4]:
        users, items = run_vectors(runs[name], dataset)
        np.testing.assert_array_equal(items[:-2], old[name][2])
        np.testing.assert_array_equal(users, old[name][1])
        assert runs[name].info == old[name][0].info and (runs[name].metrics.equals(old[name][0].metrics))
        key = str(runs[name].info.content_key)
        new = stored_content(place, dataset, key)[-2:]
        width = len(runs[name].recommender.embed_new_items(new)[0])
        np.testing.assert_allclose(items[-2:, :width], runs[name].recommender.embed_new_items(new), atol=1e-5)
    run = runs["learn-b"]
    whole = run.recommend([dataset.user_ids[0]], k=dataset.n_items)
    assert {"new-1", "new-2"} <= set(whole[Items.ID])
    listed = run.recommendations[Recommendations.ITEM].astype(str)
    assert {"new-1", "new-2"} <= set(listed)
    stored = run.recommender._lists.of(0, 10, True)
    np.testing.assert_array_equal(stored.items, run.recommender.for_user(0, 10).items)
    assert "new-1" in learn.neighbours(run, "new-2", k=dataset.n_items)[Items.ID].tolist()


def test_only_new_texts_are_read(place, tmp_path, monkeypatch):
    read = []
    real = following_module.embed_texts
    monkeypatch.setattr(following_module, "embed_texts", lambda texts, *rest: read.extend(texts) or real(texts, *rest))
    command(place, "items", "add", NAME, write(tmp_path, NEW))
    assert read == item_prompts(open_dataset(place, NAME).items)[-2:]  # once, though four Runs read them


def test_what_is_out_of_stock_is_never_shown_and_still_read(place):
    before = open_dataset(place, NAME)
    run = runs_of(place)["learn-b"]
    user = before.user_ids[3]
    gone = run.recommend([user], k=3)[Items.ID].tolist()
    had = before.item_ids[run.recommender.history[3][-1]]
    assert "4 items are out of stock" in command(place, "items", "remove", NAME, *gone, had)
    dataset, runs = open_dataset(place, NAME), runs_of(place)
    out = {*gone, had}
    for name, one in runs.items():
        for unseen in (True, False):
            assert not out & set(one.recommend([user], k=55, unseen=unseen)[Items.ID]), name
        listed = one.recommendations
        assert not out & set(listed[Recommendations.ITEM]), name
        assert listed[Recommendations.USER].nunique() > 30, name
    b = runs["learn-b"]
    np.testing.assert_array_equal(b.recommender.users, run.recommender.users)  # the history is read as it was
    assert not out & set(b.recommend_for([had, gone[0]], k=50)[Items.ID])
    assert not out & set(learn.neighbours(b, dataset.item_ids[9], k=60)[Items.ID])
    assert len(learn.neighbours(b, had, k=5)) == 5
    assert not Filters().mask(read_catalogue(dataset))[dataset.item_index.get_indexer(list(out))].any()
    shown = draw_maps(place, dataset, list(runs.values()), method="pca")["learn-b"].items
    assert not out & set(dataset.item_ids[shown])
    back = {**dict.fromkeys(Items.ALL), Items.ID: gone[0], Items.TITLE: dataset.items[Items.TITLE][10]}
    store_change(place, dataset, add_items(dataset, write(place.root, pd.DataFrame([back]))).dataset)
    assert open_dataset(place, NAME).available[dataset.item_index.get_loc(gone[0])]


def test_newer_events_move_their_users_only(place, tmp_path):
    before, old = open_dataset(place, NAME), runs_of(place)["learn-b"]
    old_users, old_metrics = old.recommender.users.copy(), old.metrics
    path = newer_events(before, tmp_path, {"u01": ["i07", "i08"], "stranger": ["i01", "i02", "i03"]})
    said = command(place, "update", NAME, "--interactions", path)
    assert "5 events of 2 users added, 1 of them new" in said
    dataset, run = open_dataset(place, NAME), runs_of(place)["learn-b"]
    assert dataset.user_ids[-1] == "stranger" and dataset.user_ids[:-1].tolist() == before.user_ids.tolist()
    moved = int(before.user_index.get_loc("u01"))
    same = np.arange(len(old_users)) != moved
    np.testing.assert_array_equal(run.recommender.users[:-1][same], old_users[same])
    whole = [*before.sequences[moved].tolist(), 7, 8]
    assert run.recommender.history[moved].tolist() == whole
    np.testing.assert_allclose(run.recommender.users[moved], run.recommender.embed_history(whole), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(
        run.recommender.users[-1], run.recommender.embed_history([1, 2, 3]), rtol=1e-5, atol=1e-5
    )
    assert not {"i07", "i08"} & set(run.recommend(["u01"], k=40)[Items.ID])
    assert len(run.recommend(["stranger"], k=5)) == 5
    # What is trained and evaluated on stays.
    for phase in Phase:
        for part in ("history", "target"):
            was, now = getattr(before.split, part)(phase), getattr(dataset.split, part)(phase)
            np.testing.assert_array_equal(now.items, was.items)
            np.testing.assert_array_equal(now.lengths[:-1], was.lengths)
    assert run.metrics.equals(old_metrics)
    counted = learn.popularity(dataset, tmp_path / "other").metrics
    np.testing.assert_array_equal(counted["n_users"].max(), old_metrics["n_users"].max())
    # The target of whoever has newer events lies in the past: no page shows it as what came later.
    assert not len(dataset.split.now.target(Phase.TEST)[moved])
    assert "has no event that" in command(place, "update", NAME, "--interactions", path, expect=2)


def test_older_events_and_unknown_items_are_counted(place, tmp_path):
    dataset = open_dataset(place, NAME)
    last = dataset.interactions["timestamp"].max()
    rows = [
        ("u01", "i07", last + pd.Timedelta(days=1)),
        ("u01", "i08", last - pd.Timedelta(days=400)),
        ("u02", "x", last),
    ]
    change = add_events(dataset, write(tmp_path, pd.DataFrame(rows, columns=["user_id", "item_id", "timestamp"])))
    assert change.dataset.newer.sum() == 1
    assert any("1 rows were passed over" in note for note in change.notes)
    assert any("1 events are older than their user's last one" in note for note in change.notes)


def test_changes_follow_each_other_and_runs_stay_valid(place, tmp_path):
    command(place, "items", "add", NAME, write(tmp_path, NEW))
    command(place, "items", "remove", NAME, "new-1", "i05")
    dataset = open_dataset(place, NAME)
    command(place, "update", NAME, "--interactions", newer_events(dataset, tmp_path, {"u03": ["new-2", "i09"]}))
    command(place, "update", NAME)
    dataset, runs = open_dataset(place, NAME), runs_of(place)
    assert set(runs) == set(VARIANTS) and len(dataset.trained_on) == 3
    table = runs["learn-c"].recommend(["u03"], k=50)
    assert not {"new-1", "new-2", "i05", "i09"} & set(table[Items.ID])
    assert "learn-b" in command(place, "evaluate", NAME, "--run", "learn-b")


def test_a_run_that_does_not_follow_is_refused_until_it_does(place, tmp_path):
    command(place, "items", "add", NAME, write(tmp_path, NEW))
    (place.dataset(NAME) / "following" / "learn-b" / "following.json").unlink()
    with pytest.raises(LearnError, match="does not follow the last change") as caught:
        open_run(place, open_dataset(place, NAME), "learn-b")
    assert f"learn update {NAME}" in caught.value.remedy
    command(place, "update", NAME)
    run = open_run(place, open_dataset(place, NAME), "learn-b")
    rows = np.arange(run.dataset.n_items)
    np.testing.assert_allclose(run.recommender.items, run.recommender.embed_catalogue(rows), atol=1e-5)


def test_interrupted_everything_is_as_before(place, tmp_path, monkeypatch):
    before, lists = open_dataset(place, NAME), runs_of(place)["learn-b"].recommendations
    calls = []

    def dies(run, *rest):
        calls.append(run.name)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(run, *rest)

    real = following_module._follow
    monkeypatch.setattr(following_module, "_follow", dies)
    with pytest.raises(KeyboardInterrupt):
        store_change(place, before, add_items(before, write(tmp_path, NEW)).dataset)
    after = open_dataset(place, NAME)
    assert after.fingerprint == before.fingerprint and not after.trained_on
    assert not list(place.datasets.glob(".partial-*"))
    assert runs_of(place)["learn-b"].recommendations.equals(lists)


def test_an_earlier_state_does_not_replace_what_has_changed(place, tmp_path):
    earlier = open_dataset(place, NAME)
    command(place, "items", "add", NAME, write(tmp_path, NEW))
    with pytest.raises(LearnError, match="this is an earlier state"):
        learn.popularity(earlier, place)
    assert open_dataset(place, NAME).n_items == earlier.n_items + 2


def test_prepared_anew_under_the_name_the_runs_are_refused(place, tmp_path):
    command(place, "items", "add", NAME, write(tmp_path, NEW))
    dataset = open_dataset(place, NAME)
    learn.Dataset(NAME, dataset.items, dataset.interactions, cut=dataset.split).save(place.dataset(NAME))
    assert not runs_of(place)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("items", "remove", NAME, "nothing"), "has no item 'nothing'"),
        (("items", "remove", NAME, *[f"i{n:02d}" for n in range(60)]), "No item of synthetic would be left"),
        (("items", "add", NAME, "absent.csv"), "absent.csv does not exist"),
        (("update", NAME), "has not changed since it was prepared"),
    ],
)
def test_mistakes_are_said_and_change_nothing(place, words, said):
    before = open_dataset(place, NAME).fingerprint
    assert said in command(place, *words, expect=2)
    assert open_dataset(place, NAME).fingerprint == before


def test_a_changed_text_is_read_anew_for_whoever_has_it(place, tmp_path):
    before, old = open_dataset(place, NAME), runs_of(place)["learn-b"]
    change = add_items(before, write(tmp_path, pd.DataFrame({"item_id": ["i20"], "title": ["Something else"]})))
    assert change.notes[0] == "0 items added, 1 that were there corrected."
    store_change(place, before, change.dataset)
    run = runs_of(place)["learn-b"]
    differs = np.flatnonzero((run.recommender.items != old.recommender.items).any(axis=1))
    assert differs.tolist() == [20]
    owners = np.unique(before.split.history(Phase.TEST).users[before.split.history(Phase.TEST).items == 20])
    moved = np.flatnonzero((run.recommender.users != old.recommender.users).any(axis=1))
    assert moved.tolist() == owners.tolist()


def test_a_column_says_what_is_in_stock():
    from learn.data.availability import in_stock

    items = pd.DataFrame({"item_id": list("abcdefg"), "available": ["yes", "No", "0", "3", None, "out of stock", True]})
    assert in_stock(items).tolist() == [True, False, False, True, True, False, True]
    with pytest.warns(UserWarning, match="item 'a' has '2019-01-01'"):
        assert in_stock(items.assign(available="2019-01-01")).all()
