# make help lists what there is.
.DEFAULT_GOAL := help
SHELL := /bin/bash -o pipefail
SWIFT ?= swift
ENGINE ?= builtin
RUNS ?= 1000000
CHECKED := --explicit-target-dependency-import-check error
# Live tests wait for servers most of the time; more at once only starve each other.
WIDTH := --experimental-maximum-parallelization-width 4
PACKAGES := libpq-dev libyaml-dev libssl-dev pkg-config postgresql-15 postgresql-15-slony1-2 slony1-2-bin pgbouncer python3-jsonschema python3-yaml spin

# Where the release binaries are.
BINARIES = $$($(SWIFT) build -c release --static-swift-stdlib --show-bin-path)
# RELEASE=1 has the tests start the program as it ships; one built for debugging takes five times as long to start.
TESTED = $(if $(RELEASE),POLARITY_TESTED="$(BINARIES)/polarity")

# Tests are built to count lines, so that coverage needs no build of its own; only `make coverage` has them written down.
BUILD_TESTS = $(SWIFT) build --build-tests --enable-code-coverage $(CHECKED)
export LLVM_PROFILE_FILE := /dev/null

# Runs tests, keeps what they print, and ends with those that failed.
tested = 2>&1 | tee $(1) || { printf '\nWhat failed:\n'; grep -a '^✘' $(1); exit 1; }

.PHONY: help
help: ## Show this list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: deps
deps: ## Install the system packages that are missing (Debian; as root or with sudo).
	@missing=$$(for p in $(PACKAGES); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q '^install ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then \
		sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
		$$sudo apt-get update -q && \
		$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $$missing; \
	fi

.PHONY: build
build: deps ## Build the release binary, .build/release/polarity.
	$(SWIFT) build -c release $(CHECKED) --static-swift-stdlib --product polarity

.PHONY: demo
demo: build ## Tell the main job's story on throwaway nodes; ENGINE=slony for a real Slony-I cluster.
	ENGINE=$(ENGINE) examples/demo/demo.sh "$(BINARIES)/polarity"

.PHONY: test
test: deps $(if $(RELEASE),build) ## Run every test, on real servers that the tests start themselves.
	$(BUILD_TESTS)
	$(TESTED) $(SWIFT) test --skip-build --disable-xctest $(WIDTH) $(call tested,.build/test.log)

.PHONY: lint
lint: ## Check the format and build with warnings as errors and checked imports.
	$(SWIFT) format lint --recursive --strict Sources Tests Package.swift
	$(BUILD_TESTS)

.PHONY: model
model: deps ## Verify the model of the protocol, and that it fails without any one of its precautions.
	mkdir -p .build
	Tests/Model/check.sh | tee .build/model.log

.PHONY: fuzz
fuzz: deps ## Read a million cluster files that a fuzzer made, or RUNS; fails on a crash, a hang, a leak, a broken promise.
	mkdir -p .build
	Tests/Fuzz/run.sh $(RUNS) | tee .build/fuzz.log

.PHONY: coverage
coverage: deps ## Run the unit tests and print line coverage; the pure room stays above 95 %.
	$(BUILD_TESTS)
	$(SWIFT) test --skip-build --disable-xctest --enable-code-coverage --filter '^(Replication|ClusterFile|Reports)Tests\.'
	Tests/coverage.sh .build

# What the sanitizer's run leaves out. One test limits files, of which its runtime maps one. The others thread no other way
# than those that stay: unit tests that try a thing a thousand times; suites that start the program again and again, for
# names, passwords, rights, refusals, many faults of a kind; what servers do by themselves, or under Slony-I.
UNTHREADED := 'on a disk that fills up on the way|on a real Slony-I cluster|ten thousand changes|/(Autovacuum|Bounds|BuiltinEngine[A-Z][a-z]*|EventTrigger|ExitCode|Hostile|HostileNames|HostileSearchPath|JournalFault|Law|LeastPrivilege|Load|LostConnection|LostOrigin|LostServer|Output|PrivilegesPage|Readme|Refusal|Revert|SandboxCommand|Schema|Secret|SlonyAtOnce|SlonyCluster|SlonyModes|SlonyPrivilege|StalePlan|StaleUnderLock|Standby|TableOwner|Turn|WrongNode)Tests\.swift'
# Every program would sleep for a second at its end, in case a thread still races; the tests start hundreds.
SANITIZER := halt_on_error=1 atexit_sleep_ms=50
THREAD := --sanitize thread --scratch-path .build-thread

.PHONY: test-thread
test-thread: deps ## Run the tests once more under the thread sanitizer.
	$(SWIFT) build --build-tests $(THREAD)
	TSAN_OPTIONS="$(SANITIZER)" $(SWIFT) test --skip-build --disable-xctest $(THREAD) $(WIDTH) \
		--skip $(UNTHREADED) $(call tested,.build-thread/test.log)

# The files of the fault tests that do more where FAULTS=all asks for it.
FAULT_TESTS := /(BusyTable|Death|HostileNames|JournalFault|LastMoments|LeastPrivilege|Load|LostConnection|LostServer|Pooler|Secret|SlonyAtOnce|StalePlan|StaleUnderLock|TwoAtOnce)Tests\.swift

.PHONY: test-death
test-death: deps $(if $(RELEASE),build) ## Run the fault tests in full: every fault and many rounds, instead of some.
	$(BUILD_TESTS)
	$(TESTED) FAULTS=all $(SWIFT) test --skip-build --disable-xctest $(WIDTH) --filter '$(FAULT_TESTS)' $(call tested,.build/test-death.log)

.PHONY: test-majors
test-majors: deps ## Run the live tests on every major of PostgreSQL that can be had; MAJORS="13 13+15+18" for some.
	$(BUILD_TESTS)
	Tests/Majors/run.sh $(MAJORS) 2>&1 | tee .build/test-majors.log

.PHONY: safety
safety: ## Check the page Safety against what the last tests printed; WRITE=1 writes its tables anew.
	Tests/safety.py $(if $(WRITE),write,check) $(wildcard $(addprefix .build/,test.log test-death.log test-majors.log model.log fuzz.log))

.PHONY: bench
bench: deps ## Print speed as ratios against floors taken in the same run; QUICK=1 shows that it works.
	$(SWIFT) build -c release $(CHECKED) --static-swift-stdlib --product polarity
	$(SWIFT) build -c release $(CHECKED) --static-swift-stdlib --product polarity-bench
	"$(BINARIES)/polarity-bench" $(if $(QUICK),--quick)

.PHONY: docs
docs: deps ## Build the documentation.
	$(SWIFT) package generate-documentation --target Replication --warnings-as-errors

.PHONY: clean
clean: ## Delete everything that was built.
	rm -rf .build .build-*
