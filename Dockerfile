# syntax=docker/dockerfile:1
# Image of the service: a build stage with the compiler, and a run stage with the binary only.

# The version of rust-toolchain.toml, which is not copied: the image holds that toolchain and no other.
FROM rust:1.95-bookworm AS build
# `pg-tls` builds OpenSSL from source, which needs perl and make.
RUN apt-get update \
    && apt-get install -y --no-install-recommends perl make \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build

# Dependencies are built first with an empty crate; this layer is rebuilt only when Cargo.toml or Cargo.lock changes.
COPY Cargo.toml Cargo.lock ./
RUN mkdir -p src tests/api \
    && echo 'fn main() {}' | tee src/main.rs tests/api/main.rs > src/lib.rs \
    && cargo build --profile dist --locked --features pg-tls \
    && rm -rf src tests

# Migrations, seeds, templates and assets are embedded in the binary.
COPY build.rs ./
COPY migrations migrations
COPY seeds seeds
COPY templates templates
COPY assets assets
COPY src src
# Cargo.toml names the test target, so its file must exist. The sources have the time of their checkout, which may be
# older than the empty crate's build: touch them, otherwise cargo keeps the empty crate.
RUN mkdir -p tests/api && echo 'fn main() {}' > tests/api/main.rs \
    && find src -name '*.rs' -exec touch {} + \
    && cargo build --profile dist --locked --features pg-tls

# The bill of materials of the same Cargo.lock, features and target.
FROM rust:1.95-bookworm AS sbom
RUN cargo install cargo-cyclonedx --version 0.5.9 --locked
WORKDIR /build
COPY Cargo.toml Cargo.lock ./
COPY .ci/sbom .ci/sbom
RUN mkdir -p src tests/api \
    && echo 'fn main() {}' | tee src/main.rs tests/api/main.rs > src/lib.rs \
    && bash .ci/sbom major-projects.cdx.json

FROM debian:bookworm-slim AS run
# Root certificates, to verify the certificate of the database server.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin major-projects \
    && install -d -o major-projects -g major-projects -m 0700 /data
COPY --from=build /build/target/dist/major-projects /usr/local/bin/major-projects
COPY --from=sbom /build/major-projects.cdx.json /usr/local/share/doc/major-projects/major-projects.cdx.json
USER 10001
ENV LISTEN=0.0.0.0:8080 DATA_DIR=/data
EXPOSE 8080
VOLUME /data
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["major-projects", "healthcheck"]
ENTRYPOINT ["major-projects"]
CMD ["serve"]
