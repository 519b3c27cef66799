#!/usr/bin/env bash
# Plans one stack for review; any CI system can run it. Nothing is changed.
#   BYOC_STACK  which stack
#   BYOC_BASE   commit of the target branch that the change starts from; HEAD when unset
#   BYOC_OUT    folder of the results; .byoc/ci when unset
# Ends as `byoc ci preview` does; the results are there also where it ends with 1.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${BYOC_OUT:-.byoc/ci}
arguments=(--stack "$BYOC_STACK" --out "$out")
if [[ -n ${BYOC_BASE:-} ]]; then arguments+=(--base "$BYOC_BASE"); fi

status=0
.venv/bin/byoc ci preview "${arguments[@]}" || status=$?

if [[ $status -eq 0 ]]; then
  digest=$(.venv/bin/python -c 'import json, sys; print(json.load(open(sys.argv[1]))["digest"])' "$out/preview.json")
  echo "digest=$digest" >> "${GITHUB_OUTPUT:-/dev/null}"
  echo "BYOC_DIGEST=$digest" > "$out/plan.env"
fi
if [[ -n ${GITHUB_STEP_SUMMARY:-} && -f $out/summary.md ]]; then cat "$out/summary.md" >> "$GITHUB_STEP_SUMMARY"; fi
exit "$status"
