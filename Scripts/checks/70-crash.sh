#!/usr/bin/env bash
# The metadata store loses nothing acknowledged to kill -9 or to a power loss
source "$(dirname "$0")/lib.sh"
release_programs
store=$PROGRAMS/postern-conformance

mkdir "$scratch/kill"
rounds=$(by_mode 10 60)
verdict crash-kill "^$rounds passed, 0 failed\$" \
  python3 "$checkers/store/crash/killloop.py" "$scratch/kill" "$rounds" 100 600 \
  -- "$store" store "$scratch/kill" 1000000 8 -- "$store" store-check "$scratch/kill"

# The recorder notes every write and sync; the replay keeps, drops or tears what was not yet synced.
recorder=$PWD/.build/oplog.so
cc -O2 -shared -fPIC -o "$recorder" "$checkers/store/crash/oplog.c" -ldl -lpthread
mkdir "$scratch/power"
OPLOG_DIR=$scratch/power OPLOG_FILE=$scratch/operations LD_PRELOAD=$recorder \
  "$store" store "$scratch/power" 600 4
points=$(by_mode 40 200)
verdict crash-power "^$points passed, 0 failed\$" \
  python3 "$checkers/store/crash/powerloss.py" "$scratch/operations" "$scratch/power" \
  "$scratch/replay" "$points" 1 -- "$store" store-check "{dir}"
