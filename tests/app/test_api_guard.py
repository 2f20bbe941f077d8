"""Who may ask the API, and how much: what is refused before a question is looked at."""

import asyncio
import gc
import threading

import pytest
from streamlit import config

from app.api import guard, service
from app.api.guard import MOST_BYTES, TOKEN
from app.api.service import MOST_HEAVY, MOST_WAITING, Service
from tests.app.api_client import ask


@pytest.fixture
def api(trained_workspace, monkeypatch):
    monkeypatch.delenv(TOKEN, raising=False)
    return Service().app()


@pytest.fixture
def own_names():
    before = config.get_option("server.allowedHosts")
    config.set_option("server.allowedHosts", ["localhost", "127.0.0.1", "::1"])
    yield
    config.set_option("server.allowedHosts", before)


@pytest.mark.parametrize("path", ["/health", "/recommend?user=u07", "/metrics", "/openapi.json", "/nothing"])
def test_only_its_own_names_are_answered(api, own_names, path):
    for host in ("evil.example", "localhost.evil.example", ""):
        assert ask(api, path, headers={"host": host}).status == 403
    assert ask(api, path, headers={"host": "127.0.0.1:8501"}).status in (200, 404)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_pages_of_other_sites_are_not_answered(api, headers):
    for path, method, body in (("/recommend?user=u07", "GET", None), ("/recommend", "POST", {"user": "u07"})):
        found = ask(api, path, method, body, headers)
        assert found.status == 403 and b"access-control-allow-origin" not in found.headers


def test_a_page_of_its_own_is_answered(api):
    headers = {"origin": "http://localhost:8501", "sec-fetch-site": "same-origin"}
    assert ask(api, "/recommend?user=u07", headers=headers).status == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_what_a_form_of_any_site_can_send_is_refused(api, kind):
    assert ask(api, "/recommend", "POST", {"user": "u07"}, {"content-type": kind}).status == 415


def test_a_large_body_is_refused_while_it_is_read(api):
    part = b"x" * (MOST_BYTES // 4)
    taken = [part] * 1000
    found = ask(api, "/recommend", "POST", b"", {"content-length": "10"}, parts=taken)
    assert found.status == 413 and f"{MOST_BYTES:,}" in found.value["error"]
    assert ask(api, "/recommend", "POST", {}, {"content-length": str(10**12)}).status == 413


def test_a_body_that_does_not_come_is_given_up(api, monkeypatch):
    monkeypatch.setattr(service, "SECONDS_FOR_A_BODY", 0.05)
    assert ask(api, "/recommend", "POST", b"", parts=[b"{", b"}"], wait=60).status == 408


def test_a_token_that_is_set_is_asked_for_everywhere_but_of_health(api, monkeypatch):
    monkeypatch.setenv(TOKEN, "open sesame")
    for path in ("/recommend?user=u07", "/neighbours?item=i14", "/metrics", "/openapi.json"):
        for given in ({}, {"authorization": "Bearer open"}, {"authorization": "open sesame"}):
            found = ask(api, path, headers=given)
            assert found.status == 401 and found.headers[b"www-authenticate"] == b"Bearer"
        assert ask(api, path, headers={"authorization": "Bearer open sesame"}).status == 200
    assert ask(api, "/health").status == 200


def test_where_pages_ask_for_a_login_the_api_asks_for_a_token(api, monkeypatch):
    monkeypatch.setattr(guard.network, "has_login", lambda: True)
    found = ask(api, "/recommend?user=u07")
    assert found.status == 401 and TOKEN in found.value["what_to_do"]
    monkeypatch.setenv(TOKEN, "word")
    assert ask(api, "/recommend?user=u07", headers={"authorization": "Bearer word"}).status == 200


def test_more_heavy_questions_than_may_wait_are_told_to_come_again(trained_workspace, monkeypatch):
    one = Service()
    one._under_way = MOST_HEAVY
    found = ask(one.app(), "/new-item", "POST", {"title": "Tea"})
    assert found.status == 503 and found.headers[b"retry-after"] == b"5"
    assert ask(one.app(), "/recommend?user=u07").status == 200  # what is not heavy is answered meanwhile
    one._under_way = 0
    assert ask(one.app(), "/recommend?history=i14").status == 200 and one._under_way == 0


def test_more_questions_than_may_wait_for_a_thread_are_told_to_come_again(trained_workspace):
    one = Service()
    one._in_threads = MOST_WAITING
    found = ask(one.app(), "/neighbours?item=i14")
    assert found.status == 503 and found.headers[b"retry-after"] == b"5"
    one._in_threads = MOST_WAITING - 1
    assert ask(one.app(), "/neighbours?item=i14").status == 200
    assert ask(one.app(), "/neighbours?item=none").status == 400 and one._in_threads == MOST_WAITING - 1


def test_what_is_in_memory_after_the_start_is_not_collected_again(trained_workspace):
    async def start():
        async with Service().lifespan(None):
            for thread in threading.enumerate():
                if thread.name == "api-warm-up":
                    await asyncio.to_thread(thread.join, 60)

    gc.unfreeze()
    asyncio.run(start())
    try:
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()


def test_heavy_questions_go_through_the_pages_queue(trained_workspace, monkeypatch):
    turns = []

    class Queue:
        def turn(self):
            from contextlib import nullcontext

            turns.append("turn")
            return nullcontext()

    monkeypatch.setattr(service, "the_queue", Queue)
    api = Service().app()
    assert ask(api, "/recommend?history=i14").status == 200
    assert ask(api, "/recommend?user=u07").status == 200
    assert turns == ["turn"]


def test_what_fails_inside_is_not_told(api, monkeypatch):
    def fail(*_):
        raise RuntimeError("/home/ada/secret.py, line 7")

    monkeypatch.setattr("app.api.answers.suggest_to_user", fail)
    found = ask(api, "/recommend?user=u07")
    assert found.status == 500 and "secret" not in str(found.value)


def test_no_word_of_a_caller_becomes_a_counter(api):
    ask(api, "/no-such-route-7f3a")
    ask(api, "/recommend?user=someone-7f3a")
    assert "7f3a" not in ask(api, "/metrics").value


def test_a_mistake_has_a_bounded_length(api):
    found = ask(api, "/recommend?" + "a" * 100_000 + "=1&user=u07")
    assert found.status == 400 and len(str(found.value)) < 1000
