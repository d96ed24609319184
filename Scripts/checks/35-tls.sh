#!/usr/bin/env bash
# TLS: what is taken and refused, by openssl s_client; certificates replaced under load
source "$(dirname "$0")/lib.sh"
release_programs
mkdir "$scratch/tls"
verdict tls '^tls: .* 0 failed: ok$' \
  python3 Scripts/checks/support/tlsprobe.py "$PROGRAMS/postern" "$scratch/tls" "$(by_mode 8 60)"
