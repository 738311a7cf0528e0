# `make help` lists what there is. Everything runs in .venv, which .ci/setup makes on first use.
# Without make: README.md has the same commands.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
# VENV=.venvs/3.13 make ... works with another environment.
export VENV ?= .venv
# A home that cannot be written (a service, a container): matplotlib, IPython and Jupyter would warn
# or fail, and get one in the environment.
HOME_HERE = $(shell [ -w "$$HOME" ] || echo 'HOME="$$(cd "$$VENV" && pwd)/home"')
# Its programs first on the PATH: nbgrader calls alembic, Jupyter its subcommands, by bare names.
IN_VENV = PATH="$$(cd "$$VENV" && pwd)/bin:$$PATH" $(HOME_HERE)
# Jupyter refuses to start as root, as which one works in containers, unless it is told to.
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)
# Hundreds of processes import rnnlib: what is compiled once is kept, whatever the environment says.
unexport PYTHONDONTWRITEBYTECODE
# One thread for each process, and three processes for two cores: many tests wait, for a browser or
# for a limit.
ONE_THREAD := OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 NUMEXPR_NUM_THREADS=1
PYTEST = $(ONE_THREAD) $(IN_VENV) python -m pytest -n 3 --dist loadscope --no-loadscope-reorder
# make test-code ARGS="-k rnn -x" hands options to pytest; make test ARGS=--quick is for who edits:
# no slow test, and no notebook is run.
ARGS :=
QUICK := $(findstring --quick,$(ARGS))
# Seconds by the clock for one cell of a notebook: no cell needs a tenth of it on a quiet machine.
LAST_RESORT := 900

.PHONY: help setup demo test test-code test-pythons test-notebooks verify portability lab grade-lab notebooks release \
	lint format bench bench-grading bench-checks attacks live live-weights live-bench site docs pins clean programs

help: ## this list
	@echo "A hands-on course on recurrent neural networks. make ..."
	@echo
	@sed -n 's/^\([a-z][a-z-]*\):[^#]*## /\1 /p' Makefile | \
		while read -r name text; do printf '  %-15s %s\n' "$$name" "$$text"; done

setup: ## make .venv with all that is needed (every target below does it when it must)
	@.ci/setup

demo: setup ## release a unit, let a sample class hand it in, grade it, show the marks
	@$(IN_VENV) rnnlib demo $(ARGS)

lab: setup ## open JupyterLab on course/, as a student
	@$(IN_VENV) jupyter lab $(AS_ROOT) --ServerApp.root_dir=course \
		--LabApp.default_url=/lab/tree/00_start/00_start.ipynb $(ARGS)

grade-lab: setup ## open JupyterLab with the formgrader on the whole course, as an instructor
	@mkdir -p exchange
	@$(IN_VENV) jupyter lab $(AS_ROOT) $(ARGS)

notebooks: setup ## rebuild the notebooks in solutions/ and course/ from solutions/*.py
	@$(ONE_THREAD) $(IN_VENV) rnnlib build $(ARGS)

release: setup ## make what students get: the package as a wheel and a ZIP a unit, in dist/
	@$(IN_VENV) rnnlib release $(ARGS)

test: setup ## everything below that checks, one after the other
	@$(MAKE) programs; failed=; \
	for step in lint test-code test-notebooks verify; do \
		echo; echo "== make $$step"; \
		$(MAKE) $$step || failed="$$failed $$step"; \
	done; \
	echo; \
	if [ -n "$$failed" ]; then echo "make test: failed in$$failed"; exit 1; fi; \
	echo "make test: all is well"

lint: setup ## look for slips in code and notebooks (ruff)
	@$(IN_VENV) ruff check . && $(IN_VENV) ruff format --check .

test-code: setup ## tests/ and the examples in rnnlib's docstrings
	@$(PYTEST) --durations=20 --doctest-modules tests rnnlib $(ARGS)

test-pythons: setup ## the tests on each Python from 3.11 to 3.14 that is here, in .venvs/
	@$(ONE_THREAD) $(IN_VENV) python .ci/test_pythons.py $(ARGS)

