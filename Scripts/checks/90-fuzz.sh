#!/usr/bin/env bash
# Each parser fuzzed for a while with the address sanitizer
source "$(dirname "$0")/lib.sh"

verdict fuzz '^fuzz: [1-9][0-9]* targets, no crash$' Scripts/fuzz "$(by_mode 10 60)"
