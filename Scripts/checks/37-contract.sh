#!/usr/bin/env bash
# The gateway does what openapi.json says, whatever it is sent
source "$(dirname "$0")/lib.sh"
release_programs
python_packages requirements-contract.txt
mkdir "$scratch/contract"
verdict contract '^contract: .* 0 findings: ok$' \
  "$PYTHON" Scripts/checks/support/contract.py "$PROGRAMS/postern" "$scratch/contract" "$(by_mode 30 300)"
