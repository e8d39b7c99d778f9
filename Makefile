.PHONY: check test bench build help

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

check: ## all that a commit has to pass
	./.ci/run

test: ## tests only
	go test ./...

bench: ## benchmarks
	go test -run '^$$' -bench . -benchmem ./...

build: ## the program, in ./bin
	go build -trimpath -o bin/stateaudit ./cmd/stateaudit