test-notebooks: setup ## run solutions/ again and compare the outputs with the stored ones (nbval)
	@if [ -n "$(QUICK)" ]; then echo "left out with --quick"; else \
		$(PYTEST) --nbval --nbval-current-env --nbval-cell-timeout=$(LAST_RESORT) \
			--nbval-sanitize-with=tests/helpers/nbval_sanitize.cfg solutions/*/*.ipynb $(ARGS); \
	fi

verify: setup ## check that source, notebook and release of each unit agree
	@$(ONE_THREAD) $(IN_VENV) rnnlib verify --workers 2 $(if $(QUICK),--no-run)

portability: setup ## run the notebooks as on other machines and print what differs (long)
	@$(IN_VENV) rnnlib portability $(ARGS)

format: setup ## let ruff mend layout and simple slips
	@$(IN_VENV) ruff check --fix-only . && $(IN_VENV) ruff format .

bench: setup ## measure speed and memory (ARGS=--whole: all rows, all threads; many minutes)
	@$(IN_VENV) rnnlib bench $(ARGS)

bench-grading: setup ## measure grading a class beside plain nbgrader (minutes)
	@$(IN_VENV) rnnlib bench-grading $(ARGS)

bench-checks: setup ## measure how long the check of every exercise takes (minutes)
	@$(ONE_THREAD) $(IN_VENV) rnnlib bench-checks $(ARGS)

attacks: setup ## grade the hostile class, and show what came of each attack
	@$(IN_VENV) rnnlib attacks $(ARGS)

live: setup ## put the live pages together (ARGS=--stills: with new pictures of them)
	@$(IN_VENV) python docs/live/build.py $(ARGS)

live-weights: setup ## train the networks of the live pages anew and store their weights (minutes)
	@$(ONE_THREAD) $(IN_VENV) python docs/live/weights.py $(ARGS)

live-bench: setup ## measure the live pages in a Chromium: bytes, first picture, answers
	@$(IN_VENV) python docs/live/measure.py $(ARGS)

site: setup ## make the course's web site in site/: units to read, the library, the guides
	@$(ONE_THREAD) $(IN_VENV) rnnlib site $(ARGS)

docs: setup ## the same without the units, in docs/_build: API pages from the docstrings
	@$(IN_VENV) python -m sphinx -q -W --keep-going docs docs/_build
	@echo "docs/_build/index.html"

pins: ## resolve all dependencies afresh and rewrite constraints.txt (maintainers)
	@.ci/pin

clean: ## remove .venv and everything that is made, but no work of students
	rm -rf .venv .venv.lock .venvs .demo build dist *.egg-info .pytest_cache .ruff_cache .hypothesis
	find . -name .git -prune -o -type d \( -name __pycache__ -o -name .ipynb_checkpoints \) \
		-prune -exec rm -rf {} +

# The browser tests use a Chromium that is there, grading a bubblewrap, and a PostgreSQL whose server
# the test starts itself. On a machine of a build service, as root, they are fetched; elsewhere
# nothing is installed behind anybody's back, and the tests that need them are skipped.
programs:
	@missing=; \
	for name in chromium chromium-browser google-chrome; do \
		command -v $$name >/dev/null && found=1; \
	done; \
	[ -n "$$found" ] || missing="chromium"; \
	command -v bwrap >/dev/null || missing="$$missing bubblewrap"; \
	command -v postgres >/dev/null || command -v pg_ctlcluster >/dev/null || \
		missing="$$missing postgresql"; \
	[ -z "$$missing" ] && exit 0; \
	if [ -n "$$CI" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing for the tests:" $$missing; \
		export DEBIAN_FRONTEND=noninteractive; \
		{ apt-get update -qq && apt-get install -y -qq --no-install-recommends $$missing; } \
			>/dev/null 2>&1 && exit 0; \
	fi; \
	echo "Not here, so some tests will be skipped (Debian: sudo apt install ...):" $$missing

Makefile: ;

.DEFAULT:
	@echo "There is no target '$@'. 'make help' lists what there is." >&2; exit 2
