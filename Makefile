# Needs Python >= 3.10 with venv, git and make; everything else is put into .venv, once, and again when pyproject.toml
# changes. `make scan` and `make test` are all that a newcomer needs.
#
#   make scan                 scan this repository
#   make scan REPO=../shop    scan another; ARGS="--staged" and the like are handed on
#   make test                 the tests; ARGS="-k boundaries" and the like are handed on; with COVERAGE=yes it says, too,
#                             which branches they take, for twice the time
#   make test-long            all tests with large budgets, those too that install things, and on every Python there is
#   make check                lint, format and types
#   make bench TREE=../linux STAGED=../flask HISTORY="../git ../redis"
#
# make ends with 2 whenever a command failed, so keyguard's 1 (findings) and 2 (trouble) look alike from outside; the
# line "Error 1" or "Error 2" tells them apart. In CI call .venv/bin/keyguard, or install it, for the plain exit code.
# PYTHON=/path/to/python picks the interpreter (after `make clean`, if there was another before).

REPO = .
ARGS =
TREE = .
STAGED = .
HISTORY =
VENV = .venv
PYTHON =
PYTHONS = python3.15 python3.14 python3.13 python3.12 python3.11 python3.10 python3 python

# The tests start keyguard some thousand times: compiled anew each time, a start takes twice as long.
unexport PYTHONDONTWRITEBYTECODE

BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help scan test test-long check format dev bench clean

help:
	@sed -n '/^#   make/s/^#   //p' Makefile

scan: $(VENV)/scan.stamp
	@$(BIN)/keyguard scan $(ARGS) "$(REPO)"

test: $(VENV)/dev.stamp
	$(BIN)/python -m pytest -n auto --dist worksteal $(if $(COVERAGE),--cov --cov-report=term) $(ARGS)

test-long: $(VENV)/dev.stamp
	KEYGUARD_THOROUGH=1 $(BIN)/python -m pytest -n auto --dist worksteal -m "" --timeout 3600 $(ARGS)
	tools/pythons "$$($(BIN)/python -c 'import sys; print(sys.version_info[1])')" -m ""

check: $(VENV)/dev.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pre-commit validate-manifest .pre-commit-hooks.yaml
	$(BIN)/pre-commit validate-config .pre-commit-config.yaml

format: $(VENV)/dev.stamp
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

dev: $(VENV)/dev.stamp

bench: $(VENV)/scan.stamp
	$(BIN)/python -m benchmarks.compare --tree "$(TREE)" --staged "$(STAGED)" $(if $(HISTORY),--history $(HISTORY)) $(ARGS)

clean:
	rm -rf $(VENV) dist build .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis

# An environment whose interpreter was removed or replaced is no environment: forget that it was ever set up.
STALE := $(shell $(BIN)/python -c '' 2>/dev/null || rm -f $(VENV)/*.stamp)

# A version manager leaves commands on PATH for interpreters that it will not run: each is tried, the newest first.
$(VENV)/python.stamp:
	@for python in $(if $(PYTHON),"$(PYTHON)",$(PYTHONS)); do \
		"$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1 || continue; \
		echo "keyguard: setting up $(VENV) with $$("$$python" --version)" >&2; \
		"$$python" -m venv --clear $(VENV) && touch $@ && exit 0; \
	done; \
	echo 'keyguard: no Python >= 3.10 with venv on PATH; install one, or name it: make PYTHON=/path/to/python' >&2; \
	exit 1

$(VENV)/scan.stamp: $(VENV)/python.stamp pyproject.toml
	@$(PIP) install --editable .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/python.stamp pyproject.toml
	@$(PIP) install --editable '.[dev]'
	@touch $(VENV)/scan.stamp $@
