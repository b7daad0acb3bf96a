#!/usr/bin/env bash
# Runs the live tests on every major of PostgreSQL that is asked for, and on nodes of different majors in one cluster, and
# prints what was run: a table, and the rows of the documentation's page "Safety". The tests are built already.
#
# "13" is all nodes on 13, "13+15+18" one node on each. Slony-I's tests run on 15 alone, with the rest of the tests: no
# other major has its package. Fails where a major cannot be had, where a test fails, and where none ran.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ $# -gt 0 ] || set -- 13 15 16 17 18 13+15+18
width=(--experimental-maximum-parallelization-width 4)
fetched=$(mktemp)
log=$(mktemp)
trap 'rm -f "$fetched" "$log"' EXIT
# shellcheck disable=SC2046 # a word for each major
Tests/Majors/fetch.sh $(tr '+' '\n' <<<"$(printf '%s\n' "$@")" | sort -nu) >"$fetched"

rows=()
failed=()
for nodes in "$@"; do
    programs=
    versions=
    for major in ${nodes//+/ }; do
        directory=$(awk -v major="$major" '$1 == major { print $2 }' "$fetched")
        programs=$programs${programs:+:}$directory
        versions=$versions${versions:+ + }$("$directory/initdb" --version | awk '{ print $3 }')
    done
    start=$SECONDS
    status=passed
    POLARITY_PG_BIN=$programs swift test --skip-build --disable-xctest "${width[@]}" \
        --filter '^LiveTests\.|^AcceptanceTests\.`a standby`' --skip Slony >"$log" 2>&1 || status=FAILED
    scenarios=$(grep -ac '^◇ Test case passing 1 argument scenario' "$log" || true)
    tests=$(grep -aEc '^✔ Test "' "$log" || true)
    [ "$scenarios" -gt 0 ] || status=FAILED
    if [ $status = FAILED ]; then
        failed+=("$nodes")
        grep -aE -A 30 '^✘' "$log" | head -n 300 || true
    fi
    rows+=("| $versions | $scenarios | $tests | $status | $((SECONDS - start)) s |")
    echo "safety | Majors of PostgreSQL | scenarios on ${nodes//+/, } | $scenarios |" \
        "$status on $versions: plan, end state, an empty second plan"
done
echo
echo "| PostgreSQL | scenarios | tests | result | time |"
echo "|---|---|---|---|---|"
printf '%s\n' "${rows[@]}"
[ ${#failed[@]} = 0 ] || { echo "failed on: ${failed[*]}" >&2; exit 1; }
