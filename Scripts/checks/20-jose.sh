#!/usr/bin/env bash
# Tokens: published and hostile vectors, none wrongly accepted, none wrongly refused
source "$(dirname "$0")/lib.sh"
release_programs

verdict jose '^[1-9][0-9]* passed, 0 failed' \
  python3 "$checkers/jose/run_vectors.py" --profile strict --verbose "$corpus"/jose/*.jsonl \
  -- "$PROGRAMS/postern-conformance" jose
