.DEFAULT_GOAL := help
.PHONY: demo test build lint clean help

demo: build ## replay the recorded lab against its policies
	@scripts/demo

test: ## run the tests
	@scripts/setup --tests
	@scripts/test

build: ## build .build/release/weir
	@scripts/setup
	swift build -c release --product weir

lint: ## check the formatting
	swift format lint --strict -r Sources Tests Package.swift

clean: ## remove what was built
	swift package clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
