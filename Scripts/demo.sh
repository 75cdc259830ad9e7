#!/usr/bin/env bash
# Makes the sample media and runs pipelines/narrated.yaml on it with the release build.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-demo}

if [ ! -f "$folder/media/inputs.yaml" ]; then
  echo "Making sample media in $folder/media …"
  Scripts/sample-media.sh "$folder/media"
fi
.build/release/videocraft run pipelines/narrated.yaml --input-file "$folder/media/inputs.yaml" \
  --output "$folder/output" --data-dir "$folder/data"
echo
echo "Watch $folder/output/video.mp4, or serve $folder/output/hls with any web server."
