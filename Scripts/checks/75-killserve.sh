#!/usr/bin/env bash
# kill -9 of the whole gateway during uploads and link requests loses nothing acknowledged
source "$(dirname "$0")/lib.sh"
release_programs

mkdir "$scratch/kill"
rounds=$(by_mode 5 50)
CHECKERS=$checkers verdict killserve "^$rounds passed, 0 failed\$" \
  python3 Scripts/checks/support/killserve.py "$PROGRAMS/postern" "$scratch/kill" "$rounds" 1
grep '^acknowledged' "$logs/killserve.log"
