#!/usr/bin/env bash
# Mixed load at half of the capacity: memory, descriptors and answers stay as they are (--full only)
source "$(dirname "$0")/lib.sh"

minutes=${SOAK_MINUTES:-$(by_mode 0 60)}
[[ "$minutes" == 0 ]] && {
  echo "soak: skipped; Scripts/check --full runs it for an hour, SOAK_MINUTES says how long otherwise"
  exit 0
}
release_programs
mkdir "$scratch/soak"
verdict soak '^soak: .* 0 errors: ok$' \
  python3 Scripts/checks/support/soak.py "$PROGRAMS/postern" "$scratch/soak" "$minutes"
grep '^requests ' "$logs/soak.log"
