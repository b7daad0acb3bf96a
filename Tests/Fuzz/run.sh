#!/usr/bin/env bash
# Builds the fuzzer of the cluster file's reader, replays the corpus, and runs it RUNS times; prints a row for the page Safety.
#
# usage: Tests/Fuzz/run.sh RUNS
#
# A file belongs to the corpus when `.build/fuzz/reader-fuzzer -merge=1 NEW Tests/Fuzz/corpus` copies it to the directory NEW.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=.build/fuzz
corpus=Tests/Fuzz/corpus
fuzzer=$work/reader-fuzzer
mkdir -p "$work"
# What the package embeds; reading a cluster file needs none of it.
echo 'enum PackageResources { static let builtin_sql: [UInt8] = [] }' >"$work/PackageResources.swift"
# The handler of crashes is libFuzzer's; Swift's own would wait for ever under the address sanitizer.
export SWIFT_BACKTRACE=enable=no
# Where a block was allocated is told in one line: whole stacks cost a seventh of the time.
export ASAN_OPTIONS=malloc_context_size=1
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT

# The reader and the little that it needs of the other rooms: all of them would take minutes to instrument.
postgres=(Sources/Postgres/{ConnectionString,PasswordsInText,Redaction}.swift)
replication=(Sources/Replication/Names.swift Sources/Replication/{Declared,Engines}/*.swift "$work/PackageResources.swift")
cluster_file=(Sources/ClusterFile/*.swift)
harness=(Tests/Fuzz/ReaderFuzzer.swift Tests/ClusterFileTests/Unplaced.swift)

compile() { # NAME FLAGS...
	local name=$1
	shift
	# shellcheck disable=SC2046 # the flags are words
	"${SWIFTC:-swiftc}" -O -wmo -swift-version 6 -parse-as-library -sanitize=fuzzer -I "$work" -I Sources/CLibPQ \
		-I Sources/CLibYAML $(pkg-config --cflags-only-I libpq yaml-0.1 | sed 's/-I/-Xcc -I/g') \
		-module-name "$name" "$@"
}
declare_module() { compile "$1" -emit-module -emit-module-path "$work/$1.swiftmodule" "${@:2}"; }
object() { compile "$1" -emit-object -o "$work/$1.o" "${@:2}"; }

declare_module Postgres "${postgres[@]}" &
declare_module Replication "${replication[@]}"
wait $!
{ object Replication "${replication[@]}" && object Postgres "${postgres[@]}"; } &
declare_module ClusterFile "${cluster_file[@]}"
object ClusterFile "${cluster_file[@]}"
wait $!
object Harness "${harness[@]}"
# Allocations, and what is copied across the border to C, are checked; checks of each load in Swift would cost as much again.
"${SWIFTC:-swiftc}" -sanitize=fuzzer,address "$work"/{Postgres,Replication,ClusterFile,Harness}.o -lyaml -lpq -o "$fuzzer"

limits=(-timeout=20 -rss_limit_mb=2048 -artifact_prefix="$work/")
failed() { # LOG
	grep -aE -m 3 'property broken|Fatal error|^SUMMARY|ERROR: ' "$1" >&2 || tail -n 20 "$1" >&2
	local input
	input=$(sed -n 's/.*Test unit written to //p' "$1" | tail -n 1)
	[ -z "$input" ] || echo "again: SWIFT_BACKTRACE=enable=no $fuzzer $input" >&2
	exit 1
}

# Here hashes differ from run to run and from value to value, so that an answer that depends on them is seen.
"$fuzzer" "${limits[@]}" -max_len=65536 -runs=0 "$corpus" >"$work/replay.log" 2>&1 || failed "$work/replay.log"

# Two at once, each with its own seed and its own findings: the same inputs on every machine.
export SWIFT_DETERMINISTIC_HASHING=1
runs=$1
started=()
for seed in 1 2; do
	rm -rf "$work/found-$seed"
	mkdir "$work/found-$seed"
	timeout --kill-after=10 $((120 + runs / 1000)) "$fuzzer" "${limits[@]}" -max_len=512 -seed="$seed" -runs=$(((runs + 1) / 2)) \
		-dict=Tests/Fuzz/cluster.dict -print_final_stats=1 "$work/found-$seed" "$corpus" >"$work/run-$seed.log" 2>&1 &
	started+=($!)
done
for seed in 1 2; do wait "${started[seed - 1]}" || failed "$work/run-$seed.log"; done

done_runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work"/run-*.log | awk '{sum += $1} END {print sum + 0}')
if [ "$done_runs" -lt "$runs" ]; then
	echo "only $done_runs of $runs runs" >&2
	exit 1
fi
grep -ahE 'INITED|^Done|DONE' "$work"/run-*.log
echo "safety | Input is hostile | cluster files that a fuzzer made | $done_runs |" \
	"no crash, hang or leak; one answer each, errors with a place, what is written reads back"
