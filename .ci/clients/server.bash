# Sourced by the client suites: starts and stops graphemu, and counts checks.
# It expects $graphemu, the binary, and $work, a folder to write to.

# Processes that were started and not yet ended. None outlives the script.
declare -A alive=()
end_all() {
	((${#alive[@]} == 0)) || kill "${!alive[@]}" 2>/dev/null || true
	alive=()
}
trap end_all EXIT

# start DIR FLAG…: starts a server whose files are in DIR, and returns once it
# answers. Sets server (its process id) and banner (what it printed). It waits
# for the last line of the banner, which comes after the ready file.
start() {
	local dir=$1 line fd
	shift
	mkdir -p "$dir"
	rm -f "$dir/out"
	mkfifo "$dir/out"
	"$graphemu" serve --data-dir "$dir/data" --ready-file "$dir/ready.json" "$@" >"$dir/out" 2>"$dir/log" &
	server=$!
	alive[$server]=1
	# It stays open: a server whose reader has gone away would be killed by its
	# next line.
	exec {fd}<"$dir/out"
	banner=
	while IFS= read -r -t 60 line <&"$fd"; do
		banner+=$line$'\n'
		[[ $line != '  curl '* ]] || return 0
	done
	printf 'graphemu did not start. It said:\n%s' "$banner"
	cat "$dir/log"
	return 1
}

# stop PID DIR: ends a server as a supervisor would. Errs where it does not end
# with 0 or leaves its ready file.
stop() {
	local code=0
	kill -TERM "$1"
	wait "$1" || code=$?
	unset "alive[$1]"
	((code == 0)) && [[ ! -e $2/ready.json ]] && return 0
	printf 'SIGTERM: exit code %d; ready file: %s\n' "$code" "$(ls "$2/ready.json" 2>/dev/null || echo gone)"
	cat "$2/log"
	return 1
}

# field FILE NAME: a top-level field of a JSON file.
field() { node -p 'JSON.parse(require("fs").readFileSync(process.argv[1]))[process.argv[2]]' "$1" "$2"; }

# block WORDS: prints the block of code of README.md that has these words.
block() {
	awk -v has="$1" '/^```/ { if (index(text, has)) { printf "%s", text; found = 1; exit } text = ""; next } { text = text $0 "\n" }
		END { exit !found }' "$here/README.md"
}

checks=0 wrong=0 skipped=()
# skip WHAT WHY: what this machine cannot try. The verdict says it again.
skip() {
	skipped+=("$1")
	printf 'SKIP %s: %s\n' "$1" "$2"
}
# check WHAT COMMAND…: counts, and tells what failed. The command runs in this
# shell, whose children it may wait for.
check() {
	local what=$1
	shift
	checks=$((checks + 1))
	if "$@" >"$work/said" 2>&1; then
		printf 'ok   %s\n' "$what"
	else
		wrong=$((wrong + 1))
		printf 'FAIL %s\n     %s\n' "$what" "$*"
		cat "$work/said"
	fi
}

# equal WANT GOT and like PATTERN GOT are commands for check.
equal() { [[ $2 == "$1" ]] || { printf 'want: %s\ngot:  %s\n' "$1" "$2" && return 1; }; }
like() { [[ $2 =~ $1 ]] || { printf 'want: %s\ngot:  %s\n' "$1" "$2" && return 1; }; }
unlike() { [[ ! $2 =~ $1 ]] || { printf 'do not want: %s\ngot:         %s\n' "$1" "$2" && return 1; }; }

# verdict ends a suite: at least one check, and none that failed.
verdict() {
	printf '%d checks, %d failed' "$checks" "$wrong"
	((${#skipped[@]} == 0)) || printf ', NOT TRIED HERE: %s' "${skipped[*]}"
	printf '\n'
	((checks > 0 && wrong == 0))
}
