# Every target makes and uses .venv in this folder by itself; a second run finds it ready. What the system lacks for it
# (python3-venv; Chromium and fonts for the tests) is installed where that needs no password, and named where it does.
#
#   make demo [PORT=8000] [ARGS=--reset]    run the whole product with its demo shop
#   make test [ARGS=tests/routing]          run the tests
#   make check                              format, lint, types, imports, files, then the tests
#   make bench                              speed figures
#   make faults                             what becomes of a draft when a model server misbehaves
#   make injections [ARGS=orders.jsonl]     what becomes of orders hidden in messages, with a model that obeys them
#   make voices                             whether fifteen model habits can be told apart in what customers see
#   make install                            only make .venv, as the image does
#   make lock                               write the lock files anew after a change of pyproject.toml
#   make format                             put the code in order
#   make docs                               build the documents as a site in build/site
#   make clean                              remove .venv and what tools left

SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PORT ?= 8000
ARGS ?=
PYTHON ?=
UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin
# pip neither asks, nor looks for a newer self, nor leaves the locked and hashed set.
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
LOG := $(VENV)/pip.log
DEBIAN := .ci/debian
# Two processes; the tests of one file stay together (tests/conftest.py).
TEST_RUN := -n 2
COMPILE := build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header
COMPILE_OWN := $(COMPILE) pyproject.toml --extra build
# The clients that the bench compares the gateway with stay out of the product's environment.
PEERS := build/bench
SITE_TOOLS := build/docs
# A script, picture, frame or sheet with another host's address in a built page or sheet.
FROM_OUTSIDE := <(script|img|iframe)[^>]* src="?(https?:)?//[^"]*|<link[^>]* rel="?(stylesheet|pre|icon)[^>]*//[^>]*|url\("?(https?:)?//[^)]*

.PHONY: help install demo test check bench faults injections voices lock format docs clean

help:
	@sed -n '4,15s/^# *//p' Makefile

install: $(VENV)/.installed

demo: $(VENV)/.installed
	@echo "4/4 Starting supportbot on port $(PORT) ..."
	@exec $(BIN)/supportbot demo --port $(PORT) $(ARGS)

test: $(VENV)/.browser
	@$(BIN)/python -m pytest $(TEST_RUN) $(ARGS)

# $(call step,command,how to fix it)
define step
@printf '\n== %s\n' '$(1)'; $(1) || { \
	printf '\nmake check stopped at: %s\nTo fix it: %s\n' '$(1)' '$(2)' >&2; exit 1; }
endef

check: $(VENV)/.dev
	$(call step,$(BIN)/ruff format --check .,make format)
	$(call step,$(BIN)/ruff check .,make format mends part of it; change the rest by hand)
	$(call step,$(BIN)/mypy --strict supportbot,correct the types named above)
	$(call step,$(BIN)/lint-imports --no-cache --no-logo,imports point down: move what two packages share to a lower layer)
	$(call step,$(BIN)/hadolint Dockerfile,change the Dockerfile line named above)
	$(call step,$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec compose.yaml,change the entry of compose.yaml named above)
	$(call step,$(MAKE) test ARGS=,run the failing test alone: make test ARGS="-n 0 tests/that_file.py")

bench: $(VENV)/.dev $(PEERS)/.installed
	@$(BIN)/python -m tests.benchmarks $(ARGS)

faults: $(VENV)/.dev
	@$(BIN)/python -m tests.gateway.faults

voices: $(VENV)/.dev
	@$(BIN)/python -m tests.voices

injections: $(VENV)/.dev
	@$(BIN)/python -m tests.injection $(ARGS)

format: $(VENV)/.dev
	@$(BIN)/ruff check --fix-only --quiet . && $(BIN)/ruff format .

lock: $(VENV)/.python
	@test -x build/lock/bin/uv || { $(BIN)/python -m venv build/lock \
		&& build/lock/bin/python -m pip --disable-pip-version-check install --quiet uv==$(UV_VERSION); }
	@$(COMPILE_OWN) -o requirements.lock
	@$(COMPILE_OWN) --extra dev -c requirements.lock -o requirements-dev.lock
	@$(COMPILE) tests/benchmarks/requirements.in -o requirements-bench.lock
	@$(COMPILE) .ci/docs-requirements.in -o requirements-docs.lock
	@! grep -nE '://|^-' requirements.lock requirements-dev.lock requirements-bench.lock requirements-docs.lock \
		|| { echo 'A lock file names a registry; take that line out.' >&2; exit 1; }
	@echo "Wrote requirements.lock, requirements-dev.lock, requirements-bench.lock and requirements-docs.lock."

