# Everything a developer does with this repository. `make` alone lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

# The result must not depend on what the caller's environment holds. sqlite_fts5 switches on full-text search,
# which needs the C compiler; CI and containers sometimes have no HOME, where Go and npm keep their caches.
override export GOFLAGS := -tags=sqlite_fts5 -buildvcs=false
override export CGO_ENABLED := 1
override export GOWORK := off
override export GOTOOLCHAIN := local
ifeq ($(HOME),)
override export HOME := $(shell getent passwd "$$(id -u)" | cut -d: -f6)
endif

# The folders with a test that has this word in it.
packages = $(shell grep -rl --include='*_test.go' --exclude-dir=node_modules '$(1)' . | xargs -r dirname | sort -u)

# The tests in files with this word in them, as a pattern for -run.
tests = ^($(shell grep -rl --include='*_test.go' --exclude-dir=node_modules '$(1)' . | xargs -r grep -hoE '^func Test[A-Za-z0-9]+' | cut -c6- | paste -sd'|'))$$

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## start the product with a fictional firm on 127.0.0.1 (ARGS="--addr 127.0.0.1:9000" adds flags)
	@exec bin/tasuke demo --dir .demo $(ARGS)

.PHONY: demo-data
demo-data: build ## write the demo's customers and event logs, their mappings and the truth behind them to demo-data/
	@bin/tasuke demo-data --out demo-data $(ARGS)

.PHONY: build
build: assets ## leave the product in bin/tasuke
	@go build -o bin/tasuke ./cmd/tasuke

# Tests make and throw away thousands of databases, on PostgreSQL with hundreds of tables each. Where there is
# room for them in memory they do not wait for the disk. torture and bench stay on the disk: it is what they are about.
roomy := $(shell [ -w /dev/shm ] && [ "$$(df -Pk /dev/shm | awk 'NR == 2 {print $$4}')" -gt 8000000 ] && echo /dev/shm)

.PHONY: test
test: deps assets ## run all tests, on SQLite and PostgreSQL, with a browser and mail servers (PKG=./cases/... for fewer)
	@export TASUKE_E2E=1 TASUKE_PG_TMP="$${TASUKE_PG_TMP:-$(or $(roomy),/tmp)}" GOTMPDIR="$${GOTMPDIR:-$${TMPDIR:-/tmp}}" TMPDIR="$$(mktemp -d "$(or $(roomy),$${TMPDIR:-/tmp})/tasuke-test.XXXXXX")"; \
	trap 'rm -rf "$$TMPDIR"' EXIT; scripts/with-postgres.sh go test -json -count=1 -timeout 24m $(or $(PKG),./cmd/tasuke ./...) | go run ./scripts/testreport

.PHONY: lint
lint: assets ## formatting, vet, staticcheck, dropped errors, house rules
	@scripts/lint.sh

.PHONY: verify
verify: assets ## fail when a generated file, go.mod or go.sum is not what its generator writes
	@scripts/verify.sh

.PHONY: generate
generate: assets ## write the generated files again: pages (templ), holidays
	@go tool templ generate -log-level error
	@go generate ./...

.PHONY: bench
bench: deps assets ## measure, with durable writes; takes minutes and wants a quiet machine (PKG=./bench ONLY=Engine for less)
	@: $(or $(call packages,func \(TestBench\|Benchmark\)),$(error no test named TestBench… and no benchmark anywhere))
	@TASUKE_BENCH=1 TASUKE_PG_FSYNC=on scripts/with-postgres.sh \
		go test -v -count=1 -p 1 -timeout 60m -run "^TestBench.*$(ONLY)" -bench "$(or $(ONLY),.)" -benchmem $(or $(PKG),$(call packages,func \(TestBench\|Benchmark\)))

.PHONY: torture
torture: deps assets ## kill the product, whole runs and the standard playbooks at each commit point and at hundreds of random moments, on both databases (ONLY=Playbook for less)
	@: $(or $(call packages,"TASUKE_TORTURE"),$(error no test asks for TASUKE_TORTURE))
	@TASUKE_TORTURE=1 TASUKE_E2E=1 TASUKE_PG_FSYNC=on scripts/with-postgres.sh \
		go test -v -count=1 -p 1 -timeout 120m -run '$(or $(ONLY),$(call tests,"TASUKE_TORTURE"))' $(call packages,"TASUKE_TORTURE")

.PHONY: assets
assets: deps-run ## bring the third-party scripts and fonts at their pinned versions
	@scripts/assets.sh

.PHONY: deps-run
deps-run:
	@scripts/deps.sh run

.PHONY: deps
deps: ## install what building and testing need (as root by apt-get, otherwise say what is missing)
	@scripts/deps.sh test

.PHONY: clean
clean: ## remove what the targets made, also the demo's data
	@rm -rf bin .demo demo-data node_modules web/static/vendor
