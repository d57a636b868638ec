# Everything is one command; each brings what it needs.
#   make demo   the main job, end to end, against the bundled sandbox
#   make serve  the demo's data in the browser, with three people whose passwords it prints
#   make test   lint, types, import rules, all tests
#   make soak   longer proofs: MINUTES=5 of kill -9, SIGSTOP and lost sockets on each database, of commands and of
#               workers with schedules, then simulated worlds
#   make bench  how fast the pages and the API are with 1,000,000 profiles in the store; PROFILES=20000 ROUNDS=5 for a short one
SHELL := /bin/bash
.DEFAULT_GOAL := help

# uv where it is installed, else one of our own in .tools
UV := $(or $(shell command -v uv),.tools/bin/uv)
RUN := $(UV) run --locked

# Runs, tasks and tests are processes of their own, hundreds of them: what Python has compiled once it is to find again.
unexport PYTHONDONTWRITEBYTECODE

CUSTOMERS ?= 20000
SPEED ?= 20
PROCESSES ?= 3
MINUTES ?= 5
PROFILES ?= 1000000
ROUNDS ?= 40

.PHONY: help demo serve pictures messages test check browser tests soak bench format clean

help:
	@sed -n 's/^#   //p' Makefile
	@echo "make check  lint, types, import rules"
	@echo "make browser  Chromium for the browser tests: installed on Debian and Ubuntu as root, else said what to install"
	@echo "make tests  the tests alone: all on SQLite, those of the state on PostgreSQL as well"
	@echo "make pictures the README's pictures of the pages (needs a Chromium)"
	@echo "make messages  collect and compile what is to be translated (needs gettext)"
	@echo "make format the formatter"
	@echo "make clean  remove what was installed and made here"

demo: $(UV)
	@$(RUN) --no-dev leleka demo demo --customers $(CUSTOMERS) --speed $(SPEED)

serve: $(UV)
	@$(RUN) --no-dev leleka demo demo --serve --customers $(CUSTOMERS) --speed $(SPEED)

pictures: $(UV)
	$(RUN) python -m scripts.pictures

messages: $(UV)
	$(RUN) python scripts/messages.py

test: check tests

check: $(UV)
	$(RUN) ruff check
	$(RUN) ruff format --check
	$(RUN) mypy
	$(RUN) lint-imports --no-logo
	$(RUN) pytest -q -p no:randomly --durations=0 --durations-min=5 tests/structure

browser: $(UV)
	@$(RUN) python -m tests.browser.chromium

tests: $(UV) browser
	$(RUN) pytest -n $(PROCESSES) --dist worksteal
	$(RUN) python -m tests.on_postgresql -n 2

soak: $(UV)
	$(RUN) python -m scripts.soak $(MINUTES)
	$(RUN) python -m scripts.soak $(MINUTES) --database postgresql
	$(RUN) python -m scripts.soak $(MINUTES) --workers 1
	$(RUN) python -m scripts.soak $(MINUTES) --workers 2 --database postgresql
	$(RUN) python -m tests.simulation --schedules $$(( $(MINUTES) * 2000 ))
	$(RUN) python -m tests.simulation --layer l0 --first-seed 100000 --seeds $$(( $(MINUTES) * 1000 ))
	$(RUN) python -m tests.simulation --layer l1 --first-seed 100000 --seeds $$(( $(MINUTES) * 100 ))

bench: $(UV)
	$(RUN) python -m scripts.bench_pages --profiles $(PROFILES) --rounds $(ROUNDS)

format: $(UV)
	$(RUN) ruff check --fix
	$(RUN) ruff format

clean:
	rm -rf .venv .tools demo .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.tools/bin/uv:
	@command -v python3 >/dev/null || { echo "Leleka needs Python 3.11 or newer. On Debian or Ubuntu: apt install python3 python3-venv" >&2; exit 1; }
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Leleka needs Python 3.11 or newer; python3 is $$(python3 -V)." >&2; exit 1; }
	@python3 -c 'import ensurepip, venv' 2>/dev/null || { echo "This Python has no venv. On Debian or Ubuntu: apt install python3-venv" >&2; exit 1; }
	python3 -m venv .tools
	.tools/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'
