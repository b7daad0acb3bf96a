#!/usr/bin/env bash
# Verifies the model of the protocol, and that it fails without any one of the precautions; prints rows for the page Safety.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# run NAME OPTIMISATION DEFINES...: leaves spin's words in NAME/said
run() {
	local name=$1 optimise=$2
	shift 2
	mkdir "$name"
	cd "$name"
	spin -a "$@" "$here/protocol.pml"
	cc "$optimise" -w -DSAFETY -DCOLLAPSE -DNOFAIR -o pan pan.c
	./pan -m2000000 -w22 >said
	if grep -q 'max search depth too small' said; then echo "$name: the search was cut short" >&2; return 1; fi
}

# verify TITLE DEFINES...: without any error
verify() {
	local title=$1
	shift
	run "$title" -O2 "$@"
	if ! grep -q 'errors: 0$' said; then grep -E '^pan:1' said >&2; return 1; fi
	echo "safety | The model | $title: states | $(awk '/states, stored/ {print $1}' said) | errors: 0"
}

# needs WORD NUMBER MEANING: without the precaution an error is found
needs() {
	run "$1" -O1 -DNODES=2 -DAPPLIES=2 -DFAULTS=3 -DWITHOUT="$2"
	if ! grep -q '^pan:1: assertion violated' said; then echo "the model does not need $1: $3" >&2; return 1; fi
}

# at_once COMMAND...: waits for its turn, one a core, and goes on beside it; a failure anywhere ends all
at_once() {
	while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n; done
	("$@") &
}

at_once verify "3 nodes, 1 apply, 3 faults" -DNODES=3 -DAPPLIES=1 -DFAULTS=3
at_once verify "2 nodes, 2 applies, 3 faults" -DNODES=2 -DAPPLIES=2 -DFAULTS=3
at_once verify "3 nodes, 2 applies, no fault" -DNODES=3 -DAPPLIES=2 -DFAULTS=0
at_once verify "2 nodes, 2 tables, 2 applies, 1 fault" -DNODES=2 -DTABLES=2 -DAPPLIES=2 -DFAULTS=1

count=0
while read -r word number meaning; do
	at_once needs "$word" "$number" "$meaning"
	count=$((count + 1))
done < <(sed -n 's|^#define \([A-Z_]*\) \([0-9]*\) /\* \(.*\) \*/$|\1 \2 \3|p' "$here/protocol.pml" | grep -vE '^(FAULTS|APPLIES) ')
while [ "$(jobs -p | wc -l)" -gt 0 ]; do wait -n; done
echo "safety | The model | the protocol without one of its precautions | $count | each breaks a law"
