#!/usr/bin/env bash
# Prints the line coverage of the rooms that unit tests cover, as their last run in a scratch path left it, and fails where the
# pure room falls to 95 % or below.
#
# usage: Tests/coverage.sh SCRATCH_PATH
set -euo pipefail
cd "$(dirname "$0")/.."
scratch=$1
data=$(find $scratch -name default.profdata | head -n 1)
binary=$(find $scratch -name '*PackageTests.xctest' -type f | head -n 1)
tools=$(dirname "$(readlink -f "$(command -v swift)")")
report() { "$tools/llvm-cov" export -summary-only -instr-profile "$data" "$binary" "$@"; }
report Sources | python3 -c '
import json, sys
from collections import defaultdict
rooms = defaultdict(lambda: [0, 0])
for file in json.load(sys.stdin)["data"][0]["files"]:
    name = file["filename"]
    if "/Sources/" not in name or "embedded_resources" in name: continue
    room = name.split("/Sources/")[1].split("/")[0]
    if room not in ("ClusterFile", "Replication", "Reports"): continue
    rooms[room][0] += file["summary"]["lines"]["covered"]
    rooms[room][1] += file["summary"]["lines"]["count"]
for room, (covered, count) in sorted(rooms.items()):
    print(f"{room:12} {100 * covered / count:5.1f} % of {count} lines")
covered, count = rooms["Replication"]
sys.exit(0 if covered / count > 0.95 else "Replication: coverage is not above 95 %")
'
