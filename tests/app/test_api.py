"""What the API answers is what the library answers, and what it refuses it explains."""

import json

import numpy as np
import pandas as pd
import pytest

import learn
from app.api.openapi import document
from app.api.service import Service
from learn.data.schema import Items
from learn.data.where import Where
from tests import synthetic
from tests.app.api_client import ask

DATASET = synthetic.NAME


@pytest.fixture
def api(trained_workspace):
    return Service().app()


@pytest.fixture
def run(trained_workspace):
    return learn.open_run(DATASET, "learn-b", trained_workspace)


def rows(table):
    """A table as JSON holds it."""
    return json.loads(table.to_json(orient="records", double_precision=15))


@pytest.mark.parametrize("name", ["learn-a", "learn-b", "learn-c", "without-align", "popularity"])
@pytest.mark.parametrize("unseen", [True, False])
def test_a_user_gets_the_list_that_the_run_gives(api, run, name, unseen):
    run = learn.open_run(run.dataset, name, run.workspace)
    expected = run.recommend(["u07"], 5, unseen=unseen).drop(columns="user_id")
    found = ask(api, f"/recommend?run={name}&user=u07&k=5&unseen={str(unseen).lower()}")
    assert found.status == 200 and found.value["items"] == rows(expected)
    assert found.value["run"] == name and found.value["live"] is (name != "popularity")
    again = ask(api, "/recommend", "POST", {"run": name, "user": "u07", "k": 5, "unseen": unseen})
    assert again.value == found.value  # the second time in the event loop


def test_a_history_gets_the_list_that_the_run_gives(api, run):
    had = ["i14", "i40", "i03"]
    expected = rows(run.recommend_for(had, 6))
    assert ask(api, "/recommend", "POST", {"run": "learn-b", "history": had, "k": 6}).value["items"] == expected
    asked = "&".join(f"history={item}" for item in had)
    assert ask(api, f"/recommend?run=learn-b&k=6&{asked}").value["items"] == expected


def test_filters_keep_what_they_say_and_the_order(api, run):
    dataset = run.dataset
    category = str(dataset.items[Items.CATEGORY].dropna().iloc[0])
    top = category.split(Items.CATEGORY_SEPARATOR)[0]
    allowed = Where(category=top).allowed(dataset)
    position = int(dataset.find_users(["u07"])[0])
    expected = run.recommender.for_user(position, dataset.n_items, allowed=allowed)
    found = ask(api, "/recommend", "POST", {"run": "learn-b", "user": "u07", "k": 1000, "category": top.upper()})
    assert [row["item_id"] for row in found.value["items"]] == dataset.item_ids[expected.items].tolist()
    assert len(found.value["items"]) > 0 and all(row["category"].startswith(top) for row in found.value["items"])
    refused = ask(api, "/recommend?run=learn-b&user=u07&brand=none+such")
    assert refused.status == 400 and "'none such'" in refused.value["error"]


def test_neighbours_are_the_librarys(api, run):
    expected = rows(learn.neighbours(run, "i14", 7))
    assert ask(api, "/neighbours?run=learn-b&item=i14&k=7").value["items"] == expected
    assert ask(api, "/neighbours?run=popularity&item=i14").status == 400


