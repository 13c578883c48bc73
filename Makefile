# Two commands do everything: `make archive` and `make test`. `make help` lists the rest.
# Evidence is out of reach of every target here: nothing deletes below snapshots/ or db/.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BROWSER_READY := $(VENV)/.browser
TESTS_READY := $(VENV)/.tests
ORACLES := .oracles
SOURCE ?=
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup archive test lint unit docs lock bench-capture bench-check bench-extract bench-sources bench-verify soak clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) $(BROWSER_READY) ## Make .venv with the `archiver` command in it, and see to a browser

$(READY): requirements.lock pyproject.toml
	@command -v "$(PYTHON)" >/dev/null || { echo "Python 3.11 or newer is needed: apt-get install python3 python3-venv" >&2; exit 2; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than 3.11; set PYTHON=" >&2; exit 2; }
	@"$(PYTHON)" -c 'import ensurepip' 2>/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
		apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null; } || \
		{ echo "this Python cannot make virtual environments: apt-get install python3-venv" >&2; exit 2; }
	@echo "setting up $(VENV) (once) ..."
	@[ -x $(BIN)/python ] || "$(PYTHON)" -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(BROWSER_READY): $(READY)
	@$(BIN)/archiver doctor --install-browser --only-browser
	@touch $@

$(TESTS_READY): $(READY) requirements-test.lock requirements-oracles.lock
	@echo "adding what the tests need (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	@[ -x $(ORACLES)/bin/python ] || "$(PYTHON)" -m venv $(ORACLES)
	@$(ORACLES)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-oracles.lock
	@touch $@

archive: setup ## Archive SOURCE=<url|file>; without it, the demo site's sample article
ifeq ($(strip $(SOURCE)),)
	@$(BIN)/archiver demo --archive $(ARGS)
else
	@$(BIN)/archiver archive $(ARGS) -- "$(SOURCE)"
endif

test: setup $(TESTS_READY) lint unit ## Run every check: style, types, tests

lint: $(TESTS_READY) ## Style and types
	@$(BIN)/ruff check archiver tests bench
	@$(BIN)/ruff format --check archiver tests bench
	@$(BIN)/mypy

# A file is run by one process: what it sets up, it sets up once.
unit: $(TESTS_READY)
	@$(BIN)/pytest -n auto --maxprocesses 4 --dist loadfile $(ARGS)

docs: $(READY) ## Write the generated parts of the documentation anew
	@$(BIN)/python tests/generated.py --write

LOCK := uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet --extra build
lock: ## Resolve both lock files anew (needs uv)
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) --extra test --extra alerts --constraint requirements.lock pyproject.toml -o requirements-test.lock
	echo "lifelines>=0.30" | uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet - -o requirements-oracles.lock

bench-capture: setup ## Pages a minute, CPU and bytes against a bare browser loop and four peers, light and heavy pages, in one run
	@$(BIN)/python bench/capture.py $(ARGS)

bench-check: $(READY) ## URLs a second of link checks against lychee and linkchecker, in one run; planning and size of a large catalog
	@$(BIN)/python bench/check.py $(ARGS)

bench-extract: $(READY) ## Pages a second against a bare parse and four article extractors, in one run
	@$(BIN)/python bench/extract.py $(ARGS)

bench-sources: $(READY) ## A gigabyte of crawl through `archiver extract`: pages a second and memory, with one process and two
	@$(BIN)/python bench/sources.py $(ARGS)

bench-verify: $(READY) ## Claims verified a second, leaves proven a second, and an audit's reading against sha256sum, in one run
	@$(BIN)/python bench/verify.py $(ARGS)

soak: setup $(TESTS_READY) ## Thousands of captures in one run, its browser killed again and again: what is left, and memory
	@$(BIN)/python tests/soak.py $(ARGS)

clean: ## Remove what setup and tests made (never evidence)
	rm -rf $(VENV) $(ORACLES) .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find archiver tests bench -name __pycache__ -type d -prune -exec rm -rf {} +
