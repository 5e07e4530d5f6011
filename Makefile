# make demo: everything from nothing to an archive of the demo site. make test: everything that is tested.
PYTHON ?= python3
BIN := .venv/bin

# make bench: what a page costs, beside bare Scrapy and others; BENCH='--rounds 1' for less of it.
# make extras: what scrapy browse, exports to Parquet, METRICS_FILE, CLUSTER_URL and --workers need besides.
.PHONY: demo extras test lint types unit bench docs schemas audit constraints clean

demo: .venv/.runtime
	$(BIN)/scrapy demo

extras: .venv/.extras

test: lint types unit

lint: .venv/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/bandit --quiet --configfile pyproject.toml --severity-level medium --recursive slqncy

types: .venv/.dev
	$(BIN)/mypy

unit: .venv/.dev
	$(BIN)/pytest -n auto --dist worksteal

bench: .venv/.bench
	.venv/bench/bin/python -m benchmarks.speed $(BENCH)
	.venv/bench/bin/python -m benchmarks.speed.profile

# The pages of docs/, into site/. The theme would tell of its end at each build; mkdocs.yml does.
docs: .venv/.dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict
	@echo Read it in site/, with: $(BIN)/mkdocs serve

# The JSON Schemas that the package has, of the records.
schemas: .venv/.runtime
	$(BIN)/python -m slqncy.archive.schemas

# Whether anything that is pinned has a known vulnerability. Asks the package index, and fails where it has no answer.
audit: .venv/.audit
	.venv/audit/bin/pip-audit --strict --disable-pip --require-hashes --progress-spinner off \
		$(patsubst %,-r %,$(wildcard constraints*.txt))

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("slqncy needs Python 3.11 or newer, this is " + sys.version.split()[0] + "; try make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv

.venv/.runtime: .venv/bin/python constraints.txt pyproject.toml
	$(BIN)/pip install --quiet --require-hashes -r constraints.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

.venv/.extras: .venv/.runtime constraints-extras.txt
	$(BIN)/pip install --quiet --require-hashes -r constraints-extras.txt
	touch $@

.venv/.dev: .venv/.runtime .venv/.peers constraints-dev.txt
	$(BIN)/pip install --quiet --require-hashes -r constraints-dev.txt
	touch $@

# Programs of others that read our WARC files; their dependencies do not go together with ours.
.venv/.peers: .venv/bin/python constraints-peers.txt
	$(PYTHON) -m venv .venv/peers
	.venv/peers/bin/pip install --quiet --require-hashes -r constraints-peers.txt
	touch $@

# Ours and those it is measured beside, in one Python. The pins are complete; older pips trip over an extra among them.
.venv/.bench: .venv/bin/python constraints-bench.txt
	$(PYTHON) -m venv .venv/bench
	.venv/bench/bin/pip install --quiet --require-hashes --no-deps -r constraints-bench.txt
	touch $@

.venv/.audit: .venv/bin/python constraints-audit.txt
	$(PYTHON) -m venv .venv/audit
	.venv/audit/bin/pip install --quiet --require-hashes -r constraints-audit.txt
	touch $@

# Pins for CI and users, made from pyproject.toml; hatchling and editables build the package.
# scrapyd, which tests crawl with, wants setuptools<81; who browses takes any.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links
constraints: .venv/bin/python
	$(BIN)/pip install --quiet uv
	printf 'hatchling\neditables\n' | $(COMPILE) pyproject.toml - -o constraints.txt
	printf 'hatchling\neditables\nsetuptools<81\n' | $(COMPILE) pyproject.toml - --extra browse --extra cluster --extra export --extra jobs --extra metrics -c constraints.txt -o constraints-extras.txt
	printf 'hatchling\neditables\n' | $(COMPILE) pyproject.toml - --extra dev -c constraints-extras.txt -o constraints-dev.txt
	$(COMPILE) pyproject.toml --extra bench -c constraints.txt -o constraints-bench.txt
	printf 'pip-audit\n' | $(COMPILE) - -o constraints-audit.txt
	printf 'cdxj-indexer\nfastwarc\npywb\nsetuptools\nwarcio\n' | $(COMPILE) - -o constraints-peers.txt

clean:
	rm -rf .venv build dist site .mypy_cache .pytest_cache .ruff_cache .hypothesis
