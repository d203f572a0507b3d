# Everything a person types; the work is in scripts/. `make` alone lists what there is.
.DEFAULT_GOAL := help
.PHONY: help setup app worker run serve test check bench faults soak fuzz report deploy fmt
# stdout belongs to the commands: `make -C … serve` prints one line of JSON there.
MAKEFLAGS += --no-print-directory

PORT ?= 8787
STATE ?= .state

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what the build needs (every other command does it by itself)
	@scripts/setup

app: ## build the app, in release, into dist/
	@scripts/build app

worker: ## build the hub, in release, into worker/build/
	@scripts/build worker

run: ## from nothing to a running workspace with real issues; prints its links
	@PORT=$(PORT) STATE=$(STATE) exec scripts/run

serve: app worker ## run the release build: PORT=8787 STATE=.state; prints one line of JSON when ready
	@exec scripts/serve --port $(PORT) --state $(STATE)

test: ## all tests
	@scripts/test

check: ## format, lints, types, the app's size
	@scripts/check

bench: ## measure
	@scripts/bench $(ARGS)

faults: ## kill the hub 50 times under load and look for what it had acknowledged
	@scripts/faults $(ARGS)

soak: ## forty people work while a vendor attacks the hub, for ten minutes: ARGS="--minutes 2"
	@scripts/soak $(ARGS)

fuzz: ## feed the importers damaged files: ARGS="60 github bundle" for a minute of these two
	@scripts/fuzz $(ARGS)

report: ## print the report of a real quarter into docs/: ARGS="--quarter 2013-Q1 --to ."
	@scripts/report $(ARGS)

deploy: ## build and deploy to Cloudflare: ARGS=--dry-run to try
	@scripts/deploy $(ARGS)

fmt: ## format the code
	@cargo fmt
