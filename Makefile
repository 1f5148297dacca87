SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
PIP := .venv/bin/python -m pip install --quiet --quiet
# Python's own cache goes below .venv too: a run leaves nothing behind in the source tree.
export PYTHONPYCACHEPREFIX := $(CURDIR)/.venv/pycache
CATALOGUES := $(wildcard fikoadmin/translations/*/LC_MESSAGES/*.po)
INSTALL_SERVICES := $(filter true,$(CI))$(filter 1,$(FIKO_INSTALL_SERVICES))

.PHONY: help run test bench storm audit check format translations lock screens

help:  ## What can be made here
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

run: .venv/run.stamp .venv/translations.stamp  ## Start Fiko Admin with demo data at http://127.0.0.1:8000 (PORT changes it)
	@exec .venv/bin/fikoadmin run --demo

test: .venv/dev.stamp .venv/translations.stamp  ## Every test, against real servers and a real browser
	@$(if $(INSTALL_SERVICES),.venv/bin/python -m tools.install_services)
	@.venv/bin/pytest -n 2 --dist loadfile --durations 20

bench: .venv/dev.stamp .venv/translations.stamp  ## Speed beside references: one table, about two minutes
	@.venv/bin/python -m bench

storm: .venv/dev.stamp .venv/translations.stamp  ## Faults at full size: hours
	@.venv/bin/pytest -m storm --timeout 0 -n 2 --dist load --durations 20 tests/storm

audit: .venv/dev.stamp .venv/translations.stamp build/audit/stamp  ## Lighthouse, valid HTML, size of a first load (takes Node 20.19)
	@.venv/bin/python -m tools.audit

check: .venv/dev.stamp  ## Format, lint, types
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy

format: .venv/dev.stamp  ## Put the code into its format
	.venv/bin/ruff check --fix-only .
	.venv/bin/ruff format .

translations: .venv/dev.stamp  ## Bring the catalogues up to date with the code, and compile them
	.venv/bin/pybabel extract --mapping-file pyproject.toml --add-location file --sort-by-file \
		$(addprefix --keyword=,lazy_gettext lazy_ngettext:1,2 lazy_pgettext:1c,2 p:1c,2 P_) --output-file .venv/messages.pot fikoadmin templates
	.venv/bin/pybabel update --ignore-pot-creation-date --no-fuzzy-matching --no-wrap \
		--input-file .venv/messages.pot --output-dir fikoadmin/translations
	.venv/bin/python -m tools.compile_translations

lock: .venv/dev.stamp  ## Resolve setup.cfg anew and pin the result in requirements/
	.venv/bin/python -m tools.lock

.venv/bin/python:
	@python=$$(tools/find-python) && echo "Making .venv with $$python" && "$$python" -m venv --clear .venv

.venv/run.stamp: requirements/run.txt setup.cfg pyproject.toml | .venv/bin/python
	@echo "Installing Fiko Admin into .venv: once, about a minute"
	@$(PIP) --requirement requirements/run.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.stamp: requirements/dev.txt .venv/run.stamp
	@echo "Installing what development needs into .venv"
	@$(PIP) --requirement requirements/dev.txt
	@touch $@

build/audit/stamp: tools/audit/package.json tools/audit/package-lock.json
	@echo "Installing the scanners into build/audit"
	@mkdir -p $(@D) && cp $^ $(@D)
	@cd $(@D) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

.venv/translations.stamp: $(CATALOGUES) .venv/run.stamp
	@.venv/bin/python -m tools.compile_translations
	@touch $@

screens: .venv/dev.stamp .venv/translations.stamp  ## A picture of every page in build/screens/; those of docs/pictures/ anew
	@.venv/bin/python -m tools.screens
	@.venv/bin/python -m tools.pictures
