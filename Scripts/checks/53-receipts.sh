#!/usr/bin/env bash
# Signed receipts of a gateway, verified by PyJWT, which shares nothing with our own verifier
source "$(dirname "$0")/lib.sh"
release_programs
python_packages

verdict receipts '^[1-9][0-9]* receipts hold, [1-9][0-9]* forgeries refused by both$' \
  "$PYTHON" Scripts/checks/support/receipts.py "$PROGRAMS/postern" "$scratch" "$(by_mode 10 200)"
