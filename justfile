# Common development commands. `just` lists them.

default:
    @just --list

# check format, lints and documentation as CI does
check:
    cargo fmt --check
    cargo clippy --all-targets --locked -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --document-private-items --locked

# run all tests on SQLite, and on PostgreSQL if it is installed
test:
    cargo test --locked

# the same, but fail if PostgreSQL is not tested
test-postgres:
    REQUIRE_POSTGRES=1 cargo test --locked

# regenerate the OpenAPI documents
openapi:
    cargo run --locked --quiet -- openapi > openapi/openapi.json
    cargo run --locked --quiet -- openapi --v30 > openapi/openapi-3.0.json

# run the demonstration
run:
    cargo run --release --locked -- demo

# the program as the image has it: smaller, with link-time optimisation, and minutes longer to build
dist:
    cargo build --profile dist --locked

# everything CI does
ci:
    bash .ci/run
