#!/usr/bin/env bash
# Tells in words which rights one revision asks for that another did not: ci/permissions.sh OLD NEW
#   BYOC_OUT  folder of the results; .byoc/ci when unset
set -euo pipefail
cd "$(dirname "$0")/.."
out=${BYOC_OUT:-.byoc/ci}
mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

documents() { # the revision's own rows, by this revision's program
  mkdir "$work/$1"
  git archive "$2" permissions | tar -x -C "$work/$1"
  PYTHONPATH=$work/$1 .venv/bin/python -P ci/permission_documents.py > "$work/$1.json"
}

documents old "$1"
documents new "$2"
.venv/bin/byoc ci permissions "$work/old.json" "$work/new.json" --out "$out/permissions.md"
if [[ -n ${GITHUB_STEP_SUMMARY:-} ]]; then cat "$out/permissions.md" >> "$GITHUB_STEP_SUMMARY"; fi
