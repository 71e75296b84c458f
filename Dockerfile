# Two stages: the second holds the binary, CA certificates, glibc and OpenSSL's
# libraries, and no shell. It runs as a user without rights, on a file system that
# may be read-only: hush writes nothing.
#
#   docker build --build-arg VERSION=v1.2.3 -t hush:v1.2.3 .
#
# The compiler's tag is exact, because the same source gives the same binary only
# with the same Go: it is the version of go.mod. To be sure of the images too,
# replace each tag by its digest, which docker buildx imagetools inspect <image>
# prints: golang:1.26.8-bookworm@sha256:...
FROM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN ./scripts/build.sh /hush "$VERSION"

# base, not static: it has glibc and libssl3, with which libcrypto.so.3 comes.
FROM gcr.io/distroless/base-debian12:nonroot
ARG VERSION=dev
LABEL org.opencontainers.image.title="hush" \
      org.opencontainers.image.description="OpenID Provider for silent authentication" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.source="https://github.com/hush-sso/hush" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="gcr.io/distroless/base-debian12:nonroot"
COPY LICENSE NOTICE /usr/share/doc/hush/
COPY --from=build /hush /usr/local/bin/hush
# As a number, so that Kubernetes can see that it is not root.
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["hush"]
CMD ["serve", "--config", "/etc/hush/hush.yaml"]
