"""Ray Data as an engine: the same store as without it, whoever is killed; where it is missing it says what to install.

Most of it needs Ray, which the main job does not install:
    pip install --target FOLDER --no-deps "ray[data]==2.60.*" msgpack
    PYTHONPATH=$PWD:FOLDER python -m pytest -n 0 tests/cex/test_ray_engine.py
"""

import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import learn.cex.extractor as extractor
from learn.cex.engines import opened_engine
from learn.cex.extractor import content_embeddings
from learn.cex.prompt import item_prompts
from learn.cex.ray_engine import RayEngine, pool_for
from learn.cex.ray_worker import BATCH, BatchReader
from learn.cex.store import ContentStore, text_hash
from learn.cli.commands import app
from learn.config import CEXConfig
from learn.errors import LearnError
from learn.progress import make_progress
from learn.tensor_files import load_tensors
from learn.workspace import Workspace
from tests.cex.conftest import make_dataset
from tests.synthetic import make_synthetic_dataset

needs_ray = pytest.mark.skipif(not importlib.util.find_spec("ray"), reason='needs pip install "learn-explorer[scale]"')
SILENT = make_progress(silent=True)
TITLES = [f"soap {row % 9} {row} {'x' * (row % 40)}" for row in range(120)]
NOTES = "LEARN_TEST_NOTES"
"""A folder in which slow workers say which batch they begin."""


class SlowReader(BatchReader):
    def __call__(self, block):
        (number,) = block[BATCH].to_pylist()
        with (Path(os.environ[NOTES]) / "begun").open("a") as file:
            file.write(f"{os.getpid()} {number}\n")
        time.sleep(0.2)
        return super().__call__(block)


class SlowEngine(RayEngine):
    reader = SlowReader


class OtherWeights(BatchReader):
    def __init__(self, cex, identity, models, threads):
        super().__init__(cex, "sha256:other", models, threads)


class Dying(BatchReader):
    def __call__(self, block):
        os._exit(9)


class KillsOne:
    """A progress after whose third update the worker that began a batch last is killed."""

    def __init__(self, notes):
        self.notes, self.updates, self.killed = notes, 0, None

    def task(self, *_, **__):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def update(self, *_, **__):
        self.updates += 1
        if self.updates == 3:
            time.sleep(0.05)
            self.killed = int(begun(self.notes)[-1][0])
            os.kill(self.killed, signal.SIGKILL)


def begun(notes):
    return [tuple(line.split()) for line in (notes / "begun").read_text().splitlines()]


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "workspace")


@pytest.fixture(scope="module")
def small(llm_folder):
    """Batches of some four texts."""
    return CEXConfig(llm=str(llm_folder), dtype="float32", token_budget=512)


@pytest.fixture(scope="module")
def alone(small, tmp_path_factory):
    """What this process reads: prompt's hash -> bytes of its vector."""
    where = Workspace(tmp_path_factory.mktemp("alone"))
    return stored(where, content_embeddings(make_dataset(TITLES), small, where, SILENT).key)


@pytest.fixture(scope="module")
def notes(tmp_path_factory):
    return tmp_path_factory.mktemp("notes")


@pytest.fixture(scope="module")
def cluster(notes):
    """Ray on this machine, for all tests of the file: it takes seconds to start."""
    import ray

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(NOTES, str(notes))
        patch.setenv("RAY_worker_niceness", "0")  # as eager as whatever else runs: otherwise they wait for minutes
        engine = RayEngine(notes)
        engine.start()
        yield ray
        engine.close()
        assert not ray.is_initialized()


def stored(workspace, key):
    """Prompt's hash -> bytes of its vector; a text that is there twice fails."""
    (shard,) = ContentStore(workspace.content("shop") / key).shards()
    tensors, _ = load_tensors(shard)
    names = [row.tobytes() for row in tensors["hashes"]]
    assert len(set(names)) == len(names)
    return {name: vector.tobytes() for name, vector in zip(names, tensors["vectors"], strict=True)}


def test_without_the_extra_it_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "ray", None)
    with (
        pytest.raises(LearnError, match=r"(?s)engine ray needs ray.*not installed.*learn-explorer\[scale\]"),
        opened_engine("ray", tmp_path),
    ):
        pass


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("spark",), "no engine 'spark'.*\n.*local, ray"),
        (("local", "auto"), "--address is for Ray.*\n.*--engine ray"),
        (("local", None, 2), "--workers is for Ray.*\n.*--engine ray"),
    ],
)
def test_what_does_not_fit_together_is_said(tmp_path, given, said):
    name, *more = given
    with pytest.raises(LearnError, match=said), opened_engine(name, tmp_path, *more):
        pass


def test_the_command_gives_its_options_on(workspace):
    make_synthetic_dataset().save(workspace.dataset("synthetic"))
    words = ["extract", "synthetic", "--workspace", str(workspace.root), "--workers", "2"]
    assert "--workers is for Ray" in str(CliRunner().invoke(app, words).exception)
    assert "no engine 'spark'" in str(CliRunner().invoke(app, [*words, "--engine", "spark"]).exception)


