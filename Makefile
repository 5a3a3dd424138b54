# One door for developers. Every target sets up what it needs and says what it does.
PY ?= python3
BIN := .venv/bin
STAMP := .venv/.ready-$(shell cat requirements/runtime.txt requirements/test.txt pyproject.toml | cksum | cut -d' ' -f1)

.PHONY: setup test-setup lint test demo bench screenshots clean

setup: $(STAMP)

$(STAMP):
	@echo "== setting up the Python environment in .venv"
	@sh scripts/venv.sh "$(PY)"
	@rm -f .venv/.ready-*
	@touch $@

demo: setup
	@echo "== the demo: a township and its villages on this machine"
	@$(BIN)/kiosk demo $(DEMO)

test-setup: setup
	@echo "== looking for what the tests need (Chromium, Chinese fonts, Go, Pango, espeak-ng)"
	@sh scripts/test-setup.sh

lint: setup
	@echo "== lint: ruff and mypy"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

test: test-setup lint
	@echo "== tests"
	@$(BIN)/pytest -n 2

bench: setup
	@echo "== how fast: sync, rebuild, pages (some minutes; see \"Speed\" in docs/design.md)"
	@$(BIN)/python -m tests.bench.rebuild --full
	@$(BIN)/python -m tests.bench.sync --full
	@$(BIN)/python -m tests.bench.pages

screenshots: test-setup
	@echo "== the pictures of the README and the manuals, from a demo of their own"
	@. scripts/apt.sh; ls /usr/lib/chromium/locales/zh-CN.pak >/dev/null 2>&1 || apt_install chromium-l10n \
	  || echo "chromium-l10n is missing: Chromium's own words in the pictures stay English"
	@$(BIN)/python scripts/screenshots.py

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
