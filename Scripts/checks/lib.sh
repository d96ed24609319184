# Shared by the checks: the release build, the Python environment, servers, and verdicts that count.
#
# A check sources this file and expects POSTERN_CHECKS (the folder of the independent checkers) and
# MODE (standard or full). Everything that it makes lies below .build or in a folder that goes away.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
: "${POSTERN_CHECKS:?names the folder with the independent checkers and corpora}"
POSTERN_CHECKS=$(realpath "$POSTERN_CHECKS")
export POSTERN_CHECKS
MODE=${MODE:-standard}
checkers=$POSTERN_CHECKS/checks
corpus=$POSTERN_CHECKS/corpus
logs=$PWD/.build/checks-logs
mkdir -p "$logs"

scratch=$(mktemp -d)
servers=()
clean_up() {
  local server
  for server in "${servers[@]}"; do
    kill -KILL "$server" 2>/dev/null || true
    # Without this wait bash would tell the world that the server was killed.
    wait "$server" 2>/dev/null || true
  done
  rm -rf "$scratch"
}
trap clean_up EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# by_mode STANDARD FULL: one of the two.
by_mode() { if [[ "$MODE" == full ]]; then echo "$2"; else echo "$1"; fi; }

# Sets PROGRAMS to the folder of the release programs; builds them once for all checks.
release_programs() {
  [[ -n "${PROGRAMS:-}" ]] && return
  local product
  for product in postern-conformance postern-scrub postern; do
    swift build -c release --static-swift-stdlib --product "$product" >"$logs/build-$product.log" 2>&1 || {
      tail -n 40 "$logs/build-$product.log" >&2
      fail "the release build of $product"
    }
  done
  PROGRAMS=$(realpath .build/release)
  export PROGRAMS
}

# Sets PYTHON to an interpreter with the packages of a list (the checkers' by default); made once,
# and again if the list changes.
python_packages() {
  local list=Scripts/checks/${1:-requirements.txt}
  local folder=$PWD/.build/venv-$(basename "$list" .txt)
  PYTHON=$folder/bin/python
  cmp -s "$list" "$folder/installed.txt" && return
  rm -rf "$folder"
  python3 -m venv "$folder"
  "$folder/bin/pip" install --quiet --requirement "$list"
  cp "$list" "$folder/installed.txt"
}

# verdict NAME PATTERN COMMAND...: runs a checker into its log; it must end with 0 and its last line
# must match the pattern. Prints that line with the seconds it took.
verdict() {
  local name=$1 pattern=$2 log=$logs/$1.log start=$SECONDS code=0
  shift 2
  "$@" >"$log" 2>&1 || code=$?
  local last
  last=$(grep -v '^$' "$log" | tail -n 1)
  if [[ $code -ne 0 || ! "$last" =~ $pattern ]]; then
    tail -n 30 "$log" >&2
    fail "$name: exit code $code, last line \"$last\""
  fi
  echo "$name: $last ($((SECONDS - start)) s)"
}

# start_server NAME PATTERN COMMAND...: starts a server, waits for a line that matches on its
# standard output, and leaves SERVER_PID and SERVER_LOG.
start_server() {
  local name=$1 pattern=$2
  shift 2
  SERVER_LOG=$logs/$name.log
  "$@" >"$SERVER_LOG" 2>&1 &
  SERVER_PID=$!
  servers+=("$SERVER_PID")
  local try
  for try in {1..100}; do
    grep -qE "$pattern" "$SERVER_LOG" && return
    kill -0 "$SERVER_PID" 2>/dev/null || break
    sleep 0.1
  done
  cat "$SERVER_LOG" >&2
  fail "$name did not start (after $try tries)"
}

# stop_server PID: ends a server that start_server started, and waits for it.
stop_server() {
  kill -TERM "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}
