# The workshop. `make help` tells what there is. Needs Python 3.11 or later, git and make; everything else is
# installed into .venv from the locked, hashed list in requirements/dev.txt.

PYTHON    ?= python3
# How many processes share the tests: "auto" is one for each core.
WORKERS   ?= auto
# Handed on to pytest, for example: make test TESTS=tests/core PYTEST_FLAGS=-x
TESTS     ?=
PYTEST_FLAGS ?=
# How long the soak is, and where it begins.
SOAK_STEPS ?= 5000
SOAK_SEED ?= 1
# How long the daemon is driven after that.
SOAK_MINUTES ?= 3
# What builds the image.
CONTAINERS ?= docker
# Handed on to the lock, for example: make lock LOCK_FLAGS=--upgrade
LOCK_FLAGS ?=

VENV  := .venv
BIN   := $(VENV)/bin
READY := $(VENV)/.ready
CODE  := $(wildcard provisioner tests benchmarks)
LOCK  := $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --universal --python-version 3.11

.DEFAULT_GOAL := help
.PHONY: help setup test again check format format-check lint types demo bench soak contract lock docs generations image build clean

help: ## Tell what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: $(READY) ## Make .venv, or bring it up to the lock; nothing to do when it is

# Made anew rather than added to: a package that has left the lock leaves the environment too.
# The stamp comes last, so that a setup that was interrupted is done again.
$(READY): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "provisioner needs Python 3.11 or later, and \"$(PYTHON)\" is $$($(PYTHON) --version 2>/dev/null || echo "not there")." >&2; \
	  echo "Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "setting up $(VENV) with $$($(PYTHON) --version) …"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

test: $(READY) ## Run every test; core must be covered by branches to 100 %
ifeq ($(strip $(TESTS)),)
	PROVISIONER_GENERATIONS=hold $(BIN)/pytest --numprocesses $(WORKERS) --dist loadgroup --cov --cov-report term-missing:skip-covered $(PYTEST_FLAGS)
else
	$(BIN)/pytest $(TESTS) $(PYTEST_FLAGS)
endif

# Nothing else than such a failure is forgiven: without one there is nothing to run, and the coverage of that run has to be whole.
again: $(READY) ## Run the tests that failed last once more, alone, if they are three at most
	@test -f .pytest_cache/v/cache/lastfailed || { echo "no test failed: there is nothing to run once more" >&2; exit 1; }
	@$(BIN)/python -c 'import json; failed = json.load(open(".pytest_cache/v/cache/lastfailed")); \
	  print("failed beside others, run once more alone:", *failed, sep="\n  "); raise SystemExit(not 0 < len(failed) <= 3)'
	$(BIN)/coverage report --skip-covered --skip-empty
	$(BIN)/pytest --last-failed --last-failed-no-failures none --numprocesses 0

check: format-check lint types ## Format, lint, types (strict), doors and tests: what CI runs
	@$(MAKE) --no-print-directory test

format: $(READY) ## Put the code into form and mend what can be mended safely
	$(BIN)/ruff check --fix-only --exit-zero $(CODE)
	$(BIN)/ruff format $(CODE)

format-check: $(READY)
	$(BIN)/ruff format --check $(CODE)

lint: $(READY)
	$(BIN)/ruff check $(CODE)

types: $(READY)
	$(BIN)/mypy $(CODE)

demo: $(READY) ## Show the main job on an embedded server, in under a minute
	@$(BIN)/provisioner demo

bench: $(READY) ## Measure, and print a table
	@$(BIN)/python -m benchmarks

soak: $(READY) ## Drive the engine with thousands of random events, then the daemon: SOAK_STEPS (5000), SOAK_SEED, SOAK_MINUTES (3)
	$(BIN)/python -m tests.model.soak --steps $(SOAK_STEPS) --seed $(SOAK_SEED) --no-shrink
	$(BIN)/python -m tests.run.soak --minutes $(SOAK_MINUTES) --seed $(SOAK_SEED)

contract: $(READY) ## Hold a real server to what the tests say of the sandbox: GRAFANA_URL, GRAFANA_USER, GRAFANA_PASSWORD
	@test -n "$$GRAFANA_URL" || { \
	  echo "make contract needs a real server: GRAFANA_URL=http://127.0.0.1:3000 GRAFANA_USER=… GRAFANA_PASSWORD=… make contract" >&2; exit 2; }
	@# The server may be on another machine, so sockets are open here, and here alone.
	$(BIN)/pytest tests/grafana tests/whole -m contract --force-enable-socket $(PYTEST_FLAGS)

lock: $(READY) ## Renew requirements/*.txt from pyproject.toml
	$(LOCK) $(LOCK_FLAGS) pyproject.toml -o requirements/runtime.txt
	$(LOCK) $(LOCK_FLAGS) pyproject.toml --group dev -o requirements/dev.txt
	echo hatchling | $(LOCK) $(LOCK_FLAGS) -c requirements/dev.txt - -o requirements/build.txt

docs: $(READY) ## Make docs/problems.md and docs/configuration.md anew from the code and the schema
	$(BIN)/python tests/docs/generate.py

generations: $(READY) ## Make docs/generations.md anew from a run of the behaviour tests on every generation
	PROVISIONER_GENERATIONS=write $(BIN)/pytest --numprocesses $(WORKERS) --dist loadgroup tests/whole

image: ## Build the container image as provisioner:latest (needs docker, or CONTAINERS=podman)
	$(CONTAINERS) build --build-arg VERSION=$$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml) --build-arg REVISION=$$(git rev-parse HEAD) --tag provisioner .

build: $(READY) ## Build the wheel into dist/
	$(BIN)/python -m build --wheel --no-isolation --outdir dist .

clean: ## Remove what was made here, .venv too
	rm -rf $(VENV) dist htmlcov .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
