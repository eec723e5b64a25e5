# Two commands do everything on a fresh machine: `make serve` and `make test`.
# Each sets up what it needs first; a second run finds it done and starts in seconds.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

VENV ?= .venv
ADDRESS ?= 127.0.0.1:8000
BROWSER ?= 1
PYTEST ?=

BIN := $(VENV)/bin
PY := $(BIN)/python
PIP := $(PY) -m pip --disable-pip-version-check install --quiet

# MkDocs Material prints a notice on its own end of life (May 2027; see README); this is its documented switch.
export NO_MKDOCS_2_WARNING := 1
# Notebook kernels talk over encrypted sockets.
export JUPYTER_CONFIG_DIR := $(CURDIR)/cnnmath/book/jupyter
export JUPYTER_PLATFORM_DIRS := 1
# Matrices are small and tests run side by side: more threads of the linear algebra only get into each other's way.
export OPENBLAS_NUM_THREADS ?= 1

##@ Everyday
.PHONY: serve
serve: book-env assets ## Read the book at home: set up, build, serve with live reload
	$(BIN)/mkdocs serve --no-strict --dev-addr $(ADDRESS)

.PHONY: test
test: test-env assets browser ## All tests: unit, law, truth, documentation, browser, architecture
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(PY) -m pytest --numprocesses 2 $(if $(filter 0,$(BROWSER)),-m "not browser") $(PYTEST)
	@echo 'all tests passed$(if $(filter 0,$(BROWSER)), (BROWSER=0: the browser tests were left out))'

.PHONY: test-fast
test-fast: test-env assets ## The inner loop: everything that is neither slow nor in a browser
	$(PY) -m pytest --quiet --numprocesses 2 -m "not slow and not browser" $(PYTEST)

##@ The site
.PHONY: site
site: book-env assets ## Build the static site into site/
	$(BIN)/mkdocs build --strict

.PHONY: assets
assets: book-env node_modules/.package-lock.json ## Fetch npm-only files and build the page's Python bundle
	$(PY) -m cnnmath.book.bundle

##@ Contributing
.PHONY: format
format: test-env ## Format the code and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: records
records: book-env ## Write the shipped derivation records anew (a test compares them)
	$(BIN)/cnnmath derive --export

.PHONY: bench
bench: test-env assets ## Run the benchmarks: ratios side by side, in one run
	for file in benchmarks/[a-z]*.py; do echo "== $$file"; env -u OPENBLAS_NUM_THREADS $(PY) $$file; done

.PHONY: lock
lock: test-env ## Resolve the requirement files anew (hash-locked, for every platform)
	$(PIP) uv
	compile="$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --no-emit-index-url --no-emit-find-links"; \
	$$compile requirements/build.in pyproject.toml --extra book -o requirements/book.txt; \
	$$compile requirements/build.in pyproject.toml --extra book --extra test \
	  -c requirements/book.txt -o requirements/test.txt; \
	$$compile requirements/node.in -o requirements/node.txt

.PHONY: clean
clean: ## Remove what was built; the environment stays
	rm -rf site .cache dist build
	find cnnmath exercises tests -name __pycache__ -prune -exec rm -rf {} +

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@printf '\n  options: ADDRESS=host:port  BROWSER=0 (no browser tests)  PYTEST="-k name"  VENV=folder\n'

# Set-up. The stamps remember for which requirement file the environment was made.

.PHONY: book-env test-env browser
book-env: $(VENV)/book.stamp
test-env: $(VENV)/test.stamp

$(PY):
	@for python in "$${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do \
	  if command -v "$$python" >/dev/null && \
	     "$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' 2>/dev/null; \
	  then break; else python=; fi; done; \
	if [ -z "$$python" ]; then \
	  echo 'cnnmath needs Python 3.11 to 3.14, and none was found: install one, or say PYTHON=/path/to/python.' >&2; \
	  exit 1; fi; \
	echo "creating $(VENV) with $$python"; \
	"$$python" -m venv $(VENV) || { rm -rf $(VENV); \
	  echo 'Python could not create a virtual environment. On Debian: apt install python3-venv.' >&2; exit 1; }

$(VENV)/book.stamp: requirements/book.txt pyproject.toml | $(PY)
	@if [ -e $(VENV)/test.stamp ] && [ $(VENV)/test.stamp -nt requirements/book.txt ]; then :; else \
	  echo 'installing the book'\''s requirements (one to two minutes the first time)'; \
	  $(PIP) --require-hashes --requirement requirements/book.txt; fi
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/test.stamp: requirements/test.txt $(VENV)/book.stamp
	@echo 'installing the tests'\'' requirements'
	$(PIP) --require-hashes --requirement requirements/test.txt
	@touch $@

# npm-only files: with the machine's npm, else with one inside the virtual environment.
node_modules/.package-lock.json: package.json package-lock.json | $(VENV)/book.stamp
	@if ! command -v npm >/dev/null; then \
	  echo 'no npm here: installing one inside $(VENV)'; \
	  $(PIP) --require-hashes --requirement requirements/node.txt; fi
	PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

browser: test-env
ifneq ($(BROWSER),0)
	$(PY) tests/browser/chromium.py --install
endif
