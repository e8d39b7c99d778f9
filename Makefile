.PHONY: check test bench fuzz growth survey build report-sample help

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

check: ## all that a commit has to pass
	./.ci/run

test: ## tests only
	go test ./...

bench: ## an audit beside go vet, staticcheck and bare parsing; GO_REPO= and RUBY_REPO= choose what is audited
	GO_REPO=$(abspath $(GO_REPO)) RUBY_REPO=$(abspath $(RUBY_REPO)) go test -run '^$$' -bench . -benchtime 1x -timeout 60m ./internal/bench

fuzz: ## every reader and the whole pipeline on arbitrary input; FUZZ_TIME= for each
	./.ci/fuzz $(FUZZ_TIME)

growth: build ## time and memory of generated applications of 0.25, 1 and 3 million lines
	go run ./internal/bench/growth -bin bin/stateaudit
	go run ./internal/bench/growth -bin bin/stateaudit -copies 12

survey: build ## audit each checkout below REPOS= with bounds, and print a table
	go run ./internal/bench/survey -bin bin/stateaudit $(REPOS)

build: ## the program, in ./bin
	go build -trimpath -o bin/stateaudit ./cmd/stateaudit

report-sample: ## the HTML report of testdata/atlas, in ./bin
	@mkdir -p bin
	go run ./cmd/stateaudit audit --offline --quiet --format html=bin/report-sample.html testdata/atlas
	@echo bin/report-sample.html
