# The words people try first. `make setup` makes .venv; without one, python3 is used.
PYTHON := $(if $(wildcard .venv/bin/python),.venv/bin/python,python3)
CORPUS ?= corpus
JOBS ?= 2
# Of lines in topicclf/ that tests run, in per cent: what is measured, less one.
COVERAGE := 96

.PHONY: help setup check format test test-fast coverage docs serve pictures model bench lock bom audit clean

help:  ## Show this.
	@sed -n 's/^\([a-z-]*\):.*## /\1 /p' $(MAKEFILE_LIST) | awk '{w=$$1; $$1=""; printf "%-10s%s\n", w, $$0}'

setup:  ## Make .venv with the pinned development tools.
	python3 -m venv .venv
	.venv/bin/pip install -q --require-hashes -r requirements/dev.txt
	.venv/bin/pip install -q --no-deps -e .

check:  ## Formatting, lint and types.
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy

format:  ## Format, and mend what lint can mend.
	$(PYTHON) -m ruff check --fix-only .
	$(PYTHON) -m ruff format .

test:  ## Every test.
	$(PYTHON) -m pytest -q -n $(JOBS)

test-fast:  ## The tests that take no time.
	$(PYTHON) -m pytest -q -n $(JOBS) -m "not slow"

coverage:  ## Every test, and which lines they miss.
	$(PYTHON) -m pytest -q -n $(JOBS) --cov --cov-report=term:skip-covered --cov-fail-under=$(COVERAGE)

docs:  ## The site, in build/site. Any warning is an error.
	$(PYTHON) -m pytest -q docs
	NO_MKDOCS_2_WARNING=1 $(PYTHON) -m mkdocs build -q --strict

serve:  ## The site, on this machine.
	NO_MKDOCS_2_WARNING=1 $(PYTHON) -m mkdocs serve

pictures:  ## README's picture and output, and the manual, from the program.
	$(PYTHON) examples/picture.py
	$(PYTHON) -m topicclf.cli.manual > docs/cli.md

model:  ## The shipped model, from the corpora in CORPUS, and what it is worth.
	$(PYTHON) training/train.py --corpus $(CORPUS) --out models/news
	$(PYTHON) training/evaluate.py --corpus $(CORPUS)

bench:  ## Speed against peers (extra [peers]).
	$(PYTHON) benchmarks/speed.py

lock:  ## Newest and lowest versions into requirements/; needs uv.
	uv pip compile -q --universal --python-version 3.11 --extra dev --generate-hashes \
		--custom-compile-command "make lock" -o requirements/dev.txt --upgrade pyproject.toml
	uv pip compile -q --python-version 3.11 --extra test --resolution lowest-direct \
		--custom-compile-command "make lock" -o requirements/lowest.txt --upgrade pyproject.toml

bom:  ## What the wheel brings along, as a CycloneDX bill of materials: build/topicclf.cdx.json.
	rm -rf build/bom
	python3 -m venv build/bom/tool
	python3 -m venv --without-pip build/bom/wheel
	build/bom/tool/bin/pip install -q "cyclonedx-bom==7.*"
	build/bom/tool/bin/pip --python build/bom/wheel/bin/python install -q .
	rm build/bom/wheel/lib/*/site-packages/topicclf-*.dist-info/direct_url.json  # This folder's name.
	build/bom/tool/bin/cyclonedx-py environment build/bom/wheel/bin/python --output-reproducible \
		--validate -o build/topicclf.cdx.json

audit:  ## Known weaknesses of the pinned development tools; asks PyPI.
	python3 -m venv build/audit
	build/audit/bin/pip install -q "pip-audit==2.*"
	build/audit/bin/pip-audit --strict --require-hashes --disable-pip -r requirements/dev.txt

clean:  ## Remove what was built.
	rm -rf build dist topicclf/kernel/*.so .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info
