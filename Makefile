# make app: set everything up and open the app.   make test: set everything up and run every check and test.
# Both need only make and Python 3.11 or newer.

VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8501
NEWEST = $(firstword $(foreach p,$(PYTHON) python3 python3.14 python3.13 python3.12 python3.11,\
	$(shell command -v $(p) >/dev/null 2>&1 && $(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $(p))))

.PHONY: app test check fast clean

app: $(VENV)/app.ready
	$(PY) -m deepclust app --port $(PORT)

test: check
	$(PY) -m pytest

fast: check
	$(PY) -m pytest -m "not slow and not browser"

check: $(VENV)/test.ready
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

$(VENV)/bin/python:
	@test -n "$(NEWEST)" || { echo "DeepClust needs Python 3.11 or newer: install it, or say make PYTHON=/path/to/python3."; exit 1; }
	$(NEWEST) -m venv $(VENV) || { echo "Python could not make a virtual environment; on Debian: apt install python3-venv"; exit 1; }

$(VENV)/app.ready: requirements.txt | $(VENV)/bin/python
	$(PY) -m pip install --quiet -r requirements.txt
	@touch $@

$(VENV)/test.ready: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	$(PY) -m pip install --quiet -r requirements-dev.txt
	@touch $@ $(VENV)/app.ready

clean:
	rm -rf $(VENV)