docs: $(SITE_TOOLS)/.installed
	@NO_MKDOCS_2_WARNING=1 $(SITE_TOOLS)/bin/mkdocs build --quiet
	@! grep -rnoE '$(FROM_OUTSIDE)' --include='*.html' --include='*.css' build/site \
		|| { echo 'The site loads from outside what is named above.' >&2; exit 1; }
	@echo "The documents are in build/site; open build/site/index.html."

clean:
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-artifacts
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment, in five stamps. Each is written only after its step ended well.

# $(call quietly,command,what to say when it fails)
define quietly
@$(1) >$(LOG) 2>&1 || { cat $(LOG) >&2; printf '\n%s\n' '$(2)' >&2; exit 1; }
endef

# Takes the first Python that answers and is new enough: PYTHON=..., python3, then the versioned names.
define find_python
found=; old=; \
for name in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	version=$$($$name -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null) || continue; \
	if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then found=$$name; break; fi; \
	old="$${old:-$$name is $$version}"; \
done
endef

$(VENV)/.python:
	@$(find_python); \
	if [ -z "$$found$$old" ] && $(DEBIAN) python3-venv; then $(find_python); fi; \
	if [ -z "$$found" ]; then \
		echo "supportbot needs Python 3.11 or newer; $${old:-no python3 was found on the PATH}. Install one, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; \
	fi; \
	package=python$${version%.*}-venv; \
	makes_venv() { $$found -c 'import ensurepip, venv' 2>/dev/null; }; \
	makes_venv || { $(DEBIAN) $$package && makes_venv; } || { \
		echo "Python $$version cannot make environments yet. On Debian or Ubuntu: apt install $$package" >&2; exit 1; \
	}; \
	echo "1/4 Making the environment $(VENV) (Python $$version) ..."; \
	$$found -m venv --clear $(VENV)
	@$(PIP) uninstall --yes --quiet setuptools 2>/dev/null || true
	@touch $@

$(VENV)/.packages: requirements.lock $(VENV)/.python
	@echo "2/4 Installing $$(grep -c == requirements.lock) locked packages ..."
	$(call quietly,$(PIP) install --require-hashes -r requirements.lock,The packages could not be installed; the reason stands above.)
	@touch $@

$(VENV)/.installed: pyproject.toml $(VENV)/.packages
	@echo "3/4 Installing supportbot ..."
	$(call quietly,$(PIP) install --no-build-isolation --no-deps --no-index -e .,supportbot itself could not be installed; the reason stands above.)
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.installed
	@echo "4/4 Adding the tools for tests and checks ..."
	$(call quietly,$(PIP) install --require-hashes -r requirements-dev.lock,The development packages could not be installed; the reason stands above.)
	@touch $@

$(VENV)/.browser: $(VENV)/.dev
	@.ci/chromium
	@touch $@

$(PEERS)/.installed: requirements-bench.lock $(VENV)/.python
	@echo "Installing the $$(grep -c == requirements-bench.lock) packages of the bench's peers ..."
	@$(BIN)/python -m venv --clear $(PEERS)
	$(call quietly,$(PEERS)/bin/python -m pip --disable-pip-version-check --no-input install --require-hashes -r requirements-bench.lock,The peers could not be installed; the reason stands above. One case alone without them: .venv/bin/python -m tests.benchmarks engine)
	@touch $@

$(SITE_TOOLS)/.installed: requirements-docs.lock $(VENV)/.python
	@echo "Installing the $$(grep -c == requirements-docs.lock) packages that build the documents ..."
	@$(BIN)/python -m venv --clear $(SITE_TOOLS)
	$(call quietly,$(SITE_TOOLS)/bin/python -m pip --disable-pip-version-check --no-input install --require-hashes -r requirements-docs.lock,The packages that build the documents could not be installed; the reason stands above.)
	@touch $@
