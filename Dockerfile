# Two stages: the second holds the binary, CA certificates and glibc, and no
# shell. It runs as a user without rights on a file system that may be read-only.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags="-s -w" -o /hush ./cmd/hush

FROM gcr.io/distroless/base-debian12:nonroot
COPY --from=build /hush /usr/local/bin/hush
ENTRYPOINT ["hush"]
