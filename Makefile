# One door: run, test, check, bench.
PORT ?= 8000
PYTHON := .venv/bin/python
export PYTHONUNBUFFERED = 1

.PHONY: run test test-all check bench profile fuzz lock setup-run setup-test

run: setup-run
	@exec scripts/run "$(PORT)"

test: setup-test
	@exec $(PYTHON) -m pytest

test-all: setup-test
	@$(PYTHON) -m pytest --long
	@$(PYTHON) -m tests.fuzz $(FUZZ)

check: setup-test
	@exec scripts/check

bench: setup-test
	@$(PYTHON) -m bench $(BENCH)

fuzz: setup-test
	@$(PYTHON) -m tests.fuzz $(FUZZ)

profile: setup-test
	@$(PYTHON) -m bench.profile $(BENCH)

setup-run:
	@scripts/setup run

setup-test:
	@scripts/setup test

lock:  # pins and hashes anew, from the .in files
	.venv/bin/pip install -q uv
	.venv/bin/uv pip compile -q --no-header --generate-hashes --python-version 3.11 requirements.in -o requirements.txt
	.venv/bin/uv pip compile -q --no-header --generate-hashes --python-version 3.11 requirements-dev.in -o requirements-dev.txt
