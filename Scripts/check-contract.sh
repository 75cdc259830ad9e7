#!/usr/bin/env bash
# Starts a host and makes films with the client examples of the videocraft contract, as they stand there, and with curl.
# Needs node, esbuild, and Python with requests; and port 3002, because the examples have it in them: where the
# system allows it, in a network of its own, so that nobody else's port is taken.
#
#   Scripts/check-contract.sh [PROGRAM]
set -euo pipefail
cd "$(dirname "$0")/.."
program=$(realpath "${1:-.build/debug/videocraft}")

if [ -z "${CONTRACT_NETWORK:-}" ] && command -v ip >/dev/null && unshare -n ip link set lo up 2>/dev/null; then
  CONTRACT_NETWORK=own exec unshare -n bash -c 'ip link set lo up && exec "$@"' _ "$0" "$program"
fi

clients=$PWD/Tests/Host/Contracts/Clients
work=$(mktemp -d)
host=
cleanup() {
  if [ -n "$host" ]; then kill "$host" 2>/dev/null || true; wait "$host" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap cleanup EXIT
fail() { echo "$*" >&2; cat "$work/log" >&2; exit 1; }

ffmpeg -v error -f lavfi -i "sine=frequency=300:duration=1.5" "$work/voice.wav"
ffmpeg -v error -f lavfi -i "testsrc=size=320x180:rate=1:duration=1" -frames:v 1 "$work/picture.png"
cat >"$work/project.json" <<JSON
{"comment": "a test", "width": 320, "height": 180, "quality": "low",
 "scenes": [{"id": "one", "elements": [
   {"type": "audio", "src": "$work/voice.wav"}, {"type": "image", "src": "$work/picture.png"}]}]}
JSON

export VIDEOCRAFT_SECURITY_API_KEY="a-key-for-checking-only" VIDEOCRAFT_SECURITY_ENABLE_AUTH=true
export VIDEOCRAFT_SECURITY_ENABLE_CSRF=true VIDEOCRAFT_SECURITY_REQUIRE_CSRF=true
export VIDEOCRAFT_SECURITY_ALLOWED_DOMAINS=yourdomain.com
export VIDEOCRAFT_SECURITY_RATE_LIMIT=6000 VIDEOCRAFT_SECURITY_RATE_BURST=200
export VIDEOCRAFT_SECURITY_INPUT_DIRS=$work
"$program" serve --data-dir "$work/data" 2>"$work/log" &
host=$!
for _ in $(seq 300); do
  grep -q 'listens on' "$work/log" && break
  kill -0 "$host" || fail "the host has ended"
  sleep 0.1
done

API_KEY=$VIDEOCRAFT_SECURITY_API_KEY
length() { ffprobe -v error -show_entries format=duration -of csv=p=0 "$1"; }
check_film() {
  local seconds; seconds=$(length "$1")
  awk -v s="$seconds" 'BEGIN { exit !(s > 1.4 && s < 1.8) }' || fail "$1 lasts $seconds s and not 1.5 s"
}

echo "Python"
PYTHONPATH=$clients PYTHONDONTWRITEBYTECODE=1 \
  python3 "$clients/use_client.py" "$API_KEY" "$work/project.json" "$work/python.mp4" || fail "the Python example"
check_film "$work/python.mp4"

echo "TypeScript"
cat "$clients/videocraft-client.ts" "$clients/use-client.ts" >"$work/client.ts"
esbuild --log-level=warning --format=esm --outfile="$work/client.mjs" "$work/client.ts"
video=$(node "$work/client.mjs" "$API_KEY" "$work/project.json") || fail "the TypeScript example"

# What follows is the contract's own, but for what curl is told to be strict.
echo "curl"
cd "$work"
CSRF_TOKEN=$(curl -fsS http://localhost:3002/api/v1/csrf-token | python3 -c 'import json,sys; print(json.load(sys.stdin)["csrf_token"])')
cp project.json config.json
curl -fsS -X POST http://localhost:3002/api/v1/videos \
  -H "Authorization: Bearer $API_KEY" \
  -H "X-CSRF-Token: $CSRF_TOKEN" \
  -d @config.json >job.json
job=$(python3 -c 'import json; print(json.load(open("job.json"))["job_id"])')
for _ in $(seq 600); do
  curl -fsS "http://localhost:3002/api/v1/jobs/$job/status" -H "Authorization: Bearer $API_KEY" >status.json
  grep -q '"status":"completed"' status.json && break
  sleep 0.1
done
curl -fsS "http://localhost:3002/api/v1/videos/$video/download" -H "Authorization: Bearer $API_KEY" -o result.mp4
check_film result.mp4
curl -fsS -r 0-99 "http://localhost:3002/api/v1/videos/$video/download" -H "Authorization: Bearer $API_KEY" -o part
cmp -n 100 result.mp4 part
[ "$(stat -c %s part)" = 100 ] || fail "a range of 100 bytes is $(stat -c %s part)"
curl -fsS http://localhost:3002/api/v1/health/detailed -H "Authorization: Bearer $API_KEY" >health.json
grep -q '"services":{"ffmpeg":"healthy","storage":"healthy","transcription":"healthy"}' health.json || fail "$(cat health.json)"
curl -fsS "http://localhost:3002/api/v1/videos?limit=10&offset=0" -H "Authorization: Bearer $API_KEY" >videos.json
grep -q '"total":3' videos.json || fail "$(cat videos.json)"
curl -fsS -I http://localhost:3002/api/v1/health -H "Authorization: Bearer $API_KEY" | grep -qi '^x-ratelimit-remaining:' ||
  fail "no rate in the answer"
[ "$(curl -sS -o /dev/null -w '%{http_code}' -X POST http://localhost:3002/api/v1/generate-video \
  -H "Authorization: Bearer $API_KEY" -d @config.json)" = 403 ] || fail "a token was not asked for"
# All three are the same film, kept once: it goes with the last of them.
digest=$(sha256sum result.mp4 | cut -d ' ' -f 1)
[ -n "$(find data/artifacts -name "$digest")" ] || fail "the film is not in the store"
for id in $(python3 -c 'import json; print(*[v["video_id"] for v in json.load(open("videos.json"))["videos"]])'); do
  curl -fsS -X DELETE "http://localhost:3002/api/v1/videos/$id" -H "Authorization: Bearer $API_KEY" \
    -H "X-CSRF-Token: $CSRF_TOKEN" >/dev/null
done
[ -z "$(find data/artifacts -name "$digest")" ] || fail "the bytes of a deleted film are still there"
[ "$(curl -sS -o /dev/null -w '%{http_code}' "http://localhost:3002/api/v1/videos/$video/download" \
  -H "Authorization: Bearer $API_KEY")" = 404 ] || fail "a deleted video is still there"

if grep '"level":"error"' "$work/log"; then exit 1; fi
echo "all well"
