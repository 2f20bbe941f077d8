"""The Why page: its numbers are those of learn.explore.lists.attribution, and what a link asks for in vain is named."""

import numpy as np
import pytest

from app.shared import theme
from learn.data.schema import Recommendations
from learn.data.stored import open_dataset
from learn.explore.lists import attribution, left_out, shapley, why_not, why_not_words, why_words
from learn.explore.lists.purchases import first_level, group_purchases
from learn.explore.lists.score_terms import of_the_person
from learn.runs.import_run import import_run
from learn.runs.recommender import Recommender
from learn.runs.reference_runs import make_reference_runs
from learn.runs.run import Run
from tests import synthetic
from tests.app.conftest import texts

USER = "u07"


@pytest.fixture
def parts(trained_workspace):
    dataset = open_dataset(trained_workspace, synthetic.NAME)
    history = dataset.split.history("test")[7]
    runs = [Run(path) for path in trained_workspace.run_paths(synthetic.NAME)]
    recommenders = {run.name: Recommender(run, dataset) for run in runs if run.info.kind == "learn"}
    return dataset, history, recommenders


@pytest.fixture
def stored_lists(damageable_workspace):
    """Popularity, item-kNN, and lists that somebody else made."""
    dataset = open_dataset(damageable_workspace, synthetic.NAME)
    make_reference_runs(dataset, dataset.split, damageable_workspace)
    lists = Run(damageable_workspace.run(dataset.name, "item-knn")).recommendations
    mine = lists[lists[Recommendations.CANDIDATES] == Recommendations.ALL_CANDIDATES]
    table = damageable_workspace.root / "theirs.csv"
    mine[["user_id", "item_id", "score"]].to_csv(table, index=False)
    import_run(table, dataset, dataset.split, damageable_workspace, "theirs")
    return dataset


def reasons_of(history, catalogue, recommenders):
    """Run name -> (groups, rank, attribution) of item 55, by the functions."""
    keep = np.ones(len(catalogue), bool)
    keep[history] = False
    groups = group_purchases(history, catalogue, left_out.level_for(recommenders.values(), history))
    found = {}
    for name, one in recommenders.items():
        rank = attribution.rank_breakdown(one, 7, 55, keep)
        shifts = shapley.shared_out(one, history, groups)
        coarse = group_purchases(history, catalogue, first_level(history, catalogue, attribution.FIRST))
        whole = attribution.explain(shifts, one, 55, keep, rank)
        finer = None if coarse.level is groups.level else whole
        found[name] = coarse, rank, attribution.summed(whole, coarse), finer
    return found


def test_ranks_and_reasons_are_the_functions(open_page, parts, catalogue):
    _, history, recommenders = parts
    page = open_page("why", user=USER, item="i55", by="learn-b")
    found = reasons_of(history, catalogue, recommenders)
    labels = {name: one.run.info.label for name, one in recommenders.items()}
    ranks, reasons = (frame.value for frame in page.dataframe)
    ranks = ranks.set_index("Run")
    for name, (groups, rank, one, _) in found.items():
        assert ranks.loc[labels[name], "rank"] == rank.rank and ranks.loc[labels[name], "of"] == rank.of
        expected = dict(zip(groups.names, one.points.round(3), strict=True))
        assert dict(zip(reasons["purchases"], reasons[labels[name]], strict=True)) == pytest.approx(expected, abs=2e-3)
    said = texts(page)
    rank = found["learn-b"][1]
    assert theme.plain(why_words.answer(rank, shown=rank.rank <= 10)) in said
    groups, rank, one, finer = found["learn-b"]
    whole = why_words.by_purchases(rank)
    assert theme.plain(why_words.reasons(one, whole, finer)) in said
    assert theme.plain(why_words.adding(one)) in said
    assert theme.plain(why_words.scale("(b)")) in said, "it is said what a point is"
    assert "What the words mean" in [box.label for box in page.expander]
    assert reasons["products"].sum() == sum(map(len, groups.members))
    firm = theme.plain(why_words.stability(one))
    assert any(firm in box.help for box in page.markdown if box.help) and (firm in said) is not why_words.firm(one)
    assert not page.error and not page.warning


def test_it_begins_with_the_shown_product_that_the_purchases_say_most_of(open_page, parts):
    dataset, history, recommenders = parts
    page = open_page("why", user=USER)
    keep = np.ones(len(dataset.item_ids), bool)
    keep[history] = False
    later = set(dataset.split.target("test")[7].tolist())
    shown = {int(item) for one in recommenders.values() for item in one.for_user(7, 10).items}
    points = {}
    for item in shown & later or shown:
        ranks = [attribution.rank_breakdown(one, 7, item, keep) for one in recommenders.values()]
        points[item] = max(of_the_person(one) for one in ranks if one.rank <= 10)
    best = {str(dataset.item_ids[item]) for item, value in points.items() if value == max(points.values())}
    box = page.selectbox(key="item_choice")
    title = dataset.items["title"][int(dataset.item_index.get_indexer([box.value])[0])]
    assert box.value in best and title not in box.options[0]  # another one is shown by most variants


