# Two commands are enough: `make run` starts the desk, `make test` passes all tests.
PYTHON ?= python3
PORT ?= 8501
BIN := .venv/bin
# Not compiled ahead: what is never imported needs no .pyc, which saves 200 MB.
PIP := $(BIN)/pip install --quiet --no-compile --disable-pip-version-check --constraint constraints.txt

.PHONY: run ask test check torture lock browser clean

run: .venv/.base
	$(BIN)/footnote up --port $(PORT) --knowledge sample/knowledge

ask: .venv/.base
	@test -n "$(Q)" || { echo 'Ask something: make ask Q="How do I reset my password?"' >&2; exit 2; }
	@$(BIN)/footnote ingest sample/knowledge >&2
	@$(BIN)/footnote ask "$(Q)"

test: .venv/.full browser
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest

check: .venv/.full
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q -m "not slow and not full" --numprocesses 2

# The long forms of what CI runs shortly; hours. The figures go into docs/reliability.md.
torture: .venv/.full
	$(BIN)/python -m tests.torture.kills --kills 1000
	$(BIN)/python -m tests.torture.forgetting --operations 10000
	$(BIN)/python -m tests.torture.askers --questions 2000
	$(BIN)/python -m tests.torture.deliveries --schedules 1000

.venv/.base: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Footnote needs Python 3.11 or newer; name one: make run PYTHON=python3.12" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing Footnote into .venv (once; a minute or two) ..."
	@$(PIP) --editable .
	@touch $@

# Torch comes with the extra `models`. Without a GPU, PyTorch's CPU index saves gigabytes: see CONTRIBUTING.md.
.venv/.full: .venv/.base
	@echo "Installing what the tests need (torch among it) ..."
	@$(PIP) --editable '.[models,slack,langchain,postgres,evals,dev]'
	@touch $@

browser: .venv/.full
	@sh tests/browser/install_chromium.sh $(BIN)

lock: .venv/.full
	@{ echo '# Every package of the full install, pinned. Made by `make lock`; pip reads it as constraints.'; \
	   $(BIN)/pip freeze --exclude-editable | sed 's/+cpu$$//' | grep -viE '^(pip|setuptools|wheel)[ =]' | sort -f; } > constraints.new
	@mv constraints.new constraints.txt

clean:
	rm -rf .venv .footnote
