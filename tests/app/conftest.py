"""Pages under AppTest, on a synthetic workspace of their own."""

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests import synthetic, trained

PAGES = Path(__file__).resolve().parents[2] / "app" / "views"


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """A fresh synthetic workspace that the app opens; the prebuilt demo is out of the way."""
    place = synthetic.make_synthetic_workspace(tmp_path / "workspace")
    _use(place.root, tmp_path, monkeypatch)
    return place


@pytest.fixture(scope="session")
def pages_trained_once(trained_once, tmp_path_factory):
    return trained.copy_of(trained_once, tmp_path_factory.mktemp("pages") / "trained")


@pytest.fixture
def trained_workspace(pages_trained_once, tmp_path, monkeypatch):
    """Trained Runs that answer for new people and items; the workspace is shared, so tests only read it."""
    _use(pages_trained_once.root, tmp_path, monkeypatch)
    return pages_trained_once


@pytest.fixture
def damageable_workspace(trained_once, tmp_path, monkeypatch):
    """A copy of the trained one that a test may break; its Runs name the LLM of the original."""
    copied = trained.copy_of(trained_once, tmp_path / "copy")
    _use(copied.root, tmp_path, monkeypatch)
    return copied


@pytest.fixture(scope="session")
def trained_with_lora(trained_once, tmp_path_factory):
    """A copy of the trained workspace with one more Run, llm-lora, whose PAL is the LLM's own layers."""
    place = trained.copy_of(trained_once, tmp_path_factory.mktemp("lora") / "workspace")
    trained.train_lora(place)
    return place


@pytest.fixture
def lora_workspace(trained_with_lora, tmp_path, monkeypatch):
    """`trained_with_lora` as the app opens it; tests only read it."""
    _use(trained_with_lora.root, tmp_path, monkeypatch)
    return trained_with_lora


@pytest.fixture
def empty_workspace(tmp_path, monkeypatch):
    _use(tmp_path / "nothing", tmp_path, monkeypatch)
    return tmp_path / "nothing"


def _use(root, tmp_path, monkeypatch):
    monkeypatch.setenv("LEARN_WORKSPACE", str(root))
    monkeypatch.setattr("sys.argv", ["streamlit"])
    monkeypatch.setattr("learn.workspace.PREBUILT", tmp_path / "no-demo")
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def mounted(monkeypatch):
    """What the lists component was given, one entry a run of the page."""
    from app.components import lists

    calls = []
    monkeypatch.setattr(lists, "_mount", lambda **arguments: calls.append(arguments["data"]))
    return calls


@pytest.fixture
def mounted_by_key(monkeypatch):
    """Key of a component with lists -> what it was given last, with its callbacks."""
    from app.components import bench_lists, lists

    calls = {}
    for component in (lists, bench_lists):
        monkeypatch.setattr(component, "_mount", lambda **arguments: calls.update({arguments["key"]: arguments}))
    return calls


@pytest.fixture
def benches(monkeypatch):
    """What the bench was given, one entry a run of the page."""
    from app.components import bench_lists

    calls = []
    monkeypatch.setattr(bench_lists, "_mount", lambda **arguments: calls.append(arguments["data"]))
    return calls


@pytest.fixture
def open_page():
    """open_page(name, **query) -> the page after its first run, which must not have raised."""

    def opened(name, **query):
        page = AppTest.from_file(str(PAGES / f"{name}.py"), default_timeout=300)  # a bound on hanging, not on speed
        page.query_params.update(query)
        page.run()
        assert not page.exception, page.exception
        return page

    return opened


def texts(page):
    """Everything that the page says in words."""
    elements = [*page.title, *page.header, *page.subheader, *page.markdown, *page.caption, *page.code]
    elements += [*page.info, *page.warning, *page.error]
    return "\n".join(str(element.value) for element in elements)
