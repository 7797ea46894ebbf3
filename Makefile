.DEFAULT_GOAL := help
.PHONY: demo test build bench fuzz lint clean help

demo: build ## replay the recorded lab against its policies
	@scripts/demo

test: ## run the tests
	@scripts/setup --tests
	@scripts/test

build: ## build .build/release/weir
	@scripts/setup
	swift build -c release --product weir

bench: ## measure (FILTER=compile: only that; RESULTS=file: where the JSON goes)
	@scripts/setup
	@scripts/bench --filter '$(FILTER)' $(if $(RESULTS),--results '$(RESULTS)')

fuzz: ## feed random bytes to the parsers, a minute each
	@scripts/setup
	@scripts/fuzz

lint: ## check the formatting
	swift format lint --strict -r Sources Tests Benchmarks Fuzz Package.swift

clean: ## remove what was built
	swift package clean
	rm -rf Benchmarks/.build Benchmarks/.results Fuzz/.build

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
