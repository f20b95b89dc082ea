# What can be done here. `make run` and `make test` need nothing but Python 3.11 and package registries.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
UV := UV_PYTHON_DOWNLOADS=never $(BIN)/uv
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

# Processes start often here: Python keeps what it compiled, also where it is told not to.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test test-all check format bench bench-read bench-ingest fuzz kills neo4j web schema lock clean

help: ## say what can be done
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/.run ## set everything up and start Aether, with GraphiQL at http://127.0.0.1:8080
	$(BIN)/aether up $(ARGS)

test: $(VENV)/.dev ## set everything up and pass all tests, on the embedded graph and on Neo4j where Java and Maven are
	$(BIN)/pytest -m "not keycloak and not slow" --numprocesses 2 --dist loadfile $(ARGS)

test-all: $(VENV)/.dev ## the same, and what takes minutes: kill -9, whole processes, a real Keycloak
	$(BIN)/pytest $(ARGS)

check: $(VENV)/.dev ## format, lint, types, and the shape of the imports
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(VENV)/.dev ## mend what ruff can mend
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(VENV)/.dev ## measure, and write bench/results
	$(BIN)/python -m bench $(ARGS)

bench-read: $(VENV)/.dev ## race reading against @neo4j/graphql, and write bench/results/read.json; needs Node 20 and npm
	$(BIN)/python -m bench.read $(ARGS)

bench-ingest: $(VENV)/.dev ## race reading files against kreuzberg and markitdown, and write bench/results/ingest.json
	$(BIN)/python -m bench.ingest $(ARGS)

fuzz: $(VENV)/.dev ## ask N random questions on both ways to an answer, from SEED on, and compare
	$(BIN)/python -m tests.plans.fuzz --cases $(or $(N),2000) --seed $(or $(SEED),1)

kills: $(VENV)/.dev ## kill workers and the API N times while documents come, and see that nothing is lost or doubled
	AETHER_TEST_ENGINES=arcadedb AETHER_TEST_KILLS=$(or $(N),200) $(BIN)/pytest -q -s tests/e2e/test_kills.py

neo4j: $(VENV)/.dev ## start a real Neo4j 5.26 beside us; needs Java 17 and Maven
	$(BIN)/python -m tests.servers.neo4j

web: ## build GraphiQL into web/static; needs Node 20 and npm
	cd web && npm ci --no-audit --no-fund && npm test && npm run build

schema: $(VENV)/.dev ## write down the schema and the settings
	$(BIN)/aether schema > schema.graphql
	$(BIN)/aether settings > deploy/settings.md

lock: $(VENV)/.uv ## lock the dependencies anew
	$(LOCK) requirements-uv.in -o requirements-uv.txt
	$(LOCK) pyproject.toml --extra embedded -o requirements.txt
	$(LOCK) pyproject.toml --extra embedded --group dev -c requirements.txt -o requirements-dev.txt

clean: ## forget the virtual environment and all caches; data stays
	rm -rf $(VENV) .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/.uv: requirements-uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Aether needs Python 3.11 or newer; this is " + sys.version)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.txt
	@touch $@

$(VENV)/.run: $(VENV)/.uv requirements.txt pyproject.toml
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements.txt
	$(UV) pip install --quiet --python $(BIN)/python --no-deps -e .
	$(BIN)/python -m aether.adapters.extraction.compiled
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.txt
	@touch $@
