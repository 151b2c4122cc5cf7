# Needs only Python ≥ 3.11, pip and make: each target sets up .venv by itself when it is missing or behind.
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
  BIN := .venv/Scripts
else
  BIN := .venv/bin
endif
READY := .venv/.ready
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test test-wheel chapters lab docs docs-serve docs-test bench prepare constraints clean

help:
	@echo "make demo      six techniques against a baseline, the same seconds for each, several seeds, and what helped (about 4 minutes)"
	@echo "make test      run every check and test in the checkout, stop at the first that fails (about ten minutes)"
	@echo "make test-wheel  build the wheel, install it apart, and run what is exported, and two chapters, against it"
	@echo "make chapters  run every chapter on photographs: make chapters DATA=FOLDER"
	@echo "make lab       open the course in JupyterLab"
	@echo "make docs      build the web site into _site/; docs-serve shows it, docs-test tries it in Chromium (these need Node.js)"
	@echo "make bench     time the course's code against stock fastai and simple loops"
	@echo "make prepare   bring modules, tests, README and links in step with the notebooks"

$(READY): settings.ini setup.py pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: $(READY)
	sota-course demo

# Export and clean are run for real; what they change in the working tree is then a difference, and a failure.
# One thread for each process: two of them waiting for each other at every small step are slower than one.
# Cells marked `#| test` run in pytest, and not once more where they stand.
test: $(READY)
	python -m sota_course._nbdev drift
	chkstyle nbs
	python -m sota_course._nbdev links --check
	python -m sota_course._nbdev readme --check
	OMP_NUM_THREADS=1 SOTA_COURSE_DATA="$$(python -m sota_course data sample)" nbdev-test --n-workers 2 --timing
	OMP_NUM_THREADS=1 python -m pytest -n 2 -m 'not wheel'

test-wheel: $(READY)
	OMP_NUM_THREADS=1 python -m pytest -m wheel

# Where fastai has put Imagenette, or in the folder DATA.
chapters: $(READY)
	SOTA_COURSE_DATA=$(abspath $(DATA)) nbdev-test --n-workers 1 --timing --file-re '^[0-9]'

lab: $(READY)
	jupyter lab nbs

# The site has an environment of its own: its builder and the course need different versions. npm brings Python for browsers.
SITE_READY := .venv-site/.ready
SITE_PYTHON := $(subst .venv,.venv-site,$(BIN))/python
$(SITE_READY): site/requirements.txt site/package-lock.json
	$(PYTHON) -m venv .venv-site
	$(SITE_PYTHON) -m pip install --quiet --requirement site/requirements.txt
	npm ci --prefix site --ignore-scripts --no-audit --no-fund --silent
	@touch $@

docs: $(SITE_READY)
	$(SITE_PYTHON) site/build.py

docs-serve: docs
	$(SITE_PYTHON) site/serve.py

docs-test: docs $(READY)
	OMP_NUM_THREADS=1 python -m pytest site

# Those that load images need a data set: make bench DATA=~/.fastai/data/imagenette2-160
bench: $(READY)
	python benchmarks/channel_statistics.py $(DATA)
	python benchmarks/training_step.py
	python benchmarks/report.py
ifdef DATA
	python benchmarks/loading.py $(DATA)
	python benchmarks/cache_build.py $(DATA)
	python benchmarks/predictions.py $(DATA)
	python benchmarks/predict.py $(DATA)
	python benchmarks/epochs.py $(DATA)
	python benchmarks/grid.py $(DATA)
endif

prepare: $(READY)
	python -m sota_course._nbdev links
	nbdev-export
	nbdev-clean
	python -m sota_course._nbdev readme

# The exact versions the tests ran with.
constraints: $(READY)
	python -m pip freeze --exclude-editable > constraints.txt

clean:
	rm -rf .venv .venv-site _site site/node_modules build dist *.egg-info
