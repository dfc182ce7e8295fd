# Every target makes the virtual environment it needs; nothing has to be installed by hand but Python 3.11+.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test browser chaos check bench generate env clean

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $(READY)

demo: $(READY)  ## the whole system on this machine, with believable customers, and its boards in your browser
	$(BIN)/touchstream demo

test: check browser  ## everything: style, types, import rules, unit and integration tests
	$(BIN)/python -m pytest -n auto --dist loadfile tests/unit
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder -m "not chaos" tests/e2e tests/integration  # the longest first; they mostly wait

browser:  ## a Chromium of the system, for the tests of the page
	@.ci/browser.sh

chaos: $(READY)  ## hours: outages of ten minutes, then the whole crash matrix with a table at the end; interrupted, it goes on
	$(BIN)/python -m pytest -m chaos -rP tests/chaos tests/e2e
	$(BIN)/python -m tests.chaos

check: $(READY)  ## style, types and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)  ## speed, as ratios against something run beside it
	$(BIN)/python -m benchmarks

generate: $(READY)  ## what is made of code: schemas, docs/metrics.md, docs/settings.md, docs/cookbook.md, boards, alert rules
	$(BIN)/touchstream schemas --out schemas/generated
	$(BIN)/python -m sinks.meanings docs/metrics.md
	$(BIN)/python -m touchstream.settings docs/settings.md
	$(BIN)/python -m dashboards.write dashboards/boards touchpoints.yaml
	$(BIN)/python -m tests.cookbook docs/cookbook.md
	$(BIN)/python -m dashboards.alerts

env:  ## secrets for docker-compose.yml, in .env
	$(PYTHON) docker/env.py

clean:
	rm -rf $(VENV) .cache var artifacts .pytest_cache .mypy_cache .ruff_cache .hypothesis
