#!/usr/bin/env bash
# AddressSanitizer where bytes are parsed, ThreadSanitizer where state is shared
set -euo pipefail

parses='JSONTextTests|XMLTextTests|CryptographyTests|HTTPMessageTests|HTTPServerTests|SigV4Tests'
parses+='|JOSETests|FuzzTests|ScrubTests|S3ServerTests|SQLiteStoreTests|WireTests'
shares='HTTPServerTests|HTTPClientTests|SQLiteStoreTests|DeliveryTests|CryptographyTests|JOSETests'
shares+='|GatewayTests'

swift test --disable-xctest --sanitize=address --scratch-path .build/asan --filter "$parses" |
  tail -n 3
swift test --disable-xctest --sanitize=thread --scratch-path .build/tsan --filter "$shares" |
  tail -n 3
