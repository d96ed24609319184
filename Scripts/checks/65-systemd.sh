#!/usr/bin/env bash
# The systemd units are well-formed and as closed as systemd-analyze can see
source "$(dirname "$0")/lib.sh"
release_programs

command -v systemd-analyze >/dev/null || {
  echo "systemd: skipped, there is no systemd-analyze"
  exit 0
}
for unit in postern-serve postern-seal; do
  # The programs stand where this check built them, not where an operator installs them.
  sed "s|/usr/local/bin/|$PROGRAMS/|" "Scripts/deploy/systemd/$unit.service" \
    >"$scratch/$unit.service"
done
for unit in postern-serve postern-seal; do
  SYSTEMD_UNIT_PATH=$scratch: systemd-analyze verify --man=no "$scratch/$unit.service" \
    >"$logs/systemd-$unit.log" 2>&1 || {
    cat "$logs/systemd-$unit.log" >&2
    fail "systemd-analyze verify $unit"
  }
  # 10 is open to everything; a unit of systemd's own with a network has 1 to 2.
  verdict "systemd-security-$unit" '^→ Overall exposure level for .*: [01]\.[0-9] (OK|SAFE)' \
    systemd-analyze security --no-pager --offline=true --threshold=15 "$scratch/$unit.service"
done
