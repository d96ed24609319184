#!/usr/bin/env bash
# The customer's side of a link in Chromium: pages, downloads, cuts, dead links, names, nothing given away
source "$(dirname "$0")/lib.sh"
for program in chromium chromedriver curl; do
  command -v "$program" >/dev/null || fail "$program is not installed"
done
release_programs
python_packages requirements-customer.txt
# A browser that stands still must not hold up everything else; the longest part takes two minutes.
bounded=(timeout --kill-after=10 900)
mkdir -p "$scratch/customer" "$logs/customer"
verdict names '^names: 10000 read alike by werkzeug and aiohttp, [0-9]+ saved by curl, failed=0$' \
  "$PYTHON" Scripts/checks/support/filenames.py "$PROGRAMS/postern-conformance" "$scratch/customer"
verdict customer '^customer: passed=[1-9][0-9]* failed=0$' \
  "${bounded[@]}" "$PYTHON" Scripts/checks/support/customer.py "$PROGRAMS/postern" "$scratch/customer" "$logs/customer" "$MODE"
mkdir "$scratch/resume"
verdict resume '^resume: passed=[1-9][0-9]* failed=0$' \
  "${bounded[@]}" "$PYTHON" Scripts/checks/support/resume.py "$PROGRAMS/postern" "$scratch/resume" $(by_mode 20 200)
mkdir "$scratch/scripted"
verdict scripted '^scripted: passed=[1-9][0-9]* failed=0$' \
  "${bounded[@]}" "$PYTHON" Scripts/checks/support/scripted.py "$PROGRAMS/postern" "$scratch/scripted"
