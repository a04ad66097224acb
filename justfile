# The commands of a working day. `just` alone lists them; what .ci/run runs is marked (CI).

default:
    @just --list

# Everything that must hold before a merge (CI)
ci:
    .ci/run

# Scan the sample models and print the report
demo:
    cargo run --release --locked -p weighbridge-cli -- scan testdata

# Run all tests (CI)
test:
    cargo test --workspace --all-features --locked

# Check the format (CI)
fmt:
    cargo fmt --all --check

# Lint (CI)
lint:
    cargo clippy --workspace --all-targets --all-features --locked -- -D warnings

# Build the documentation (CI)
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --all-features

# Check licences, bans and sources of dependencies (CI)
deny:
    cargo deny --all-features check licenses bans sources

# Check dependencies against the RustSec database; needs a network
advisories:
    cargo deny --all-features check advisories

# Check every set of features
features:
    cargo hack check --workspace --feature-powerset --no-dev-deps --depth 2

# Check that no third-party type stands in a public signature
public-types:
    cargo +nightly check-external-types

# Compare the public API with the main branch
semver:
    cargo semver-checks --baseline-rev main

# Check the snapshots of the command line
snapshots:
    cargo insta test --check --unreferenced=reject

# Fuzz one target for some seconds
fuzz target seconds="60":
    cargo +nightly fuzz run {{target}} -- -max_total_time={{seconds}}

# Run every bench once, without measuring (CI)
bench-smoke:
    cargo bench -p weighbridge-bench -- --test

# Measure
bench *args:
    cargo bench -p weighbridge-bench -- {{args}}

# Hold the table of crates to the code (CI)
layering:
    cargo test -p weighbridge --test layering

# Look for undefined behaviour in the crates without system calls
miri:
    cargo +nightly miri test -p findings -p model-digest

# Build the packages as they would be published
package:
    cargo package --workspace --locked

# Build with the oldest supported compiler
msrv:
    cargo +1.89 check --workspace --all-features --locked

# The pickle machine builds where there is no operating system (needs the target: `rustup target add wasm32-unknown-unknown`).
wasm:
    cargo check -p pickle-vm --target wasm32-unknown-unknown

# Count flags on honest files that real frameworks write (installs some 7 GB of packages).
honest:
    cargo build --release --locked -p weighbridge-cli
    python3 tests/peers/run.py

# Ask weighbridge and its peers about the same corpus, and write docs/comparison.md's tables (installs some 1.2 GB into CACHE).
scanners CACHE:
    cargo build --release --locked -p weighbridge-cli
    python3 tests/peers/scanners/run.py --cache {{CACHE}} --write

# Try wheel, hook, static binary, action and guides as a user would (installs tools from PyPI and npm).
distribution *checks:
    python3 tests/distribution/run.py {{checks}}
