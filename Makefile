# Everything a developer or an operator types. Python 3.11 or newer and make are enough.

VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 8000
ARGS ?=
STEPS ?= 1000000
KILLS ?= 200
OPERATIONS ?= 500
EXAMPLES ?= 50
WORLDS ?= 20
SEED ?= 1

# python3, or a newer one beside it where python3 is too old.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	then echo $$python; break; fi; done)

CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/django.po))
TEMPLATES := $(wildcard templates)

# What `check --deploy` is asked about: an installation as an operator would set it.
PRODUCTION := LOYALTY_DEMO=0 DEBUG=0 HTTPS=1 ALLOWED_HOSTS=club.example.org \
	SITE_URL=https://club.example.org EMAIL_URL=submission://mail.example.org \
	VAR_DIR=$(VENV)/production DATABASE_URL= REDIS_URL= \
	SECRET_KEY=lint-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGH

.DEFAULT_GOAL := help
.PHONY: help run seed test lint types style check bench prove worlds till-day fuzz sabotage screenshots up audit catalogues messages

help:
	@echo "make run     a working programme at http://127.0.0.1:$(PORT) (PORT=8080 for another port)"
	@echo "make seed    the demo's data, without serving it"
	@echo "make test    the whole suite, on SQLite and on PostgreSQL (ARGS='-k story' for a part)"
	@echo "make lint    style, types, templates, import contracts, migrations, OpenAPI, words"
	@echo "make check   lint and test: what CI runs"
	@echo "make bench   what things cost, measured"
	@echo "make prove   a million steps of the ledger, 200 kills of the night (STEPS= KILLS= SEED=)"
	@echo "make worlds  shops to which everything happens: do measures say what the raw rows say? (WORLDS= SEED=)"
	@echo "make till-day  two tills, 500 operations each, while all that can be is killed (OPERATIONS= SEED=)"
	@echo "make fuzz    the API asked what its description allows, and what not (EXAMPLES= SEED=)"
	@echo "make sabotage  each promise about points broken in turn: does its test say so?"
	@echo "make screenshots  the pictures of docs/images, taken anew of a demo"
	@echo "make messages  the catalogues in locale/, brought up to date with what the code says"
	@echo "make up      the production set in containers"

run: $(VENV)/run.stamp catalogues
	@$(BIN)/python manage.py demo --port $(PORT) $(ARGS)

seed: $(VENV)/run.stamp catalogues
	@$(BIN)/python manage.py demo --seed-only $(ARGS)

test: $(VENV)/dev.stamp catalogues
	@$(BIN)/python -m tests.engines $(ARGS)

lint: types style

types: $(VENV)/dev.stamp
	$(BIN)/mypy .

style: $(VENV)/dev.stamp catalogues
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint $(TEMPLATES) --check --lint --quiet
	$(BIN)/lint-imports
	$(BIN)/python -m tests.sizes
	$(PRODUCTION) $(BIN)/python manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --database default --fail-level WARNING
	@echo "The OpenAPI description and the catalogues say what the code says."
	$(BIN)/pytest -q --only-without-a-database \
		tests/clients/test_describing.py tests/pages/test_catalogues.py
	$(BIN)/python -m tests.audit

check: lint test

bench: $(VENV)/dev.stamp
	@$(BIN)/python -m benchmarks $(ARGS)

prove: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.prove --steps $(STEPS) --kills $(KILLS) --seed $(SEED) $(ARGS)

worlds: $(VENV)/dev.stamp
	@WORLDS=$(WORLDS) WORLDS_SEED=$(SEED) \
		$(BIN)/python -m tests.engines -n0 -s tests/analytics/worlds $(ARGS)

sabotage: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.sabotage $(ARGS)

till-day: $(VENV)/dev.stamp
	@TILL_DAY_OPERATIONS=$(OPERATIONS) TILL_DAY_SEED=$(SEED) \
		$(BIN)/python -m tests.engines -n0 -s tests/house/test_till_day.py $(ARGS)

fuzz: $(VENV)/dev.stamp catalogues
	@LOG_LEVEL=ERROR FUZZ_EXAMPLES=$(EXAMPLES) FUZZ_SEED=$(SEED) \
		$(BIN)/python -m tests.engines -n0 -s tests/clients/test_fuzzing.py $(ARGS)

screenshots: $(VENV)/dev.stamp catalogues
	@$(BIN)/python -m tests.pages.screenshots $(ARGS)

messages: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.catalogues

up:
	docker compose up --build

catalogues: $(CATALOGUES)

%.mo: %.po | $(VENV)/run.stamp
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and neither python3 nor" \
		"python3.11 to python3.14 is one. Install it, or say PYTHON=/path/to/python." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python could not make a virtual environment;" \
		"on Debian and Ubuntu: apt-get install python3-venv" >&2; rm -rf $(VENV); exit 1; }

# Installed again only when the lock has changed.
$(VENV)/run.stamp: requirements/run.txt | $(BIN)/python
	@echo "Installing what requirements/run.txt locks (once)."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt | $(BIN)/python
	@echo "Installing what requirements/dev.txt locks (once)."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@ $(VENV)/run.stamp
