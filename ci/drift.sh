#!/usr/bin/env bash
# Looks for changes that were made behind a stack's back; ends with 3 where there are any.
#   BYOC_STACK  which stack
#   BYOC_OUT    folder of the results; .byoc/ci when unset
set -euo pipefail
cd "$(dirname "$0")/.."
out=${BYOC_OUT:-.byoc/ci}

status=0
.venv/bin/byoc ci drift --stack "$BYOC_STACK" --out "$out" || status=$?

if [[ -n ${GITHUB_STEP_SUMMARY:-} && -f $out/drift.md ]]; then cat "$out/drift.md" >> "$GITHUB_STEP_SUMMARY"; fi
exit "$status"
