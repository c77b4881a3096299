# One command each; `make help` lists them. Needs only Python 3.11 or 3.12 with venv, and make.

PYTHON ?= python3
PORT ?= 8000
DEMO_ARGS ?=
ONLY ?=

PREPARE = $(PYTHON) healthsite/supervising/preparing.py
BIN = .venv/bin

.PHONY: help run test check screenshots bench lock python

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile

run: python ## set up (first time) and start everything at PORT (8000); Ctrl-C stops it all, the data stay
	@exec $(PREPARE) requirements.txt manage.py serve --port "$(PORT)" --demo-arguments="$(DEMO_ARGS)"

test: python ## set up and run the whole test suite on SQLite and on PostgreSQL
	@exec $(PREPARE) requirements-dev.txt -m tests.everywhere

screenshots: python ## pictures of every page of the demo workspace, into .local/screenshots
	@exec $(PREPARE) requirements-dev.txt -m tests.screenshots

bench: python ## the benchmarks with their floors (ONLY="whatif rules" runs some)
	@exec $(PREPARE) requirements-dev.txt -m tests.bench $(ONLY)

check: python ## linters, types, migrations, check --deploy, dependency audit
	@$(PREPARE) requirements-dev.txt -c ""
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	DEBUG=1 $(BIN)/mypy .
	DEBUG=1 $(BIN)/python manage.py makemigrations --check --dry-run
	SECRET_KEY=$$($(BIN)/python -c "import secrets; print(secrets.token_urlsafe(50))") \
	SITE_URL=https://health.example.com ALLOWED_HOSTS=health.example.com EMAIL_URL=smtp://mail.example.com:25 \
	$(BIN)/python manage.py check --deploy --fail-level WARNING
	@$(BIN)/python .ci/audit.py

lock: python ## resolve requirements*.in and package.json anew into the lock files
	@$(PREPARE) requirements-dev.txt -c ""
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --upgrade requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --upgrade -c requirements.txt \
	  requirements-dev.in -o requirements-dev.txt
	npm install --package-lock-only --ignore-scripts --no-audit --no-fund

python:
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here: install Python 3.11 or 3.12 (Debian: apt-get install python3 python3-venv)." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' || { echo "$(PYTHON) is not Python 3.11 or 3.12: install one of them and name it, as in make run PYTHON=python3.12." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) lacks its venv module: install it (Debian: apt-get install python3-venv)." >&2; exit 1; }
