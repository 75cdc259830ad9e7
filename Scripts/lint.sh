#!/usr/bin/env bash
# Style, and the rules that keep the house's arrows running one way.
set -euo pipefail
cd "$(dirname "$0")/.."
failed=0

swift format lint --strict -r -p Sources Tests Package.swift || failed=1

# A C module is seen only by its Swift library.
if grep -rnE '^(public |internal |private |package )?import C[A-Z]' --include='*.swift' Sources Tests \
  | grep -v '^Sources/Libraries/'; then
  echo 'lint: C modules are imported only in Sources/Libraries' >&2
  failed=1
fi

# Libraries know nothing of pipelines; the framework knows no media, store, stage or host.
if grep -rnE '^(public )?import (Pipeline|Media|Store|[A-Za-z]+Stages?)$' --include='*.swift' Sources/Libraries; then
  echo 'lint: a library imports the framework' >&2
  failed=1
fi
if grep -rnE '^(public )?import (Media|Store|FFmpeg|SQLite|ASS|Fonts|[A-Za-z]+Stages?)$' --include='*.swift' \
  Sources/Pipeline; then
  echo 'lint: the framework imports what stands above it' >&2
  failed=1
fi

# A stage imports no other stage, and neither store nor host.
if grep -rnE '^(public )?import ([A-Za-z]+Stage|Store|videocraft)$' --include='*.swift' Sources/Stages Sources/Media \
  | grep -v '^Sources/Stages/BuiltIn/'; then
  echo 'lint: a stage imports a stage, the store or the host' >&2
  failed=1
fi

# The store and the host meet in one place.
if grep -rlE '^(public )?import Store$' --include='*.swift' Sources/Host | grep -v '^Sources/Host/Wiring.swift$'; then
  echo 'lint: the store is imported by Sources/Host/Wiring.swift alone' >&2
  failed=1
fi

# Descriptors of Foundation's processes leak into whatever is started at the same moment, and then an end of file or
# of a process is seen too late or never. Ours are `ChildProcess` and, in tests, `TestProgram` and `TestProcess`.
if grep -rnE '(^|[^A-Za-z0-9_])(Process(\(\)|\.run\()|Foundation\.Process($|[^A-Za-z]))' --include='*.swift' Sources Tests; then
  echo 'lint: Foundation.Process is not used' >&2
  failed=1
fi

# The unit must be one that systemd understands.
if command -v systemd-analyze >/dev/null; then
  unit=$(mktemp -d)
  sed 's#/usr/bin/videocraft#/usr/bin/true#' Packaging/videocraft.service >"$unit/videocraft.service"
  systemd-analyze verify --recursive-errors=no "$unit/videocraft.service" || failed=1
  rm -r "$unit"
fi

# What a target imports it must declare: the build itself checks it.
if ! swift build --explicit-target-dependency-import-check error >.build/import-check.log 2>&1; then
  cat .build/import-check.log >&2
  failed=1
fi

exit $failed