def test_reading_here_imports_none_of_it(llm_folder, tmp_path):
    code = (
        "import sys; from learn.cex.engines import opened_engine; from learn.cex.extractor import content_embeddings\n"
        "from learn.config import CEXConfig; from learn.workspace import Workspace\n"
        "from tests.cex.conftest import make_dataset; from pathlib import Path; import learn.cli.training\n"
        f"cex, where = CEXConfig(llm={str(llm_folder)!r}, dtype='float32'), Workspace(Path({str(tmp_path)!r}))\n"
        "with opened_engine('local', where.models) as engine:\n"
        "    n_read = content_embeddings(make_dataset(['tea']), cex, where, engine=engine).n_read\n"
        "print(n_read, [name for name in sys.modules if name.split('.')[0] in ('ray', 'msgpack')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "[]"]


def test_cores_and_cards_are_shared_among_the_workers():
    def found(resources, workers=None):
        pool = pool_for(resources, workers)
        return pool.workers, pool.threads, pool.num_cpus, pool.num_gpus

    assert found({"CPU": 2.0}) == (2, 1, 0.5, 0)  # half of each core is left to feed them
    assert found({"CPU": 2.0}, 1) == (1, 2, 1, 0)
    assert found({"CPU": 64.0}, 4) == (4, 16, 15, 0)
    assert found({"CPU": 2.0}, 4) == (4, 1, 0.5, 0)
    assert found({"CPU": 16.0, "GPU": 2.0}) == (2, 8, 7, 1)
    for resources, workers in (({"CPU": 2.0}, 5), ({"CPU": 2.0}, 0), ({"CPU": 16.0, "GPU": 2.0}, 3)):
        with pytest.raises(LearnError, match=f"--workers {workers}: .*room for 1 to"):
            pool_for(resources, workers)


@needs_ray
def test_it_reads_the_same_vectors_into_the_same_store_and_once(cluster, small, alone, workspace, monkeypatch):
    dataset = make_dataset([*TITLES, TITLES[0]])
    with opened_engine("ray", workspace.models, workers=2) as engine:
        content = content_embeddings(dataset, small, workspace, SILENT, engine)
        assert content.n_read == len(TITLES) and stored(workspace, content.key) == alone  # to the last bit
        monkeypatch.setattr(extractor, "load_llm", lambda *_: pytest.fail("the LLM was loaded"))
        again = content_embeddings(dataset, small, workspace, SILENT, engine)
    assert again.n_read == 0 and (again.vectors == content.vectors).all()
    assert cluster.is_initialized()  # it was there before


@needs_ray
def test_bfloat16_is_read_alike(cluster, small, workspace, tmp_path):
    coarse = small.model_copy(update={"dtype": "bfloat16"})
    here = content_embeddings(make_dataset(TITLES), coarse, Workspace(tmp_path / "here"), SILENT)
    there = content_embeddings(make_dataset(TITLES), coarse, workspace, SILENT, RayEngine(workspace.models, workers=2))
    assert there.key == here.key
    np.testing.assert_allclose(there.vectors, here.vectors, rtol=2**-7, atol=2**-7)


@needs_ray
def test_a_killed_worker_costs_one_batch(cluster, small, alone, workspace, notes):
    (notes / "begun").unlink(missing_ok=True)
    progress = KillsOne(notes)
    content = content_embeddings(
        make_dataset(TITLES), small, workspace, progress, SlowEngine(workspace.models, workers=2)
    )
    assert stored(workspace, content.key) == alone
    tried = Counter(number for _, number in begun(notes))
    assert progress.killed and len(tried) == progress.updates > 10  # every batch was told once
    assert sum(tried.values()) == len(tried) + 1


DRIVER = """
import sys
from pathlib import Path
import learn.cex.extractor as extractor
from learn.config import CEXConfig
from learn.workspace import Workspace
from tests.cex.conftest import make_dataset
from tests.cex.test_ray_engine import SILENT, TITLES, SlowEngine

extractor.SECONDS_PER_SHARD = 0.0
where = Workspace(Path(sys.argv[2]))
append = extractor.ContentStore.append
def told(*given):
    append(*given)
    print("written", flush=True)
extractor.ContentStore.append = told
cex = CEXConfig(llm=sys.argv[1], dtype="float32", token_budget=512)
extractor.content_embeddings(make_dataset(TITLES), cex, where, SILENT, SlowEngine(where.models, workers=2))
"""


@needs_ray
def test_a_killed_driver_loses_nothing_that_was_written(cluster, small, alone, workspace, monkeypatch):
    words = [sys.executable, "-c", DRIVER, small.llm, str(workspace.root)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as driver:
        for _ in range(4):
            assert driver.stdout.readline().strip() == "written"
        os.kill(driver.pid, signal.SIGKILL)
    (folder,) = (path for path in workspace.content("shop").iterdir() if path.is_dir())
    before = {name for shard in ContentStore(folder).shards() for name in map(bytes, load_tensors(shard)[0]["hashes"])}
    assert 4 <= len(before) < len(TITLES)
    content = content_embeddings(make_dataset(TITLES), small, workspace, SILENT, RayEngine(workspace.models, workers=2))
    assert content.n_read == len(TITLES) - len(before)
    assert stored(workspace, content.key) == alone
    assert set(alone) == {text_hash(prompt) for prompt in item_prompts(make_dataset(TITLES).items)}


@needs_ray
def test_what_a_worker_cannot_do_is_said(cluster, small, workspace):
    engine = RayEngine(workspace.models, workers=1)
    engine.reader = OtherWeights
    with pytest.raises(LearnError, match="A worker has other weights"):
        content_embeddings(make_dataset(TITLES), small, workspace, SILENT, engine)


@needs_ray
def test_a_text_that_kills_its_reader_does_not_go_round_for_ever(cluster, small, workspace):
    engine = RayEngine(workspace.models, workers=1)
    engine.reader, engine.retries = Dying, 0
    with pytest.raises(LearnError, match=r"(?s)Ray's workers cannot go on.*same command again"):
        content_embeddings(make_dataset(TITLES), small, workspace, SILENT, engine)


@needs_ray
def test_more_workers_than_there_is_room_for_are_refused(cluster, small, workspace):
    with pytest.raises(LearnError, match=r"--workers 999: Ray has \d+ cores"):
        content_embeddings(make_dataset(TITLES), small, workspace, SILENT, RayEngine(workspace.models, workers=999))
