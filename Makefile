# Portico's commands. `make help` lists them. Nothing is assumed but python3 >= 3.11 with venv and pip.

PYTHON ?= python3
PORT ?= 8000
DATA ?= $(CURDIR)/.data
PG ?= auto
WORKERS ?= 2
TESTS ?= tests
VENV := .venv
BIN := $(VENV)/bin
UV_CACHE_DIR ?= $(CURDIR)/.cache/uv
NPM_CONFIG_CACHE ?= $(CURDIR)/.cache/npm
export UV_CACHE_DIR NPM_CONFIG_CACHE
# Certificates are the machine's own business: a company's proxy is trusted where the system trusts it.
export UV_SYSTEM_CERTS := 1
export NODE_OPTIONS ?= --use-system-ca

.DEFAULT_GOAL := help
.PHONY: help setup demo test check lint types boundaries openapi lock clean

help: ## List what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-18s%s\n", $$1, $$2 }'

setup: $(VENV)/.ready ## Install everything into .venv; starts nothing

$(VENV)/.ready: requirements.txt requirements-setup.txt pyproject.toml hatch_build.py $(wildcard ui/package-lock.json)
	@$(PYTHON) -c 'import sys; sys.exit("Portico needs Python 3.11 or newer; this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-setup.txt
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q src/portico  # a start reads bytecode even where the environment lets nobody write any
	@touch $@

$(VENV)/.ready-to-test: $(VENV)/.ready requirements-dev.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.txt
	@touch $@

demo: setup ## Run all of Portico with demo data; PORT=8000 DATA=DIR
	@$(BIN)/python hatch_build.py
	@exec $(BIN)/portico demo --port $(PORT) --data $(DATA)

test: $(VENV)/.ready-to-test ## Run every test, real browser included; PG=wheel|system chooses the server, TESTS=... a part
	@$(BIN)/python hatch_build.py
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	PORTICO_TEST_PG=$(filter-out auto,$(PG)) $(BIN)/pytest --quiet --numprocesses $(WORKERS) --dist worksteal --pg $(PG) $(TESTS)

lint: $(VENV)/.ready-to-test ## Mend what ruff can mend, and format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/.ready-to-test ## Check types
	$(BIN)/mypy

boundaries: $(VENV)/.ready-to-test ## Check that the house stays a house
	$(BIN)/lint-imports --no-cache

openapi: setup ## Write docs/openapi.json anew, and the browser's types from it
	$(BIN)/portico openapi > docs/openapi.json
	$(BIN)/python -c "import hatch_build; hatch_build.npm('run', 'types')"

lock: setup ## Choose versions anew and lock them with hashes
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-header --no-annotate --universal --python-version 3.11 \
		--extra demo --extra build pyproject.toml --output-file requirements.txt
	$(BIN)/uv pip compile --quiet --generate-hashes --no-header --no-annotate --universal --python-version 3.11 \
		--extra demo --extra build --extra dev --constraint requirements.txt pyproject.toml --output-file requirements-dev.txt
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-header --no-annotate --universal --python-version 3.11 \
		requirements-setup.in --output-file requirements-setup.txt

clean: ## Remove what was built and installed here; demo data stays
	rm -rf $(VENV) .cache ui/node_modules src/portico/static/dist .mypy_cache .ruff_cache .pytest_cache