def test_a_run_of_the_llms_own_layers_is_explained(open_page, lora_workspace, dataset, catalogue):
    page = open_page("why", user=USER, item="i55", runs=["llm-lora", "learn-a"], by="llm-lora")
    recommender = Recommender(Run(lora_workspace.run(synthetic.NAME, "llm-lora")), dataset)
    _, rank, one, finer = reasons_of(recommender.history[7], catalogue, {"llm-lora": recommender})["llm-lora"]
    assert theme.plain(why_words.answer(rank, shown=rank.rank <= 10)) in texts(page)
    assert theme.plain(why_words.reasons(one, why_words.by_purchases(rank), finer)) in texts(page)
    assert np.abs(one.points).max() > 0 and not page.error and not page.warning


def test_runs_without_vectors_say_what_can_be_said(open_page, stored_lists):
    page = open_page("why", user=USER, runs=["item-knn", "popularity", "theirs"], by="popularity")
    assert "Everybody is shown the same" in texts(page) and "No single purchase" in page.info[0].value
    assert "theirs" in texts(page) and "stored lists only" in texts(page)  # among those that do not show another item
    page = open_page("why", user=USER, runs=["item-knn", "popularity", "theirs"], by="item-knn")
    assert "bought together with theirs" in texts(page) and "Which purchases bring it" in texts(page)
    page = open_page("why", user=USER, runs=["theirs"])
    assert "stored lists only, made elsewhere" in texts(page) and not page.error
    assert "at place 1. They do not" in texts(page)


def test_why_not_is_the_function(open_page, parts, catalogue):
    _, _, recommenders = parts
    page = open_page("why", user=USER, **{"not": "i20"})
    found = {name: why_not.why_not(one, 7, 20) for name, one in recommenders.items()}
    labels = {name: one.run.info.label for name, one in recommenders.items()}
    expected = why_not_words.why_not_table(found, labels, catalogue)
    expected = expected.map(lambda cell: theme.plain(cell) if isinstance(cell, str) else cell)
    shown = page.table[0].value
    assert list(shown.columns) == list(expected.columns)
    assert set(map(str, shown.astype(object).fillna("").to_numpy().ravel())) == set(
        map(str, expected.astype(object).fillna("").to_numpy().ravel())
    )
    page = open_page("why", user=USER, wanted="number 20")
    assert page.selectbox(key="not_choice").value == "i20"
    page = open_page("why", user=USER, **{"not": "**x**"})
    assert "is not among" in page.warning[0].value


def test_without_a_link_a_recommended_item_is_explained(open_page, parts):
    dataset, history, recommenders = parts
    page = open_page("why", user=USER)
    keep = np.ones(dataset.n_items, bool)
    keep[history] = False
    firsts = {dataset.item_ids[item] for one in recommenders.values() for item in one.for_user(7, 10).items}
    assert page.selectbox(key="item_choice").value in firsts


def test_an_item_of_any_rank_can_be_asked_for(open_page, parts):
    page = open_page("why", user=USER, item=str(parts[0].item_ids[parts[1][0]]))
    assert "they had it before" in texts(page)


@pytest.mark.parametrize(
    ("query", "words"), [({"item": "**x**"}, "There is no item"), ({"user": "**y**"}, "There is no user")]
)
def test_an_unknown_item_or_user_is_named(open_page, parts, query, words):
    page = open_page("why", **({"user": USER} | query))
    assert (
        words in page.warning[0].value and "**" not in page.warning[0].value.replace("\\*", "") and not page.dataframe
    )


def test_hostile_titles_stay_text(open_page, parts):
    for item in ("i00", "i01", "i04"):
        page = open_page("why", user=USER, item=item)
        said = texts(page)
        assert "<script>" not in said.replace("\\<script\\>", "") and ":red[" not in said.replace("\\:red\\[", "")


def test_single_products_are_in_the_link(open_page, parts):
    page = open_page("why", user=USER, item="i55", runs=["learn-a"], grouped="item")
    shown = page.dataframe[1].value["purchases"]
    assert len(shown) == len(np.unique(parts[1]))


def test_the_other_variants_are_beside_it_when_asked_for(open_page, parts):
    page = open_page("why", user=USER, item="i55", others="true")
    assert page.toggle(key="others_choice").value is True
    page = open_page("why", user=USER, item="i55", runs=["learn-a"])
    assert not [one for one in page.toggle if one.key == "others_choice"], "there is none"


def test_purchases_that_cannot_be_grouped_as_asked_are_named(open_page, parts):
    said = "\n".join(box.value for box in open_page("why", user=USER, grouped="[a](javascript:b)").warning)
    assert "**grouped=" in said and "shown" in said


def test_an_empty_workspace_says_which_command_to_run(empty_workspace, open_page):
    assert open_page("why").code[0].value == "learn demo"


@pytest.mark.parametrize("user", [USER, "nobody"])
def test_a_toggle_that_is_not_there_is_named_too(open_page, user):
    page = open_page("why", user=user, others="")
    said = "\n".join(box.value for box in page.warning)
    assert "**others** has no value: “Show all variants” is off" in said
