# Everything is one command; each brings what it needs.
#   make demo   the main job, end to end, against the bundled sandbox
#   make serve  the demo's data in the browser, with three people whose passwords it prints
#   make test   lint, types, import rules, all tests
#   make proof  what is too long for make test, longer with MINUTES=30: kill -9, SIGSTOP and lost sockets for commands and
#               workers on both databases; a death at every write, simulated worlds, due instants of schedules
#   make bench  all four: make bench-pages, how fast the pages and the API are with 1,000,000 profiles in the store,
#               make bench-delivery, how fast profiles become contacts, make bench-sources, how fast files become
#               tables, and make bench-unify, how well other tools find who is who; PROFILES=20000 ROUNDS=5 for a short one
#   make clients  other people's clients of the API against the sandbox, as PyPI and npm have them (needs Node.js)
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
RECORDS ?= 20000
ROUNDS ?= 40
CASES ?=

.PHONY: help demo serve pictures messages test check types rules browser tests proof clients bench bench-pages bench-delivery bench-sources bench-unify format clean

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

# mypy has one core; the other checks have the other, and compile the tests for the processes that will run them.
check: $(UV)
	@$(RUN) true
	@$(MAKE) --no-print-directory -j 2 types rules

types: $(UV)
	$(RUN) mypy

rules: $(UV)
	$(RUN) ruff check
	$(RUN) ruff format --check
	$(RUN) lint-imports --no-logo
	$(RUN) pytest -q -n 0 -p no:randomly tests/structure
	@$(RUN) pytest -qq -n 0 --collect-only >/dev/null || true

browser: $(UV)
	@$(RUN) python -m tests.browser.chromium

tests: $(UV) browser
	$(RUN) pytest -n $(PROCESSES)
	$(RUN) python -m tests.on_postgresql -n $(PROCESSES)

proof: $(UV)
	@$(RUN) python -m tests.contract.connectors.servers
	$(RUN) python -m scripts.proof $(MINUTES)

clients: $(UV)
	$(RUN) python -m tests.clients

bench: bench-pages bench-delivery bench-sources bench-unify

bench-pages: $(UV)
	$(RUN) python -m scripts.bench_pages --profiles $(PROFILES) --rounds $(ROUNDS)

bench-delivery: $(UV)
	$(RUN) python -m scripts.bench_delivery --profiles $(PROFILES) --cases "$(CASES)"

bench-sources: $(UV)
	$(RUN) python -m scripts.bench_sources --rows $(PROFILES)
	$(RUN) python -m scripts.bench_sources.postgresql $(PROFILES) $$((10 * $(PROFILES)))

bench-unify: $(UV)
	$(RUN) python -m scripts.bench_unify --records $(RECORDS)

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
