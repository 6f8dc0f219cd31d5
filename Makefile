# make demo    the frontend on the embedded demo API: http://127.0.0.1:8000/
# make test    the whole suite, real browser and real backends included
# make check   lint, types and house rules, then the suite
# make nightly the tests that take many minutes, and those in Firefox
# make mutants whether the tests notice when what keeps sessions safe is wrong
# make bench   the benchmarks
# Each makes .venv and installs what it needs first.

HOST ?= 127.0.0.1
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo test nightly mutants lint check bench chromium firefox nginx redis caddy iproute2 systemd

help:
	@sed -n 's/^# //p' Makefile

demo: $(VENV)/.demo
	$(BIN)/webapp demo --host $(HOST) --port $(PORT)

test: $(VENV)/.test chromium nginx redis caddy iproute2 systemd
	$(BIN)/coverage erase
	$(BIN)/pytest --cov --cov-report= $(TESTS)
	$(BIN)/coverage report --fail-under=95

nightly: $(VENV)/.test chromium firefox redis
	$(BIN)/pytest -m nightly $(TESTS)

mutants: $(VENV)/.test
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[mutation]'
	$(BIN)/python -m tests.mutation

lint: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

check: lint test

bench: $(VENV)/.test chromium
	$(BIN)/python -m tests.benchmarks
	$(BIN)/python -m tests.benchmarks.lighthouse

$(VENV)/bin/pip:
	@.ci/python -m venv $(VENV) || { echo "webapp: can't make a virtual environment; on Debian: apt-get install python3-venv" >&2; rm -rf $(VENV); exit 1; }

$(VENV)/.demo: pyproject.toml | $(VENV)/bin/pip
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[demo]' || { echo "webapp: the packages named in pyproject.toml can't be installed; pip says why above" >&2; exit 1; }
	@touch $@

$(VENV)/.test: pyproject.toml | $(VENV)/bin/pip
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test]' || { echo "webapp: the packages named in pyproject.toml can't be installed; pip says why above" >&2; exit 1; }
	@touch $@

chromium:
	@.ci/chromium

firefox:
	@.ci/debian firefox-esr "the tests in Firefox" firefox-esr firefox

nginx:
	@.ci/debian nginx-light "the tests behind a proxy" nginx

redis:
	@.ci/debian redis-server "the tests of shared sessions" redis-server

caddy:
	@.ci/debian caddy "the tests of the README's deployment" caddy

iproute2:
	@.ci/debian iproute2 "the tests of several machines" ip

systemd:
	@.ci/debian systemd "the tests of the README's deployment" systemd-analyze
