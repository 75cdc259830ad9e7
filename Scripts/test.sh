#!/usr/bin/env bash
# Runs the tests that are built; arguments go to `swift test`. It always comes to an end: when they take longer than
# VIDEOCRAFT_TEST_LIMIT seconds, it says which had begun and not ended and where their threads are, and fails. Nothing
# that they started outlives it.
set -euo pipefail
cd "$(dirname "$0")/.."
limit=${VIDEOCRAFT_TEST_LIMIT:-1200}
log=$(mktemp)
session=

# Processes that tests start have process groups of their own, but they stay in the session.
members() {
  local file line
  for file in /proc/[0-9]*/stat; do
    { read -r line <"$file"; } 2>/dev/null || continue
    # After the name, which is in parentheses: state, parent, group, session.
    read -r _ _ _ owner _ <<<"${line##*) }"
    [ "$owner" != "$session" ] || basename "$(dirname "$file")"
  done
}

clean_up() {
  local left
  # Twice, for what was being started meanwhile.
  for _ in 1 2; do
    left=$(members)
    [ -z "$left" ] || kill -KILL $left 2>/dev/null || true
  done
  rm -f "$log"
}

names() { sed -nE "$1" "$log" | sed -E 's/ with [0-9]+ (test cases?|arguments?)$//' | sort; }

unfinished() {
  comm -23 <(names 's/^. (Test .*) started\.$/\1/p' | grep -vE '^Test (case passing|run)') \
    <(names 's/^. (Test .*) (passed|failed) after .*$/\1/p')
}

stacks() {
  local process
  for process in $(members); do
    [[ $(readlink "/proc/$process/exe") == *.xctest ]] || continue
    echo "Threads of process $process:"
    timeout 120 gdb -p "$process" -batch -ex 'set pagination off' -ex 'thread apply all bt 30' 2>&1 || true
  done
}

# Line by line: what is still in a buffer when the time is over could not be counted.
setsid stdbuf -oL "${SWIFT:-swift}" test --skip-build --disable-xctest "$@" </dev/null >"$log" 2>&1 &
session=$!
trap clean_up EXIT
trap 'exit 130' INT TERM HUP
# Through a file, so that no process that holds on to a pipe can keep anybody waiting.
tail -n +1 -f --pid="$session" "$log" &
shown=$!

deadline=$((SECONDS + limit))
while kill -0 "$session" 2>/dev/null && [ "$SECONDS" -lt "$deadline" ]; do sleep 1; done

if kill -0 "$session" 2>/dev/null; then
  kill "$shown" 2>/dev/null || true
  echo
  echo "The tests did not end within $limit seconds. Begun and not ended:"
  unfinished
  if command -v gdb >/dev/null; then stacks; fi
  exit 1
fi

status=0
wait "$session" || status=$?
wait "$shown" || true
exit "$status"
