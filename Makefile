# make run [ARTICLE=file.html]   set everything up and serve the page
# make test                      set everything up and run the tests
# make run LOCKED=1              the same with the hash of every package checked
# make fuzz [SECONDS=600]        change article files at random and read them
# make lock, licences, audit     what is installed: docs/operations.md
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export HF_HUB_OFFLINE := 1
export GRADIO_ANALYTICS_ENABLED := False

# What is installed has the versions in requirements*.lock; with LOCKED=1 the hashes written down there, too.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: run test bench-quality bench-speed bench-load fuzz lock licences audit clean

run: $(VENV)/.run
	$(BIN)/python app.py $(if $(ARTICLE),"$(ARTICLE)")

test: $(VENV)/.test
	.ci/browser
	.ci/deploy
	$(BIN)/ruff check .
	$(BIN)/python -m pytest -q

bench-quality: $(VENV)/.test
	$(BIN)/python -m tests.bench.quality

fuzz: $(VENV)/.test
	$(BIN)/python -m tests.fuzz.run $(or $(SECONDS),600)

bench-speed: $(VENV)/.test
	$(BIN)/python -m tests.bench.speed

bench-load: $(VENV)/.test
	$(BIN)/python -m tests.bench.load

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "no virtual environment: on Debian or Ubuntu, apt-get install python3-venv" >&2; exit 2; }

# The CPU build of torch goes in first, so that nothing else draws in the far larger one for GPUs.
$(VENV)/.run: requirements.txt requirements.lock | $(VENV)/bin/python
	sed -n 's/ *\\$$//; /^[A-Za-z]/p' requirements-dev.lock > $(VENV)/versions.txt
	$(if $(LOCKED),$(PIP) --require-hashes -r requirements.lock,\
		$(PIP) torch==2.13.0 -c $(VENV)/versions.txt && $(PIP) -r requirements.txt -c $(VENV)/versions.txt)
	touch $@

$(VENV)/.test: requirements-dev.txt requirements-dev.lock $(VENV)/.run
	$(PIP) $(if $(LOCKED),--require-hashes -r requirements-dev.lock,-r requirements-dev.txt -c $(VENV)/versions.txt)
	touch $@

# The hashes of all pins, the list of licences, the known holes in what is pinned (asks a service on the network).
lock: $(VENV)/.test
	PATH="$(CURDIR)/$(BIN):$$PATH" python .ci/lock $(if $(UPGRADE),--upgrade)

licences: $(VENV)/.test
	$(BIN)/python .ci/licences

audit: $(VENV)/.test
	$(BIN)/python -m pip_audit --require-hashes --disable-pip -r requirements.lock

clean:
	rm -rf $(VENV) .data
