# Everything that is needed on a fresh Debian machine is installed from here (as root, with apt), nothing by hand.
SHELL := /bin/bash
VENV ?= .venv
BIN := $(VENV)/bin
PYTHON ?=
STAMP := $(VENV)/.installed
RUN_STAMP := $(VENV)/.installed-run

.PHONY: run test check lint fmt type unit flow acceptance bench e2e cluster-up cluster-down docs lock clean help

help: ## what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# --- set-up -----------------------------------------------------------------------------------------------------
$(VENV)/bin/python:
	@PYTHON="$(PYTHON)" tools/ensure-python $(VENV)

$(RUN_STAMP): requirements/run.txt pyproject.toml | $(VENV)/bin/python
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/run.txt -r requirements/build.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q src  # as pip does for a wheel; where Python may not write bytecode it is a third slower
	@touch $@

$(STAMP): requirements/dev.txt pyproject.toml | $(VENV)/bin/python
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q src  # as pip does for a wheel; where Python may not write bytecode it is a third slower
	@touch $@ $(RUN_STAMP)

# --- use --------------------------------------------------------------------------------------------------------
run: $(RUN_STAMP) ## scan something real: IMAGE=…, or this machine; FEEDS=DIR for an air-gapped copy of the feeds
	@tools/run "$(BIN)" "$(IMAGE)" "$(FEEDS)"

# --- check ------------------------------------------------------------------------------------------------------
test: $(STAMP) check flow acceptance e2e ## everything, as CI does

check: lint unit ## the everyday part: lint, types, units (under three minutes)

lint: $(STAMP) type ## style, layers, types, generated documents
	@$(BIN)/ruff format --check -q .
	@$(BIN)/ruff check -q .
	@$(BIN)/python tools/gendocs.py --check
	@$(BIN)/lint-imports --config pyproject.toml > /tmp/seawall-layers.$$$$ || { cat /tmp/seawall-layers.$$$$; exit 1; }; rm -f /tmp/seawall-layers.$$$$

type: $(STAMP)
	@$(BIN)/mypy --no-error-summary

unit: $(STAMP)
	@$(BIN)/pytest -q -n 2 tests/unit

flow: $(STAMP) ## behaviours that cross engines
	@$(BIN)/pytest -q -n 2 tests/flow

acceptance: $(STAMP) ## public corpora, where ../shared/corpus is at hand
	@tools/ensure-e2e
	@$(BIN)/pytest -q -n 2 tests/acceptance

e2e: $(STAMP) ## real servers; installs what it needs
	@tools/ensure-e2e
	@tools/ensure-cluster $(BIN)/python
	@$(BIN)/pytest -q tests/e2e

cluster-up: $(STAMP) ## a real Kubernetes on this machine: NODES=1, NAME=…, MORE="--network-policies --dns"
	@tools/ensure-cluster $(BIN)/python
	@$(BIN)/python -m tests.cluster up --name $(or $(NAME),default) --nodes $(or $(NODES),0) $(MORE)

cluster-down: $(STAMP) ## stop it: NAME=…
	@$(BIN)/python -m tests.cluster down --name $(or $(NAME),default)

fmt: $(STAMP) ## format and mend what can be mended
	@$(BIN)/ruff check -q --fix . || true
	@$(BIN)/ruff format -q .

bench: $(STAMP) ## the figures: ratios against what a user would pick instead
	@$(BIN)/python -m compileall -q src
	@for script in bench/bench_*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

docs: $(STAMP) ## generate docs/reference from the code
	@$(BIN)/python tools/gendocs.py

lock: $(STAMP) ## renew the locks (hashes, no download addresses)
	@$(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-header -q -o requirements/run.txt
	@$(BIN)/uv pip compile --group build --universal --generate-hashes --no-header -q -o requirements/build.txt
	@$(BIN)/uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-header -q -o requirements/dev.txt

clean: ## remove what was built
	@rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
