# Divisi. `make demo` and `make test` are all that anyone needs; each does its own set-up.

PREFIX ?= /usr/local
DESTDIR ?=
MINUTES ?= 10

# Libraries are those of the system, never what lies beside the program.
RELEASE = swift build -c release --static-swift-stdlib --disable-local-rpath -Xlinker -s
BINARY = .build/release/divisi
# They keep both cores, or both threads that tests run on, busy for minutes: beside them others would wait too long for
# their turn.
LONG = SimulationTests|CrashCampaignTests|RealAgentRunTests|CrashTests|FaultTests|InterruptTests
# They give real programs a limited time, of which no waiting for a turn may be a part.
TIMED = ReadinessHarnessTests

.PHONY: help deps deps-ci build demo test check lint docs bench soak crash fuzz install clean

help: ## what can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

deps: ## install the Debian packages that building needs, where they are missing
	@Scripts/deps needed

deps-ci: ## the same, and what lets no test be skipped
	@Scripts/deps needed tested

build: deps ## the release binaries, which run without a toolchain
	$(RELEASE) --product divisi
	$(RELEASE) --product divisi-supervise

demo: build ## show Divisi at work in a scratch repository
	@Scripts/demo $(BINARY)

test: deps ## every test
	swift build --build-tests
	swift test --skip-build --parallel --skip '$(LONG)|$(TIMED)'
	swift test --skip-build --filter '$(TIMED)'
	swift test --skip-build --parallel --filter '$(LONG)'

check: deps lint ## format lint, and the tests of what changed
	@Scripts/check

lint:
	swift format lint --strict --recursive Package.swift Sources Tests Fuzz

docs: deps ## write again what is generated under docs/
	swift build --product divisi
	Scripts/generate-docs .build/debug/divisi

bench: build ## measure, beside a peer or a floor in the same run
	@Scripts/bench $(BINARY)

soak: deps ## play random runs for MINUTES, or one of them: SEED=n
	swift build -c release --product divisi-soak
	.build/release/divisi-soak $(if $(SEED),seed $(SEED),$$(( $(MINUTES) * 60 )))

crash: build ## kill RUNS=200 runs at random moments, and judge what comes of them; one of them: SEED=n
	python3 Tests/Crash/campaign.py $(BINARY) $(if $(SEED),--seed $(SEED)) --runs $(or $(RUNS),$(if $(SEED),1,200))

fuzz: deps ## feed the readers broken input for MINUTES
	Fuzz/run $(MINUTES)

install: build ## install to PREFIX (default /usr/local)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 755 $(BINARY) $(BINARY)-supervise $(DESTDIR)$(PREFIX)/bin
	install -m 644 docs/divisi.1 $(DESTDIR)$(PREFIX)/share/man/man1/divisi.1
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	$(BINARY) completions bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/divisi
	install -d $(DESTDIR)$(PREFIX)/share/zsh/site-functions
	$(BINARY) completions zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_divisi
	install -d $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	$(BINARY) completions fish > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/divisi.fish

clean: ## remove what was built
	rm -rf .build .bench
