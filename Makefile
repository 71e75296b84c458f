GO ?= go
ARGS ?=
FUZZTIME ?= 10s
export GO FUZZTIME

.DEFAULT_GOAL := help
.PHONY: help demo test build bench microbench fuzz mutants rehearsal screenshots demo-libs notice lint clean prepare env reproducible client-libs

help: ## list these targets
	@echo "make demo   starts the provider, three apps and an API on localhost"
	@echo "make test   installs what the tests need where it can, and runs them"
	@echo
	@sed -n 's/^\([a-z-]*\):.* ## \(.*\)$$/  \1	\2/p' $(MAKEFILE_LIST) | expand -t 16

demo: ## run the demo; flags in ARGS, e.g. make demo ARGS=--cross-site
	$(GO) run ./cmd/hush demo $(ARGS)

prepare: ## install what the tests need: redis-server, Chromium, Node, nginx, slapd, a C compiler
	@./scripts/prepare.sh

test: prepare ## check format, vet, and run every test with the race detector
	@unformatted=$$(gofmt -l .) || exit 1; test -z "$$unformatted" || { echo "not formatted:" $$unformatted; exit 1; }
	$(GO) vet ./...
	@# As released: the race detector leaves workers of rules unconfined.
	CGO_ENABLED=0 ./scripts/leftovers.sh $(GO) test ./internal/rules ./internal/rules/worker
	./scripts/leftovers.sh $(GO) test -race -timeout 40m ./...

build: ## build the binary ./hush
	CGO_ENABLED=0 $(GO) build -trimpath -o hush ./cmd/hush

bench: ## measure silent renewals against the least they can cost; e.g. make bench ARGS='-rounds 3 all'
	$(GO) run ./internal/bench $(ARGS)

microbench: ## run the benchmarks beside the packages
	$(GO) test -run '^$$' -bench . -benchmem ./...

fuzz: ## run each fuzz test for FUZZTIME, 10 s by default
	@./scripts/fuzz.sh

rehearsal: prepare ## run two nodes under load for 12 minutes: every way to sign in, other keys, outages, restarts
	$(GO) test ./internal/rehearsal -count=1 -v -timeout 30m -rehearse 12m

mutants: prepare ## take each guard out and see a test fail; flags in ARGS, e.g. make mutants ARGS=-run=cookie
	@./scripts/leftovers.sh $(GO) run ./internal/mutants $(ARGS)

screenshots: prepare ## make the pictures in docs/img anew
	HUSH_SCREENSHOTS=1 $(GO) test -count=1 -timeout 10m -run Screenshots ./web/page ./web/admin ./internal/e2e

demo-libs: ## fetch the demo apps' libraries anew, as web/demo/static/vendor/versions.txt pins them
	web/demo/refresh.sh

client-libs: ## bundle the libraries of internal/clients and the provider of internal/e2e anew, as they are pinned
	internal/clients/testdata/bundles/refresh.sh
	internal/e2e/testdata/provider/refresh.sh

notice: ## write NOTICE anew from what is linked in
	./scripts/notice.sh

lint: ## run golangci-lint, if it is there
	@command -v golangci-lint >/dev/null || { \
		echo "golangci-lint is not installed. Get version 2 with:"; \
		echo "  $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@latest"; exit 1; }
	golangci-lint run

env: ## write .env with secrets for docker compose, once
	@./scripts/env.sh

reproducible: ## build twice by scripts/build.sh and compare the binaries
	./scripts/reproducible.sh

clean: ## remove what make build made
	rm -f hush
