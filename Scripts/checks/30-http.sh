#!/usr/bin/env bash
# HTTP: malformed requests refused, well-formed served, slow and rude clients cut off in time
source "$(dirname "$0")/lib.sh"
release_programs

start_server http-echo '^listening on .* port [0-9]+' "$PROGRAMS/postern-conformance" \
  http-echo --port 0 --head-timeout 3 --body-timeout 3 --idle-timeout 4
port=$(sed -n 's/^listening on .* port //p' "$SERVER_LOG")

verdict http-probe '^[1-9][0-9]* passed, 0 failed$' \
  python3 "$checkers/http/probe.py" postern "$port" --get-path /healthz --post-path /echo
verdict http-robust '^[1-9][0-9]* passed, 0 failed$' \
  python3 "$checkers/http/robust.py" 127.0.0.1 "$port" --get-path /healthz --post-path /echo \
  --header-timeout 3 --body-timeout 3 --idle-timeout 4 --pid "$SERVER_PID"
