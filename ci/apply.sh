#!/usr/bin/env bash
# Applies exactly the plan that ci/preview.sh saved and that was approved, or refuses it.
#   BYOC_STACK    which stack
#   BYOC_DIGEST   digest of the approved plan
#   BYOC_BASE     where the target branch was before this change; not checked when unset
#   BYOC_OUT      folder of the saved plan and of the results; .byoc/ci when unset
#   BYOC_HISTORY  file to which the record is appended; none when unset
set -euo pipefail
cd "$(dirname "$0")/.."
out=${BYOC_OUT:-.byoc/ci}
arguments=(--stack "$BYOC_STACK" --plan "$out" --digest "$BYOC_DIGEST")
if [[ -n ${BYOC_BASE:-} ]]; then arguments+=(--base "$BYOC_BASE"); fi
if [[ -n ${BYOC_HISTORY:-} ]]; then arguments+=(--history "$BYOC_HISTORY"); fi

status=0
.venv/bin/byoc ci apply "${arguments[@]}" || status=$?

if [[ -n ${GITHUB_STEP_SUMMARY:-} && -f $out/result.md ]]; then cat "$out/result.md" >> "$GITHUB_STEP_SUMMARY"; fi
exit "$status"
