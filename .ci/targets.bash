# Sourced by what builds releases: what is built, and how.
targets='linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64'

# build FILE FLAG…: builds graphemu as $version, for the system that GOOS and GOARCH name.
build() {
	local file=$1
	shift
	go build -trimpath -buildvcs=false -o "$file" "$@" \
		-ldflags "-s -w -buildid= -X github.com/graphemu/graphemu/emulator/internal/version.stamped=$version" ./cmd/graphemu
}
