# Everything starts here: `make help` lists the targets.
# Needs git, make and Python 3.11 or 3.12. Newer Pythons work with servers given by
# COSTFRAME_DATABASE_URL and COSTFRAME_REDIS_URL, since the embedded ones have no wheels for them.

SHELL := /bin/sh
PYTHON ?= $(shell for p in python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' >/dev/null 2>&1 && { echo $$p; exit; }; \
	done; echo python3)
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
ARGS ?=
# The whole suite is shared out by tests/distribution.py. A part of it is not worth several servers, and a server that
# was given serves one process only. A worker that died is not replaced, or xdist waits for ever for what it had.
# Python keeps what it compiled, whatever the shell says: else each worker works out every test's assertions anew.
WORKERS ?= $(if $(ARGS)$(COSTFRAME_DATABASE_URL),0,logical)

.DEFAULT_GOAL := help
.PHONY: help demo bill test check deployable bench format kits rules screenshots audit sbom lock clean

help: ## what can be done here
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(READY): requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(None if v >= (3, 11) else f"Python 3.11 or 3.12 is needed; this is {v[0]}.{v[1]}. Give another one: make PYTHON=/path/to/python3.12 ...")'
	@echo "Setting up $(VENV) (pinned and hashed; once)..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r requirements-dev.txt
	@touch $@

demo: $(READY) ## set everything up and run the first audit against the sandbox cloud (ARGS=--once: print and stop)
	@$(BIN)/python -m sandbox.demo $(ARGS)

bill: $(READY) ## what a bill alone proves, without any access (FILES="part-1.csv.gz part-2.csv.gz")
	@$(BIN)/python manage.py try_bill $(FILES)

test: $(READY) ## the whole test suite (ARGS=-k name: part of it)
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -n $(WORKERS) --maxprocesses 4 --max-worker-restart 0 $(ARGS)

check: $(READY) deployable ## format, lint, types, import contracts, migrations, deployment
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	COSTFRAME_SANDBOX=true COSTFRAME_ROLE=migrate $(BIN)/python -W ignore manage.py makemigrations --check --dry-run
	COSTFRAME_SANDBOX=true COSTFRAME_ROLE=worker $(BIN)/python manage.py make_kits --check
	COSTFRAME_SANDBOX=true COSTFRAME_ROLE=worker $(BIN)/python manage.py make_rule_index --check

# As web and operator are deployed; the keys are nobody's.
DEPLOYED := COSTFRAME_PUBLIC_ORIGIN=https://costframe.example COSTFRAME_TRUSTED_PROXIES=1 \
	COSTFRAME_SECRET_KEY=of-this-check-only-0123456789-abcdefghijklmnopqrstuvw \
	COSTFRAME_CLERK_ISSUER=https://clerk.costframe.example COSTFRAME_CLERK_PUBLISHABLE_KEY=pk_live_Y2xlcmsuY29zdGZyYW1lLmV4YW1wbGUk

deployable: $(READY)
	$(DEPLOYED) COSTFRAME_ROLE=web COSTFRAME_CONTEXT_KEY=$$(printf '%064d' 0) \
		$(BIN)/python manage.py check --deploy --fail-level WARNING
	$(DEPLOYED) COSTFRAME_ROLE=operator COSTFRAME_OPERATOR_TRAIL_DATABASE_URL=postgres://cf_operator_trail@127.0.0.1/costframe \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

bench: $(READY) ## speed, as ratios to the limit in the same run
	@$(BIN)/python -m benchmarks $(ARGS)

format: $(READY) ## format the code and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

kits: $(READY) ## write the kits' data anew from the collectors' declared calls
	COSTFRAME_SANDBOX=true COSTFRAME_ROLE=worker $(BIN)/python manage.py make_kits

rules: $(READY) ## write the list of rules (docs/rules/README.md) anew from the rules
	COSTFRAME_SANDBOX=true COSTFRAME_ROLE=worker $(BIN)/python manage.py make_rule_index

screenshots: $(READY) ## the README's pictures, from the running demo
	@$(BIN)/python -m sandbox.screenshots $(ARGS)

audit: $(READY) ## ask for known weaknesses of the pinned requirements (needs the network)
	@$(BIN)/pip-audit --strict --progress-spinner off --disable-pip --require-hashes --requirement requirements.txt || { \
		echo "This is no clean audit: either a requirement has a known weakness, or the service could not be asked" >&2; \
		echo "about all of them. The lines above say which. docs/running.md says what to do." >&2; exit 1; }

sbom: $(READY) ## write sbom.cdx.json: what production installs, with its hashes (CycloneDX)
	@$(BIN)/python -W ignore -m cyclonedx_py requirements --pyproject pyproject.toml --output-reproducible --output-format JSON \
		--output-file sbom.cdx.json requirements.txt
	@echo "Wrote sbom.cdx.json."

lock: $(READY) ## pin and hash the requirements anew
	@$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements-dev.in -o requirements-dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header benchmarks/converter.in -o benchmarks/converter.txt

clean: ## remove the environment and the embedded servers' data
	rm -rf $(VENV) .local staticfiles sbom.cdx.json
