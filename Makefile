# make demo and make test are all that a newcomer needs; `make help` lists the rest.
SHELL := /bin/sh
PREFIX ?= /usr/local
JOBS = $(shell scripts/jobs)
TEST_JOBS = $(shell expr 2 \* $$(scripts/jobs))  # Most tests wait more than they compute.
CTEST_FLAGS ?=

.PHONY: help build demo test asan tsan bench install format lint clean

help:  ## This list.
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile

build:  ## build/release/runtask, what users run.
	@scripts/packages build
	@cmake --preset release --log-level=WARNING
	@cmake --build --preset release --target runtask -j $(JOBS)

demo: build  ## Builds, then runs a Django project's tasks on the embedded ECS.
	@scripts/packages demo
	@scripts/demo

test:  ## Builds everything and runs every test.
	@scripts/packages build test
	@cmake --preset release --log-level=WARNING -DRUNTASK_TESTS=ON
	@cmake --build --preset release -j $(JOBS)
	@ctest --test-dir build/release --no-tests=error --output-on-failure -j $(TEST_JOBS) $(CTEST_FLAGS)

asan:  ## The tests under AddressSanitizer and UndefinedBehaviorSanitizer.
tsan:  ## The tests under ThreadSanitizer.
# The simulation has one thread, and ThreadSanitizer makes it ten times slower.
tsan: export RUNTASK_SIM_SEEDS ?= 1000
asan tsan:
	@scripts/packages build test
	@cmake --preset $@ --log-level=WARNING
	@cmake --build --preset $@ -j $(JOBS)
	@ctest --test-dir build/$@ --no-tests=error --output-on-failure -j $(TEST_JOBS) $(CTEST_FLAGS)

bench:  ## Measures, beside what users have today.
	@scripts/packages build bench
	@cmake --preset release --log-level=WARNING -DRUNTASK_BENCH=ON
	@cmake --build --preset release -j $(JOBS)
	@bench/run

install: build  ## Into PREFIX (default /usr/local), below DESTDIR if that is set.
	@cmake --install build/release --prefix "$(PREFIX)"

format:  ## Rewrites the sources as .clang-format says.
	@scripts/packages lint
	@git ls-files '*.cpp' '*.h' | xargs clang-format -i

lint:  ## clang-format, clang-tidy and shellcheck; all must be silent.
	@scripts/packages build test lint
	@scripts/lint

clean:  ## Removes build/.
	@rm -rf build
