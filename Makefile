# make up    everything from a bare machine to SQL      make test   all checks and tests      make down   leave nothing
PYTHON ?= python3
VENV := .venv
BYOC := $(VENV)/bin/byoc
JOBS ?= $(shell nproc)

# Every command starts many short Python processes: they read what the first of them compiled.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: up down test check lint venv lock clean

up: venv
	$(BYOC) local up
	$(BYOC) up --stack local --yes
	$(BYOC) status --stack local

down: venv
	$(BYOC) local down

test: venv lint
	$(VENV)/bin/pytest -n $(JOBS) --dist loadgroup tests

lint: venv
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy

venv: $(VENV)/ready

$(VENV)/ready: requirements.lock bootstrap.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and f"Python 3.11 or newer is needed, {sys.version.split()[0]} is here: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --require-hashes -r bootstrap.lock
	$(VENV)/bin/uv pip sync --quiet --python $(VENV)/bin/python --require-hashes requirements.lock bootstrap.lock \
	  || $(VENV)/bin/pip install --quiet --no-compile --require-hashes -r requirements.lock
	$(VENV)/bin/uv pip install --quiet --python $(VENV)/bin/python --no-deps --no-build-isolation --editable .
	touch $@

lock: venv
	$(VENV)/bin/uv pip compile --quiet --universal --no-emit-index-url --generate-hashes --all-extras --python-version 3.11 pyproject.toml -o requirements.lock

clean: down
	rm -rf $(VENV)
