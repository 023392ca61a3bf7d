# Only this file needs a POSIX shell; everything it calls runs on Windows too.
PYTHON ?= $(shell for p in python3.12 python3.11 python3; do $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN = .venv/bin

.PHONY: help setup demo test test-long check format messages bench clean
help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: .venv/ready  ## make .venv with everything pinned
.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

demo: .venv/ready  ## assess the invented demo town and print its tables
	$(BIN)/duixian demo

test: .venv/ready  ## run every test
	$(BIN)/python -m pytest

test-long: .venv/ready  ## 100,000 drawn years by both evaluators, 1,000 faults of each kind, 500 kills of each step (an hour or two)
	HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest -rP tests/test_agreement.py tests/test_audit_faults.py tests/test_ledger_interrupted.py

check: .venv/ready  ## format, lint, types, import arrows
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/ready  ## format and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

MESSAGES = cli/locale/zh/LC_MESSAGES/duixian
# Not `pybabel compile`: it takes the "% o" of "100% of" for a placeholder. The header's date is fixed, so that nothing else changes.
messages: .venv/ready  ## collect the sentences and compile the Chinese catalogue
	mkdir -p build
	$(BIN)/pybabel -q extract -k say -k N_ -k _error -k _warning --no-location --omit-header --no-wrap -o build/duixian.pot rules targets engine cli
	$(BIN)/pybabel -q update -l zh -i build/duixian.pot -o $(MESSAGES).po --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	$(BIN)/python -c 'import sys; from babel.messages import mofile, pofile; mofile.write_mo(open(sys.argv[2], "wb"), pofile.read_po(open(sys.argv[1], "rb")))' $(MESSAGES).po $(MESSAGES).mo

# The rivals bring NumPy and more: they stay out of .venv.
.venv-bench/ready: pyproject.toml constraints.txt benchmarks/requirements.txt
	$(PYTHON) -m venv --clear .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -r benchmarks/requirements.txt -e .
	touch $@

bench: .venv-bench/ready  ## measure speed as ratios in one run, and write docs/benchmarks.md
	.venv-bench/bin/python -m benchmarks --write docs/benchmarks.md

clean:  ## remove the environment and caches
	rm -rf .venv .venv-bench .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
