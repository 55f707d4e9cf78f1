# What one does here every day. `just` lists it.

default:
    @just --list

# format, lints and documentation, as strictly as CI
check:
    cargo fmt --check
    cargo clippy --all-targets --locked -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --document-private-items --locked

# every test on SQLite, and on PostgreSQL when its binaries are found
test:
    cargo test --locked

# the same, and fail when PostgreSQL was not tested
test-postgres:
    REQUIRE_POSTGRES=1 cargo test --locked

# write the OpenAPI documents the program prints
openapi:
    cargo run --locked --quiet -- openapi > openapi/openapi.json
    cargo run --locked --quiet -- openapi --v30 > openapi/openapi-3.0.json

# the demonstration
run:
    cargo run --release --locked -- demo

# the program as the image has it: smaller, with link-time optimisation, and minutes longer to build
dist:
    cargo build --profile dist --locked

# everything CI does
ci:
    bash .ci/run
