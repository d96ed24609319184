#!/usr/bin/env bash
# Presigned URLs against botocore, awscrt, minio and a reference, on random cases
source "$(dirname "$0")/lib.sh"
release_programs
python_packages

for seed in $(by_mode "1" "1 2 3 4 5"); do
  verdict "sigv4-seed-$seed" '^20000 passed, 0 failed' \
    "$PYTHON" "$checkers/sigv4/diff_presign.py" --n 20000 --seed "$seed" \
    -- "$PROGRAMS/postern-conformance" presign
done
