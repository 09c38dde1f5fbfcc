# effektutv: every target sets up what it needs in .venv; a machine needs only Python >= 3.11 and make.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
SEED   ?= 1
LANG_  ?= sv

.PHONY: report check test test-processor test-slow test-system test-spark lint bench docs reproduce clean format

# What is installed is recorded in a stamp a set of extras, so that a second call installs nothing.
$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "effektutv needs Python 3.11 or later: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.core: $(VENV)/.python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.test: $(VENV)/.core
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -c constraints.txt lifelines
	@touch $@

# Spark is large: only what runs it installs it.
$(VENV)/.spark: $(VENV)/.test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,spark]'
	@touch $@

$(VENV)/.bench: $(VENV)/.spark
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	@touch $@

$(VENV)/.lint: $(VENV)/.core
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[lint]'
	@touch $@

$(VENV)/.docs: $(VENV)/.core
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[docs]'
	@touch $@

report: $(VENV)/.core
	$(BIN)/effektutv demo demo --seed $(SEED)
	$(BIN)/effektutv run demo/study.toml --out out --lang $(LANG_) --cross-check
	@echo "open out/report.html"

# Before every commit: under a minute on two cores, once the caches are warm.
check: $(VENV)/.test $(VENV)/.lint
	$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -q -n 2 --max-worker-restart 0 -m "not proof and not slow and not system" tests/unit

# A worker that dies ends the run: with files dealt out to workers, the run would wait for its tests for ever.
test: $(VENV)/.test
	$(BIN)/python -m pytest -q -n 2 --dist loadfile --max-worker-restart 0 -m "not slow and not system"

# What holds numbers of others, bytes or fingerprints, as another processor would compute it: nothing may hang on a last bit.
test-processor: $(VENV)/.test
	env $$($(BIN)/python tests/other_processor.py) $(BIN)/python -m pytest -q -n 2 --dist loadfile --max-worker-restart 0 \
		-m "not slow and not system" tests/reference
	env $$($(BIN)/python tests/other_processor.py) $(BIN)/python -m pytest -q -n 2 --dist loadfile --max-worker-restart 0 \
		-m "same_bytes and not slow and not system"

test-slow: $(VENV)/.test
	$(BIN)/python -m pytest -q -n 2 -m slow --timeout 7200

# What tests in a browser, of office files, of printed pages, of SAS files, of a database and of Spark need; it is
# installed where that is allowed.
AXE := npm:axe-core@4.14.1=1477dafa598d8d065f273d6af302aa203c02e83131707b7fa648cd41bd3d6b734f8c22a0dab86ee6a6f64b8afbe804b214d36db85a2826965edfb3a0b9d546b5
test-system: $(VENV)/.spark
	@bash tests/system-packages chromium libreoffice-writer-nogui libreoffice-calc-nogui poppler-utils \
		r-cran-haven postgresql odbc-postgresql unixodbc $(JAVA) $(AXE)
	$(BIN)/python -m pytest -q -m system

# Of these, the ones that hold Spark to DuckDB.
JAVA := openjdk-17-jre-headless
test-spark: $(VENV)/.spark
	@bash tests/system-packages $(JAVA)
	$(BIN)/python -m pytest -q tests/functional/test_engines.py

lint: $(VENV)/.lint
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/python tests/unit/test_imports.py

format: $(VENV)/.lint
	$(BIN)/ruff check --fix src tests benchmarks
	$(BIN)/ruff format src tests benchmarks

bench: $(VENV)/.bench
	@bash tests/system-packages $(JAVA)
	$(BIN)/python -m benchmarks

docs: $(VENV)/.docs
	$(BIN)/python -m sphinx -W -q -b html docs docs/_build/html

# The public trials whose data come with a package: published tables, reproduced.
reproduce: $(VENV)/.test
	@for name in nsw_lalonde nsw_dehejia_wahba star jobs2 actg175; do \
		$(BIN)/effektutv reproduce studies/$$name/study.toml --quiet || exit 1; echo; \
	done
	$(BIN)/python -m pytest -q tests/reference/published

clean:
	rm -rf $(VENV) out demo docs/_build .pytest_cache .mypy_cache .ruff_cache
