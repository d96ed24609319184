#!/usr/bin/env bash
# The audit log of a gateway at work, verified by a program that shares nothing with ours
source "$(dirname "$0")/lib.sh"
release_programs
python_packages

verdict audit-sample '^[1-9][0-9]* events$' python3 Scripts/checks/support/auditsample.py \
  "$PROGRAMS/postern" "$scratch" "$(by_mode 700 70000)"
# `postern` refuses variables that it does not know.
own=(env -u POSTERN_CHECKS "$PROGRAMS/postern" audit verify --data "$scratch/data")
verdict audit-own '^✓ .* entries, signed ' "${own[@]}"

checker=("$PYTHON" "$checkers/store/audit_check.py")
for key in "$scratch"/data/audit/*.vkey; do
  log=${key%.vkey}
  older=()
  [[ "${log##*/}" == acme ]] && older=("$scratch/kept")
  verdict "audit-log-${log##*/}" '^ok ' "${checker[@]}" log "$log" "$(cat "$key")" "${older[@]}"
done
verdict audit-receipt '^ok ' "${checker[@]}" proof "$(cat "$scratch/data/audit/acme.vkey")" \
  "$scratch/leaf" "$scratch/proof"

# Both verifiers must see one flipped bit in an entry.
bundle=$(find "$scratch/data/audit/acme/tile/entries" -type f | sort | head -n 1)
python3 - "$bundle" <<'PYTHON'
import sys
content = bytearray(open(sys.argv[1], "rb").read())
content[len(content) // 2] ^= 1
open(sys.argv[1], "wb").write(content)
PYTHON
if "${own[@]}" >"$logs/audit-flipped.log" 2>&1; then
  fail "postern audit verify passes a log with a flipped bit"
fi
if "${checker[@]}" log "$scratch/data/audit/acme" "$(cat "$scratch/data/audit/acme.vkey")" \
  >>"$logs/audit-flipped.log" 2>&1; then
  fail "the checker passes a log with a flipped bit: it checks something else"
fi
echo "audit-flipped: one flipped bit is seen by both"
