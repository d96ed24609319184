#!/usr/bin/env bash
# Every key is replaced under load; no request fails, and what former keys made keeps working
source "$(dirname "$0")/lib.sh"
release_programs
mkdir "$scratch/rotation"
verdict rotation '^rotation: .* 0 failed: ok$' \
  python3 Scripts/checks/support/rotation.py "$PROGRAMS/postern" "$scratch/rotation" "$(by_mode 8 60)"