def test_a_new_item_gets_the_librarys_audience(api, run):
    new = pd.DataFrame([{"title": "Smoked tea", "brand": "North"}])
    expected = learn.audience(run, new, k=4)
    found = ask(
        api, "/new-item", "POST", {"run": "learn-b", "title": "Smoked tea", "brand": "North", "people": 4, "k": 3}
    )
    assert found.status == 200, found.value
    assert [(one["user_id"], one["rank"]) for one in found.value["people"]] == list(
        zip(expected["user_id"], expected["rank"], strict=True)
    )
    vector = run.embed_items(new)[0]
    warm = run.split.training_counts() > 0
    beside = run.recommender.neighbours(vector, 3, warm)
    assert [one["item_id"] for one in found.value["neighbours"]] == run.dataset.item_ids[beside.items].tolist()
    assert found.value["asked"] == int((run.recommender.history.lengths > 0).sum())
    assert ask(api, "/new-item", "POST", {"run": "learn-b", "price": 2}).status == 400


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/recommend?user=nobody", 400, "no user 'nobody'"),
        ("/recommend?user=u07&run=none", 404, "no Run 'none'"),
        ("/recommend?user=u07&dataset=../etc", 404, "no dataset '../etc'"),
        ("/recommend", 400, "either user or history"),
        ("/recommend?user=u07&history=i01", 400, "either user or history"),
        ("/recommend?user=u07&k=0", 400, "k: "),
        ("/recommend?user=u07&k=1001", 400, "k: "),
        ("/recommend?user=u07&k=1&k=2", 400, "given twice"),
        ("/recommend?user=u07&colour=red", 400, "colour"),
        ("/recommend?user=u07&max_price=nan", 400, "max_price"),
        ("/recommend?history=i01&history=none", 400, "no item 'none'"),
        ("/recommend?history=i01&run=popularity", 400, "stored lists only"),
        ("/neighbours", 400, "item"),
        ("/nothing", 404, "no such route"),
        ("/new-item", 405, "GET is not answered"),
    ],
)
def test_what_cannot_be_answered_says_why_and_what_to_do(api, path, status, words):
    found = ask(api, path)
    assert found.status == status and words in found.value["error"] and found.value["what_to_do"]
    assert set(found.value) == {"error", "what_to_do"}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"[" * 100_000, b'{"user": 7}', b'{"k": 1e999, "user": "u"}']
)
def test_a_body_that_is_no_question_is_refused(api, body):
    assert ask(api, "/recommend", "POST", body).status == 400


def test_an_empty_workspace_is_said(empty_workspace, monkeypatch):
    monkeypatch.setattr("app.shared.cache.dataset_names", list)
    found = ask(Service().app(), "/recommend?user=1")
    assert found.status == 404 and "no dataset" in found.value["error"]


def test_health_says_when_the_first_question_will_be_quick(trained_workspace):
    service = Service()
    assert ask(service.app(), "/health").value == {"status": "ok", "ready": False}
    service.answers.warm_up()
    assert ask(service.app(), "/health").value == {"status": "ok", "ready": True}


def test_the_metrics_count_by_route_and_status(api):
    for path in ("/recommend?user=u07", "/recommend?user=u07", "/recommend?user=nobody"):
        ask(api, path)
    text = ask(api, "/metrics").value
    assert 'learn_api_requests_total{route="/recommend",status="200"} 2.0' in text
    assert 'learn_api_requests_total{route="/recommend",status="400"} 1.0' in text
    assert 'learn_api_seconds_count{route="/recommend"} 3.0' in text and "learn_api_heavy 0.0" in text


def test_a_changed_workspace_is_seen(damageable_workspace, monkeypatch):
    import shutil

    monkeypatch.setattr("app.api.answers.SECONDS_TRUSTED", 0.0)
    api = Service().app()
    name = ask(api, "/recommend?user=u07&run=learn-b").value["dataset"]
    shutil.rmtree(damageable_workspace.run(name, "learn-b"))
    assert ask(api, "/recommend?user=u07&run=learn-b").status == 404


class TestDescription:
    def test_it_is_served_and_names_every_route(self, api):
        found = ask(api, "/openapi.json").value
        assert found == json.loads(json.dumps(document()))
        assert sorted(found["paths"]) == [
            "/health", "/metrics", "/neighbours", "/new-item", "/openapi.json", "/recommend",
        ]  # fmt: skip
        assert {one["name"] for one in found["paths"]["/recommend"]["get"]["parameters"]} >= {"user", "history", "k"}

    def test_it_keeps_to_openapi(self):
        validator = pytest.importorskip("openapi_spec_validator", reason="of the extra `dev`")
        validator.validate(document())

    def test_answers_have_the_form_that_it_says(self, api):
        from app.api import questions

        for path, model in (("/recommend?user=u07", questions.Items), ("/neighbours?item=i14", questions.Items)):
            value = ask(api, path).value
            assert json.loads(model.model_validate(value).model_dump_json()) == value


def test_scores_of_a_list_fall(api):
    scores = [one["score"] for one in ask(api, "/recommend?run=learn-b&user=u07&k=20").value["items"]]
    assert len(scores) == 20 and np.all(np.diff(scores) <= 0)
