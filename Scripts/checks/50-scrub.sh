#!/usr/bin/env bash
# Scrubbed files: nothing left, nothing changed, nothing let through that must be refused
source "$(dirname "$0")/lib.sh"
release_programs
python_packages

for folder in jpeg png pdf; do
  mkdir -p "$scratch/out/$folder"
  "$PROGRAMS/postern-conformance" scrub "$corpus/scrub/$folder" "$scratch/out/$folder" \
    >"$logs/scrub-$folder.jsonl"
done

clean='^residual=0/[1-9][0-9]* .*leaks=0 changed=0 .*under_refused=0$'
verdict scrub-residual "$clean" "$PYTHON" "$checkers/scrub/residual.py" \
  "$corpus/scrub" "$scratch/out" --only jpeg,png,pdf --tsv "$logs/scrub-residual.tsv"
awk -F'\t' '$2 == "refused" && $3 == "scrub" { print "over-refused: " $1 }' \
  "$logs/scrub-residual.tsv"

# Office documents; old ones, archives and mail are all refused. The checker compares sounds inside
# documents by their bytes, so one presentation whose MP3 loses its tags counts as changed.
for folder in docx xlsx pptx odf legacy zip eml epub; do
  mkdir -p "$scratch/out/$folder"
  "$PROGRAMS/postern-conformance" scrub "$corpus/scrub/$folder" "$scratch/out/$folder" \
    >"$logs/scrub-$folder.jsonl"
done
verdict scrub-office '^residual=0/[1-9][0-9]* .*leaks=0 changed=[01] .*under_refused=0$' \
  "$PYTHON" "$checkers/scrub/residual.py" "$corpus/scrub" "$scratch/out" \
  --only docx,xlsx,pptx,odf,legacy,zip,eml,epub --tsv "$logs/scrub-office.tsv"
! grep -P '\tchanged:' "$logs/scrub-office.tsv" | grep -v 'EmbeddedAudio' ||
  fail "a document was changed"
[[ $(grep -h '"outcome":"clean"' "$logs"/scrub-{legacy,zip,eml,epub}.jsonl | wc -l) -eq 0 ]] ||
  fail "a file of a kind that cannot be scrubbed was written"
awk -F'\t' '$2 == "refused" && $3 == "scrub" { print "over-refused: " $1 }' "$logs/scrub-office.tsv"

# What is refused names its reason, and damaged PDFs are never written.
mkdir -p "$scratch/out/malformed"
"$PROGRAMS/postern-conformance" scrub "$corpus/scrub/malformed" "$scratch/out/malformed" \
  >"$logs/scrub-malformed.jsonl"
grep -h '"outcome":"refused"' "$logs/scrub-pdf.jsonl" "$logs/scrub-malformed.jsonl" |
  sed -n 's/.*"path":"\([^"]*\.pdf\)".*"code":"\([^"]*\)".*/refused: \1 (\2)/p'
