# The few commands people type. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
LOCKED := $(VENV)/.locked
READY  := $(VENV)/.ready
# checkov pins its boto3: it has an environment and a lock of its own.
SCANNER := $(VENV)/scanner
SCANNER_READY := $(SCANNER)/.ready

# Where Amazon Connect is. us-east-1 is the one that cfn-lint knows best.
CONNECT_REGIONS := us-east-1 us-west-2 ca-central-1 eu-central-1 eu-west-2 af-south-1 \
  ap-northeast-1 ap-northeast-2 ap-southeast-1 ap-southeast-2

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: help
help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: demo
demo: $(READY) ## Play whole calls on a local AWS; CALL=list lists them, CALL=works SPEED=1 shows one live
	@$(BIN)/operations demo $(if $(CALL),--call $(CALL)) $(if $(SPEED),--speed $(SPEED)) $(if $(SEED),--seed $(SEED))

.PHONY: deploy
deploy: $(READY) ## Deploy to AWS with the SAM CLI; it asks its questions the first time only
	@$(BIN)/operations deploy

.PHONY: destroy
destroy: $(READY) ## Delete the deployed stack; records are kept, and named
	@$(BIN)/operations destroy

.PHONY: test
test: $(READY) ## Run every test: in two processes, but for those of the workflow, which play in real time
	@SECONDS=0; $(BIN)/pytest -n 2 --dist loadfile --ignore tests/workflow; $(BIN)/pytest tests/workflow; \
	  echo "make test: $$SECONDS s"

.PHONY: mutants
mutants: $(READY) ## Change functions, machine, template and flows, one thing at a time: some test has to notice
	@$(BIN)/pytest tests/*/test_*_mutants.py tests/mutants/functions_under_mutmut.py

.PHONY: load
load: $(READY) ## Put 5,000 transfers, 500 at once, on the second local AWS; TRANSFERS=… AT_ONCE=… MINUTES=… for others
	@$(BIN)/operations load $(if $(TRANSFERS),--transfers $(TRANSFERS)) $(if $(AT_ONCE),--at-once $(AT_ONCE)) \
	  $(if $(MINUTES),--minutes $(MINUTES))

.PHONY: lint
lint: $(READY) $(SCANNER_READY) ## Check style, types, the template, its expansion and security, state machine, flows
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/operations expand > $(VENV)/expanded.json
	@$(BIN)/cfn-lint template.yaml
	@$(BIN)/cfn-lint --regions $(CONNECT_REGIONS) -- template.yaml flows/stack.yaml events/stack.yaml \
	  examples/*/*.yaml
	@# W3002: `sam package` uploads the nested stacks.
	@mkdir -p $(VENV)/flows && cp flows/stack.yaml $(VENV)/flows/
	@mkdir -p $(VENV)/events && cp events/stack.yaml $(VENV)/events/
	@$(BIN)/cfn-lint --ignore-checks W3002 -- $(VENV)/expanded.json
	@$(BIN)/operations scan $(SCANNER)/bin/checkov
	@$(BIN)/statelint statemachines/secure_transfer.asl.json
	@$(BIN)/operations flows lint flows/*.json

.PHONY: lint-asl
lint-asl: ## Check the state machine with asl-validator (needs Node)
	@npm ci --silent --no-audit --no-fund
	@npx --no-install asl-validator --json-path statemachines/secure_transfer.asl.json

.PHONY: ci
ci: ## Run what CI runs
	@bash .ci/run

.PHONY: format
format: $(READY) ## Put the code into the project's format
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

.PHONY: lock
lock: $(READY) ## Choose new versions of the dependencies and lock them with their hashes
	@$(BIN)/uv pip compile -q --upgrade pyproject.toml --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --custom-compile-command "make lock" -o requirements.lock
	@$(BIN)/uv pip compile -q functions/requirements.in --constraint requirements.lock --universal \
	  --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	  --custom-compile-command "make lock" -o functions/requirements.txt
	@$(BIN)/uv pip compile -q --upgrade --group scanner --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --custom-compile-command "make lock" -o scanner.lock

.PHONY: faults-page
faults-page: $(READY) ## Write docs/faults.md from the cells in tests/faults
	@$(BIN)/python -m tests.faults.page

.PHONY: flows-stack
flows-stack: $(READY) ## Write flows/stack.yaml, which deploys the flows, from the flow files
	@$(BIN)/python -m operations.flows_stack

.PHONY: events
events: $(READY) ## Publish what has changed in events/v…; write docs/events.md and events/stack.yaml
	@$(BIN)/operations events publish
	@$(BIN)/python -m operations.event_schemas.page
	@$(BIN)/python -m operations.event_schemas.stack

.PHONY: clean
clean: ## Remove what the other commands made
	@rm -rf $(VENV) node_modules build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(LOCKED): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "secure transfer needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)." \
	    "Name another: make PYTHON=python3.12 …"; exit 1; }
	@echo "Setting up $(VENV) (once; it takes about a minute) …"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/pip install -qq --require-hashes -r requirements.lock
	@touch $@

$(READY): $(LOCKED) pyproject.toml
	@$(BIN)/pip install -qq --no-deps --no-build-isolation --editable .
	@touch $@

# After $(LOCKED), which clears $(VENV).
$(SCANNER_READY): scanner.lock $(LOCKED)
	@echo "Setting up $(SCANNER) (once; it takes about half a minute) …"
	@$(PYTHON) -m venv --clear $(SCANNER)
	@$(SCANNER)/bin/pip install -qq --require-hashes -r scanner.lock
	@touch $@
