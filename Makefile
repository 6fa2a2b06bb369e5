# make run [ARTICLE=file.html]   set everything up and serve the page
# make test                      set everything up and run the tests
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export HF_HUB_OFFLINE := 1
export GRADIO_ANALYTICS_ENABLED := False

.PHONY: run test bench-quality bench-speed clean

run: $(VENV)/.run
	$(BIN)/python app.py $(if $(ARTICLE),"$(ARTICLE)")

test: $(VENV)/.test
	.ci/browser
	$(BIN)/ruff check .
	$(BIN)/python -m pytest -q

bench-quality: $(VENV)/.test
	$(BIN)/python -m tests.bench.quality

bench-speed: $(VENV)/.test
	$(BIN)/python -m tests.bench.speed

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "no virtual environment: on Debian or Ubuntu, apt-get install python3-venv" >&2; exit 2; }

# The CPU build of torch goes in first, so that nothing else draws in the far larger one for GPUs.
$(VENV)/.run: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/.test: requirements-dev.txt $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

clean:
	rm -rf $(VENV) .data
