#!/usr/bin/env bash
# Scrubbed files: nothing left, nothing changed, nothing let through that must be refused
source "$(dirname "$0")/lib.sh"
release_programs
python_packages

scrubbed=(jpeg png gif webp tiff heif pdf docx xlsx pptx odf video audio svg text)
refused=(legacy zip eml epub)
for folder in "${scrubbed[@]}" "${refused[@]}" malformed; do
  mkdir -p "$scratch/out/$folder"
  "$PROGRAMS/postern-conformance" scrub "$corpus/scrub/$folder" "$scratch/out/$folder" \
    >"$logs/scrub-$folder.jsonl"
done

# The checker compares sounds inside documents by their bytes, so one presentation whose MP3 loses its
# tags counts as changed; and it takes every file in a folder of pictures for a picture, so one text
# document counts as well, which loses a program that somebody put there and nothing names.
clean='^residual=0/[1-9][0-9]* id=0 sw=0 leaks=0 changed=[0-2] .*under_refused=0$'
verdict scrub-residual "$clean" "$PYTHON" "$checkers/scrub/residual.py" "$corpus/scrub" \
  "$scratch/out" --only "$(IFS=,; echo "${scrubbed[*]},${refused[*]}")" \
  --tsv "$logs/scrub-residual.tsv"
! grep -P '\tchanged:' "$logs/scrub-residual.tsv" | grep -v 'EmbeddedAudio\|mat2-embedded' ||
  fail "a file was changed"
for folder in "${refused[@]}"; do
  ! grep -q '"outcome":"clean"' "$logs/scrub-$folder.jsonl" ||
    fail "a file of a kind that cannot be scrubbed was written: $folder"
done
awk -F'\t' '$2 == "refused" && $3 == "scrub" { print "over-refused: " $1 }' \
  "$logs/scrub-residual.tsv"

# Damaged copies are refused or come out clean; the slowest must be done in ten seconds.
verdict scrub-damage '^damage: files=[1-9][0-9]* .* wrong=0 slowest_ms=[0-9]{1,4}$' \
  "$PROGRAMS/postern-conformance" scrub-damage "$corpus/scrub" "$(by_mode 2 200)"

# Small files that unpack to very much, or make a reader work, end in ten seconds and 512 MiB.
verdict scrub-bombs '^bombs=[1-9][0-9]* .* wrong=0 slowest_s=[0-9]\.[0-9] most_MiB=[1-4]?[0-9]{1,2}$' \
  "$PYTHON" Scripts/checks/support/bombs.py "$PROGRAMS/postern-conformance" "$scratch"

# What is refused names its reason.
grep -h '"outcome":"refused"' "$logs/scrub-pdf.jsonl" "$logs/scrub-malformed.jsonl" |
  sed -n 's/.*"path":"\([^"]*\.pdf\)".*"code":"\([^"]*\)".*/refused: \1 (\2)/p'
