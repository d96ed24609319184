#!/usr/bin/env bash
# The examples of the documentation do what they say: curl, TypeScript, Python, PHP
source "$(dirname "$0")/lib.sh"
release_programs
python_packages requirements-contract.txt
mkdir "$scratch/examples"
verdict examples '^examples: .* work: ok$' \
  "$PYTHON" Scripts/checks/support/examples.py "$PROGRAMS/postern" "$scratch/examples" \
  Sources/Gateway/Gateway.docc/CallingTheGateway.md
