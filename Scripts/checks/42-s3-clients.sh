#!/usr/bin/env bash
# The S3 clients that people use work against the embedded store, as a recorded transcript says
source "$(dirname "$0")/lib.sh"
release_programs
python_packages

mkdir "$scratch/store"
start_server s3-clients-serve '^S3_BUCKET=' "$PROGRAMS/postern-conformance" s3-serve "$scratch/store"
source <(grep -E '^S3_[A-Z_]+=[A-Za-z0-9:/._-]+$' "$SERVER_LOG")
export S3_ENDPOINT S3_ACCESS_KEY S3_SECRET_KEY S3_REGION

# Every client does the same: make a bucket, put, put 20 MB in parts, list, get, read a range, copy,
# synchronize a folder twice, remove, delete the bucket. `say` names a step; what the client prints
# follows, with times taken out.
verdict s3-clients '^s3-clients: same as recorded$' \
  Scripts/checks/support/s3clients.sh "$scratch" "$PYTHON" "$(dirname "$PYTHON")" \
  Scripts/checks/support/s3clients.txt
