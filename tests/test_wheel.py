"""The wheel, installed where there is no clone: two tables become Runs, recommendations and an app that opens."""

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from tests import synthetic
from tests.cli.test_app_server import answers, free_port, until

ROOT = Path(__file__).resolve().parents[1]
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LEARN_"))}
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from a copy: setuptools leaves folders where it builds."""
    source, made = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("learn", "app"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir"]
    subprocess.run([*command, str(made), str(source)], check=True)
    (path,) = made.glob("learn_explorer-*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The Python of an environment that holds the wheel; what it depends on is lent by this one."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    site = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    (Path(site) / "lent.pth").write_text(sysconfig.get_path("purelib"))
    return python


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    dataset = synthetic.make_synthetic_dataset()
    dataset.items.to_csv(folder / "items.csv", index=False)
    dataset.interactions.to_csv(folder / "interactions.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def learn(installed, tables):
    """Runs a command in an empty folder; returns what it printed."""

    def run(*words):
        done = subprocess.run(
            [installed, "-m", "learn.cli", *words], cwd=tables, env=CLEAN, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{words}:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return run


def test_it_holds_the_app_and_what_its_pages_load(wheel):
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if not name.partition("/")[0].endswith(".dist-info")}
    wanted = {path.relative_to(ROOT).as_posix() for folder in ("learn", "app") for path in (ROOT / folder).rglob("*.*")}
    wanted = {name for name in wanted if "__pycache__" not in name and not name.endswith(".pyc")}
    assert held == {name for name in wanted if (ROOT / name).is_file()}
    assert "app/.streamlit/config.toml" in held and "learn/explore/atlas/panes/atlas.css" in held


def test_two_tables_become_recommendations_and_an_app_that_opens(learn, installed, tables, llm_folder):
    assert str(installed.parents[1]) in runs_in(installed, tables, "import learn; print(learn.__file__)")
    learn("prepare", "tables", "--items", "items.csv", "--interactions", "interactions.csv", "--name", "shop")
    learn("extract", "shop", "--llm", str(llm_folder), "--preset", "tiny")
    told = learn("train", "shop", "--llm", str(llm_folder), "--preset", "tiny", "--tower", "b")
    assert "learn-b" in told
    user = str(pd.read_csv(tables / "interactions.csv", dtype=str)["user_id"].iloc[0])
    assert "item_id" in learn("recommend", "shop", "--run", "learn-b", "--user", user, "-k", "3")
    assert "shop" in learn("runs")
    pages = runs_in(installed, tables, PAGES)
    assert pages.splitlines() == ["overview: LEARN Explorer", "recommendations: Recommendations"]
    assert app_answers(installed, tables)


def test_an_empty_workspace_opens_too_and_says_what_to_type(installed, tmp_path):
    """The prebuilt demo is a clone's."""
    assert runs_in(installed, tmp_path, PAGES).splitlines()[0] == "overview: Nothing to show yet"


def test_the_app_looks_as_in_a_clone(installed, tmp_path):
    config = tomllib.loads((ROOT / "app" / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert runs_in(installed, tmp_path, THEME).strip() == config["theme"]["light"]["primaryColor"]


PAGES = """
import sys
from pathlib import Path
from streamlit.testing.v1 import AppTest
import app
sys.argv = ["streamlit"]
for name in ("overview", "recommendations"):
    page = AppTest.from_file(str(Path(app.__file__).parent / "views" / f"{name}.py"), default_timeout=120).run()
    assert not page.exception, page.exception
    print(f"{name}: {page.title[0].value}")
"""
THEME = """
from pathlib import Path
import app
from streamlit import config
config._main_script_path = str(Path(app.__file__).parent / "main.py")  # as `streamlit run` sets it
print(config.get_option("theme.light.primaryColor"))
"""


def runs_in(python, folder, script):
    """What ``script`` printed when it ran in ``folder`` under the installed Python."""
    done = subprocess.run([python, "-c", script], cwd=folder, env=CLEAN, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def app_answers(python, folder):
    """Whether `learn app` comes up; it is ended again."""
    port = free_port()
    command = [python, "-m", "learn.cli", "app", "--headless", "--port", str(port)]
    server = subprocess.Popen(command, cwd=folder, env=CLEAN)
    try:
        return until(lambda: answers(port) or server.poll() is not None) and server.poll() is None
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)
