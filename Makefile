# Everything a fresh machine with Python 3.11 or newer needs: each target sets up its own environment in .venv.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check clean

demo: .venv/installed  ## build a corpus from a sample that the repository makes itself
	@$(BIN)/python examples/demo/run.py

test: .venv/installed-test  ## run all tests
	@$(BIN)/python -m pytest

check: .venv/installed-dev  ## lint and types
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

.venv/installed: pyproject.toml
	@echo "Installing into .venv ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Manyo needs Python 3.11 or newer: make PYTHON=/path/to/python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

.venv/installed-test: .venv/installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	@touch $@

.venv/installed-dev: .venv/installed-test
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

clean:  ## remove the environment, the demo and what was compiled
	rm -rf .venv demo build src/*.egg-info
	find src tests -name __pycache__ -prune -exec rm -rf {} +
