# Everything happens in a virtual environment inside the checkout. Python 3.11 or newer and make are all that must be there.
PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
SOURCES := pyproject.toml $(wildcard toolkit/*.py toolkit/*/*.py schemas/*.py templates/*.py templates/*/*)
# What the demo and the tests run is the installed package, not the source tree: what is missing from the wheel is missed here.
INSTALLED := $(VENV)/.installed

.PHONY: help setup demo test test-long bench check docs clean

help:
	@echo "make demo       build, validate and send the sample workbook to the sandbox, then show a broken one"
	@echo "make test       all tests"
	@echo "make test-long  fuzzing and long properties as well"
	@echo "make bench      measure time and memory (BENCH=--large for more, some minutes)"
	@echo "make check      lint, types, layers"
	@echo "make docs       write the generated pages anew"
	@echo "make clean      remove what these made"

setup: $(INSTALLED)

$(VENV)/.pip:
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'provkit needs Python 3.11 or newer; set PYTHON=...')"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	@touch $@

$(VENV)/.dependencies: $(VENV)/.pip pyproject.toml
	$(BIN)/python -m pip install --quiet . --group test --group check
	@touch $@

$(INSTALLED): $(VENV)/.dependencies $(SOURCES)
	@$(BIN)/python -c "import shutil; shutil.rmtree('build', ignore_errors=True)"  # or a deleted module would live on in the wheel
	$(BIN)/python -m pip install --quiet --no-deps --force-reinstall .
	@touch $@

demo: $(INSTALLED)
	@sh sample_data/demo.sh $(BIN)/provkit

test: $(INSTALLED)
	$(BIN)/python -m pytest -n auto -m "not slow"

test-long: $(INSTALLED)
	$(BIN)/python -m pytest -n auto

bench: $(INSTALLED)
	$(BIN)/python benchmarks/run.py $(BENCH)

check: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy -p provkit
	$(BIN)/mypy --platform win32 -p provkit
	$(BIN)/mypy tests/typing
	$(BIN)/lint-imports

docs: $(INSTALLED)
	$(BIN)/provkit rules --format markdown --output docs/rules.md
	$(BIN)/python -m provkit.schemas.document > docs/specification.md
	$(BIN)/python tests/rules_lock.py
	$(BIN)/python -m provkit.delivery.rest_client docs/rest-client

clean:
	rm -rf $(VENV) build dist out benchmarks/results.json *.egg-info
