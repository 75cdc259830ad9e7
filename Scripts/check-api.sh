#!/usr/bin/env bash
# Starts a host on a free port and holds it to its own OpenAPI document with schemathesis, and to Prometheus' rules
# with promtool where that is installed.
#
#   Scripts/check-api.sh [PROGRAM] [EXAMPLES PER ROUTE]
set -euo pipefail
cd "$(dirname "$0")/.."
program=$(realpath "${1:-.build/debug/videocraft}")
examples=${2:-25}
schemathesis=${SCHEMATHESIS:-schemathesis}

work=$(mktemp -d)
host=
cleanup() {
  if [ -n "$host" ]; then kill "$host" 2>/dev/null || true; wait "$host" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap cleanup EXIT

export VIDEOCRAFT_AUTH_API_KEY="a-key-for-checking-only" VIDEOCRAFT_SECURITY_RATE_LIMIT=0
"$program" serve --port 0 --data-dir "$work/data" 2>"$work/log" &
host=$!
for _ in $(seq 300); do
  address=$(sed -n 's/.*listens on \(http:[^;]*\);.*/\1/p' "$work/log")
  [ -n "$address" ] && break
  kill -0 "$host" || { cat "$work/log" >&2; exit 1; }
  sleep 0.1
done

curl -fsS "$address/metrics" >"$work/metrics"
if command -v promtool >/dev/null; then promtool check metrics <"$work/metrics"; fi

# It leaves a folder where it runs.
cd "$work"
"$schemathesis" run "$address/api/v1/openapi.json" --header "Authorization: Bearer $VIDEOCRAFT_AUTH_API_KEY" \
  --max-examples "$examples" --workers 1 --exclude-path-regex '/events/ws$' \
  --checks not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance,unsupported_method,ignored_auth

if grep '"level":"error"' "$work/log"; then exit 1; fi
