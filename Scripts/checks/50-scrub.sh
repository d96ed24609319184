#!/usr/bin/env bash
# Scrubbed JPEG and PNG: nothing left, no picture changed, nothing let through that must be refused
source "$(dirname "$0")/lib.sh"
release_programs
python_packages

for folder in jpeg png; do
  mkdir -p "$scratch/out/$folder"
  "$PROGRAMS/postern-conformance" scrub "$corpus/scrub/$folder" "$scratch/out/$folder" \
    >"$logs/scrub-$folder.jsonl"
done

clean='^residual=0/[1-9][0-9]* .*leaks=0 changed=0 .*under_refused=0$'
verdict scrub-residual "$clean" "$PYTHON" "$checkers/scrub/residual.py" \
  "$corpus/scrub" "$scratch/out" --only jpeg,png --tsv "$logs/scrub-residual.tsv"
awk -F'\t' '$2 == "refused" && $3 == "scrub" { print "over-refused: " $1 }' \
  "$logs/scrub-residual.tsv"
