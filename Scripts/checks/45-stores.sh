#!/usr/bin/env bash
# Documents go through SeaweedFS and Ceph as they go through the embedded store
source "$(dirname "$0")/lib.sh"
if [[ "$MODE" != full ]]; then
  echo "stores: skipped in standard mode; Scripts/check --full 45 starts SeaweedFS and Ceph"
  exit 0
fi
for tool in ceph-mon ceph-osd radosgw curl; do
  command -v "$tool" >/dev/null || fail "$tool is missing: Scripts/bootstrap --stores installs it"
done
release_programs
python_packages requirements-stores.txt

export VENV=$PWD/.build/venv-requirements-stores OTHER_DIR=$scratch/other CEPH_DIR=$scratch/ceph
# The stores end with the check, whatever happens to it; both scripts end only what they started.
stop_stores() {
  "$checkers/s3/other_up.sh" stop weed >/dev/null 2>&1 || true
  "$checkers/s3/ceph_down.sh" >/dev/null 2>&1 || true
  clean_up
}
trap stop_stores EXIT

# through KIND UP...: starts a store, then every operation of the client, then a document's journey.
through() {
  local kind=$1 started=$logs/store-$1-up.log
  shift
  "$@" >"$started" 2>&1 || { tail -n 20 "$started" >&2; fail "$kind did not start"; }
  # Keys of stores that live for this check only; they have slashes and plus signs on purpose.
  source <(grep -m 1 '^S3_ENDPOINT=' "$started" | tr ' ' '\n' |
    grep -E '^S3_[A-Z_]+=[A-Za-z0-9:/._+-]+$')
  export S3_ENDPOINT S3_ACCESS_KEY S3_SECRET_KEY S3_REGION S3_BUCKET=testbucket S3_KIND=$kind
  local style host
  for style in path virtual; do
    host=${S3_ENDPOINT/127.0.0.1/s3.localhost}
    [[ "$style" == path ]] && host=$S3_ENDPOINT
    local bytes
    for bytes in 1000 40000000; do
      S3_STYLE=$style S3_ENDPOINT=$host verdict "store-$kind-$style-$bytes" '^round count=' \
        "$PROGRAMS/postern-conformance" s3-transfer round "$bytes" -
    done
  done
  mkdir "$scratch/journey-$kind"
  verdict "store-$kind-journey" '^[1-9][0-9]* passed, 0 failed$' \
    "$PYTHON" Scripts/checks/support/storejourney.py "$PROGRAMS/postern" "$scratch/journey-$kind" "$kind"
}

through seaweedfs "$checkers/s3/other_up.sh" weed
through ceph "$checkers/s3/ceph_up.sh"
