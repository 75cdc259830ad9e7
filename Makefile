# `make demo` and `make test` are all that a fresh machine needs; both install what is missing first.

SWIFT ?= swift
DEMO ?= demo

# Many tests keep a core busy or wait for a program; all of them at once would only wait for each other.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH ?= 4

.PHONY: setup build demo test lint format bench crash playback asan tsan clean

setup:
	@Scripts/setup.sh

# With Swift's libraries inside, the program starts sooner and runs where no Swift is installed.
build: setup
	$(SWIFT) build -c release --static-swift-stdlib

demo: build
	@Scripts/demo.sh $(DEMO)

test: setup
	$(SWIFT) build --build-tests
	@SWIFT=$(SWIFT) Scripts/test.sh

lint: setup
	@Scripts/lint.sh

format:
	$(SWIFT) format -i -r -p Sources Tests Package.swift

bench: build
	Benchmarks/film/run
	Benchmarks/cached-rerun
	Benchmarks/plan-size
	$(SWIFT) run -c release --package-path Benchmarks/Engine engine-benchmarks .build

# Kills the release build at 200 random moments and shows that nothing is lost; `make crash ROUNDS=1000` does more.
ROUNDS ?= 200

crash: build
	$(SWIFT) build --build-tests
	VIDEOCRAFT_PROGRAM=$(CURDIR)/.build/release/videocraft VIDEOCRAFT_CRASH_ROUNDS=$(ROUNDS) \
	  $(SWIFT) test --skip-build --disable-xctest --filter CrashTests

# Plays a film in a headless Chromium while it is rendered, and what was uploaded to a host; needs Debian's package `chromium`.
playback: build
	Scripts/playback/playback
	Scripts/playback/contract

# The sanitizers rebuild everything, so each has a build folder of its own. Leak reports are off: the Swift
# runtime itself never frees some of what it allocates.
asan: setup
	ASAN_OPTIONS=detect_leaks=0 $(SWIFT) test --disable-xctest --sanitize address --scratch-path .build/asan

tsan: setup
	TSAN_OPTIONS="history_size=7 suppressions=$(CURDIR)/Tests/tsan.supp" \
	  $(SWIFT) test --disable-xctest --sanitize thread --scratch-path .build/tsan

clean:
	rm -rf .build $(DEMO) videocraft-output
