#!/usr/bin/env bash
# Download managers resume a cut download through redirect and proxy; revocation ends it as promised
source "$(dirname "$0")/lib.sh"
release_programs

for program in curl wget aria2c; do
  command -v "$program" >/dev/null || fail "there is no $program: Scripts/bootstrap --checks installs it"
done
verdict proxy '^[1-9][0-9]* resumed downloads equal, cut after [0-9.]+ s, ' \
  python3 Scripts/checks/support/proxy.py "$PROGRAMS/postern" "$scratch" $(by_mode 20 "200 wait")
