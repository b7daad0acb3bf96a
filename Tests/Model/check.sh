#!/usr/bin/env bash
# Verifies the model of the protocol, and that it fails without any one of the precautions; prints rows for the page Safety.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# run NAME OPTIMISATION DEFINES...: leaves spin's words in NAME.txt
run() {
	local name=$1 optimise=$2
	shift 2
	spin -a "$@" "$here/protocol.pml"
	cc "$optimise" -w -DSAFETY -DCOLLAPSE -DNOFAIR -o pan pan.c
	./pan -m2000000 -w22 >"$name.txt"
	if grep -q 'max search depth too small' "$name.txt"; then echo "$name: the search was cut short" >&2; exit 1; fi
}
stored() { awk '/states, stored/ {print $1}' "$1.txt"; }
errors() { sed -n 's/.*errors: \([0-9]*\).*/\1/p' "$1.txt"; }

# verify TITLE DEFINES...
verify() {
	local title=$1
	shift
	run whole -O2 "$@"
	if [ "$(errors whole)" != 0 ]; then grep -E '^pan:1' whole.txt >&2; exit 1; fi
	echo "safety | The model | $title: states | $(stored whole) | errors: $(errors whole)"
}
verify "2 nodes, 2 applies, 3 faults" -DNODES=2 -DAPPLIES=2 -DFAULTS=3
verify "2 nodes, 2 tables, 2 applies, 1 fault" -DNODES=2 -DTABLES=2 -DAPPLIES=2 -DFAULTS=1
verify "3 nodes, 2 applies, no fault" -DNODES=3 -DAPPLIES=2 -DFAULTS=0
verify "3 nodes, 1 apply, 3 faults" -DNODES=3 -DAPPLIES=1 -DFAULTS=3

count=0
while read -r word number meaning; do
	run "$word" -O1 -DNODES=2 -DAPPLIES=2 -DFAULTS=3 -DWITHOUT="$number"
	if ! grep -q '^pan:1: assertion violated' "$word.txt"; then
		echo "the model does not need $word: $meaning" >&2
		exit 1
	fi
	count=$((count + 1))
done < <(sed -n 's|^#define \([A-Z_]*\) \([0-9]*\) /\* \(.*\) \*/$|\1 \2 \3|p' "$here/protocol.pml" | grep -vE '^(FAULTS|APPLIES) ')
echo "safety | The model | the protocol without one of its precautions | $count | each breaks a law"
