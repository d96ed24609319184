#!/usr/bin/env bash
# The embedded store answers an S3 client as the documentation of AWS says
source "$(dirname "$0")/lib.sh"
release_programs
python_packages

mkdir "$scratch/store"
start_server s3-serve '^S3_BUCKET=' "$PROGRAMS/postern-conformance" s3-serve "$scratch/store"
source <(grep -E '^S3_[A-Z_]+=[A-Za-z0-9:/._-]+$' "$SERVER_LOG")

verdict s3-compat '^[1-9][0-9]* passed, 0 failed' \
  "$PYTHON" "$checkers/s3/compat.py" --endpoint "$S3_ENDPOINT" --access-key "$S3_ACCESS_KEY" \
  --secret-key "$S3_SECRET_KEY" --region "$S3_REGION" --bucket compat \
  --vhost-domain s3.localhost --strict --json "$scratch/compat.json"

# What is not implemented is a choice with a reason, and the list is closed: any other gap, and any
# skipped check, is a failure.
python3 - "$scratch/compat.json" <<'PYTHON'
import json, sys
REASONS = {
    "sts_token": "keys are files of the operator; there is no token service to hand out others",
    "policy_signature_age": "no bucket policies: who may ask is fixed (loopback, or presigned reads)",
    "public_policy": "no bucket policies: nothing in the store is ever readable without a signature",
    "versioning": "versions are the gateway's, audited in its database; a key is written once",
    "object_lock": "retention and legal hold are the gateway's, where the answer can say why",
    "lifecycle": "objects end when the gateway says so, with an audit event, not by a timer",
    "cors": "downloads are navigations; a page of another origin has no business with the bytes",
    "bucket_logging": "the access log is a file beside the store, in the same format",
    "notifications": "the gateway is the only writer and knows what it wrote",
}
results = json.load(open(sys.argv[1]))
passed = [name for name, (result, _) in results.items() if result == "PASS"]
other = {name for name, (result, _) in results.items() if result != "PASS"}
for name in sorted(other & REASONS.keys()):
    print(f"s3-compat: {name} is not implemented: {REASONS[name]}")
surprises = other - REASONS.keys()
if surprises or len(passed) < 72:
    sys.exit(f"s3-compat: {len(passed)} of {len(results)} passed; not expected: {sorted(surprises)}")
print(f"s3-compat: {len(passed)} of {len(results)} passed, {len(other)} by choice")
PYTHON
