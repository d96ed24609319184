#!/usr/bin/env bash
# Scrubbed files open in the programs that people open them with, with as many pages as before
source "$(dirname "$0")/lib.sh"
if [[ "$MODE" != full ]]; then
  echo "skipped: only in --full, it starts LibreOffice for each document"
  exit 0
fi
release_programs
python_packages
for program in soffice pdftoppm ffmpeg chromium; do
  command -v "$program" >/dev/null || fail "$program is not installed"
done

for folder in docx xlsx pptx odf pdf jpeg png gif webp tiff heif video audio svg; do
  mkdir -p "$scratch/out/$folder"
  "$PROGRAMS/postern-conformance" scrub "$corpus/scrub/$folder" "$scratch/out/$folder" \
    >"$logs/open-$folder.jsonl"
done
verdict scrub-open '^opened=[1-9][0-9]* failed=0 ' "$PYTHON" \
  Scripts/checks/support/open_outputs.py "$corpus/scrub" "$scratch/out"
