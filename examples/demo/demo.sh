#!/usr/bin/env bash
# The main job as a story, told on throwaway nodes: make demo, or make demo ENGINE=slony. Every sentence is checked; the
# demo fails where the story does.
#
#   examples/demo/demo.sh PATH_TO_POLARITY
set -euo pipefail

binary=$(realpath "${1:?which polarity?}")
engine=${ENGINE:-builtin}
here=$(realpath "$(dirname "$0")")
scratch=$(mktemp -d /tmp/polarity-demo-XXXXXX)
daemons=()
said=$scratch/said

finish() {
    local status=$? left='everything was removed'
    trap - EXIT
    trap '' INT TERM HUP
    for daemon in "${daemons[@]}"; do kill "$daemon" 2>/dev/null || true; done
    for daemon in "${daemons[@]}"; do wait "$daemon" 2>/dev/null || true; done
    cd /
    if "$binary" sandbox down --directory "$scratch/shop" >/dev/null; then
        rm -rf "$scratch"
    else
        status=1 left="polarity sandbox down --directory $scratch/shop removes what is left"
    fi
    [ "$status" = 0 ] || printf '\nThe demo failed, status %s; %s.\n' "$status" "$left" >&2
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

# --- Telling and checking

step=0 bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\033[1m' plain=$'\033[0m'; fi
tell() {
    step=$((step + 1))
    printf '\n%s%s. %s%s\n' "$bold" "$step" "$*" "$plain"
}

fail() {
    printf 'demo: %s\n' "$*" >&2
    exit 1
}

# polarity STATUS ARGUMENT…: runs it, shows at most 26 lines of what it says, and checks its exit status.
polarity() {
    local wanted=$1 status=0
    shift
    printf '\n$ polarity %s\n' "$*"
    "$binary" "$@" >"$said" 2>"$scratch/progress" || status=$?
    sed -n 1,26p "$said"
    [ "$(wc -l <"$said")" -le 26 ] || printf '  … %s lines more\n' "$(($(wc -l <"$said") - 26))"
    [ "$status" = 0 ] || printf '(exit %s)\n' "$status"
    [ "$status" = "$wanted" ] || { cat "$scratch/progress" >&2; fail "polarity $* ended with $status, not $wanted"; }
}

# on NODE SQL: psql's answer to it, shown; what it refuses is its answer too.
on() {
    printf '\n$ psql service=%s -c "%s"\n' "$1" "${2//\"/\\\"}"
    psql -X -v VERBOSITY=verbose "service=$1" -c "$2" >"$said" 2>&1 || true
    grep -v -e '^CONTEXT' -e '^SQL statement' -e '^PL/pgSQL' -e '^LOCATION' "$said" || true
}

# ask NODE SQL: one value, silently.
ask() { psql -X -A -t -q "service=$1" -c "$2"; }

# says TEXT…: what was shown last says every one of these.
says() {
    for text in "$@"; do grep -q -F -e "$text" "$said" || fail "it does not say: $text"; done
}

# arrives NODE CUSTOMER: waits until the order of that customer is there.
arrives() {
    for _ in $(seq 600); do
        [ "$(ask "$1" "SELECT count(*) FROM orders WHERE customer = '$2'")" = 0 ] || return 0
        sleep 0.1
    done
    fail "the order of $2 does not arrive on $1"
}

# edit SED: changes the cluster file and shows the change.
edit() {
    printf '\n$ sed -i "%s" polarity.yaml\n' "$1"
    cp polarity.yaml "$scratch/before.yaml"
    sed -i "$1" polarity.yaml
    diff "$scratch/before.yaml" polarity.yaml && fail "the cluster file stayed as it was"
    return 0
}

# --- The sandbox, which both stories begin and end with

begin() {
    export XDG_STATE_HOME=$scratch/state PGSERVICEFILE=$scratch/services PGCONNECT_TIMEOUT=10
    cd "$scratch"
    tell "Three throwaway PostgreSQL nodes, the same tables on each, and a cluster file for them."
    polarity 0 sandbox up --directory shop
    cd shop
    # A psql service for each node, from the file's connection strings.
    sed -n -E 's/^  ([a-z]+): "(host=.*)"$/\1 \2/p' polarity.yaml | while read -r node conninfo; do
        printf '[%s]\n%s\n' "$node" "$(tr -d "'" <<<"$conninfo" | tr ' ' '\n')"
    done >"$PGSERVICEFILE"
}

end() {
    tell "Everything is removed."
    for daemon in "${daemons[@]}"; do kill "$daemon"; done
    for daemon in "${daemons[@]}"; do wait "$daemon" 2>/dev/null || true; done
    daemons=()
    cd "$scratch"
    polarity 0 sandbox down --directory shop
    says "berlin, paris, tokyo are gone"
    printf '\nThe demo went as told, %s s.\n' "$SECONDS"
}

case $engine in
builtin | slony) source "$here/$engine.sh" ;;
*) fail "ENGINE is builtin or slony, not $engine" ;;
esac
begin
story
end
