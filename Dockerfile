# One static binary on an image that has no shell, no libraries and no root.
#
#   docker build --tag weighbridge .
#   docker run --rm --network none --read-only --volume "$PWD:/models:ro" weighbridge scan /models
#
# Tags are for reading. Who builds for others pins both images by digest.
FROM rust:1.95-slim-bookworm AS build
WORKDIR /source
# Verification of keyless signatures brings aws-lc, which is C.
RUN apt-get update \
    && apt-get install --no-install-recommends --yes musl-tools \
    && rm -rf /var/lib/apt/lists/*
COPY . .
ENV CARGO_PROFILE_DIST_STRIP=true
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/source/target \
    target="$(uname -m)-unknown-linux-musl" \
    && rustup target add "$target" \
    && cargo build --profile dist --locked --package weighbridge-cli --target "$target" \
    && cp "target/$target/dist/weighbridge" /weighbridge

FROM gcr.io/distroless/static-debian12:nonroot
LABEL org.opencontainers.image.title="weighbridge" \
      org.opencontainers.image.description="Weighs machine-learning models before they are loaded" \
      org.opencontainers.image.source="https://github.com/weighbridge/weighbridge" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
COPY --from=build /weighbridge /weighbridge
COPY LICENSE-APACHE LICENSE-MIT /licenses/
# By number, so that Kubernetes can see that it is not root.
USER 65532:65532
HEALTHCHECK NONE
ENTRYPOINT ["/weighbridge"]
CMD ["--help"]
