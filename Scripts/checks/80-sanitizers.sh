#!/usr/bin/env bash
# AddressSanitizer where bytes are parsed, ThreadSanitizer where state is shared
source "$(dirname "$0")/lib.sh"

parses='JSONTextTests|XMLTextTests|CryptographyTests|HTTPMessageTests|HTTPServerTests|SigV4Tests'
parses+='|JOSETests|ScrubTests|S3Tests|S3ServerTests|SQLiteStoreTests|AuditLogTests'
parses+='|WireTests|APITests'
shares='HTTPServerTests|HTTPClientTests|S3Tests|S3ServerTests|SQLiteStoreTests|DeliveryTests'
shares+='|CryptographyTests|JOSETests|APITests|GatewayTests'

# A folder for each, so that neither builds the other's objects again.
sanitized() {
  local name=$1 suites=$2
  shift 2
  swift build --build-tests --sanitize="$name" \
    --scratch-path ".build/$name" >"$logs/build-$name.log" 2>&1 || {
    tail -n 40 "$logs/build-$name.log" >&2
    fail "the build with the $name sanitizer"
  }
  verdict "sanitizer-$name" 'Test run with [1-9][0-9]* tests .* passed' \
    swift test --skip-build --disable-xctest --no-parallel \
    --sanitize="$name" --scratch-path ".build/$name" --filter "$suites" "$@"
}

export LSAN_OPTIONS="suppressions=$PWD/Scripts/checks/support/leaks.txt:print_suppressions=0"
# Damaged copies of a file: all of them are in the plain suite, and in the full run here.
export DAMAGE_ROUNDS
DAMAGE_ROUNDS=$(by_mode 40 200)
# A log with every byte changed is volume for the verdict, not for memory; seeds and former crashes
# run with this sanitizer in the next check.
sanitized address "$parses" --skip 'no changed byte in a log of 300 entries'
# The sanitizer takes the signal before the backtrace can.
sanitized thread "$shares" --skip 'a crash prints where'
