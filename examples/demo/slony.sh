# The story on a real Slony-I cluster of three nodes. Read by demo.sh; Slony is set up by examples/slony-demo.

story() {
    tell "Slony-I makes a cluster of them: set 1 is written on berlin, set 2 on paris; a daemon for each node."
    slony cluster
    for node in berlin paris tokyo; do
        as_owner slon -s 100 -t 1000 shopcl "$(conninfo "$node")" >"$scratch/slon-$node.log" 2>&1 &
        daemons+=("$!")
    done
    slony sets
    slony subscribe
    cluster_file >polarity.yaml
    printf '\n$ cat polarity.yaml\n'
    cat polarity.yaml

    tell "In sync, as Slony left it, and a row travels."
    polarity 0 status
    says "In sync"
    on berlin "INSERT INTO orders (customer, total) VALUES ('Ada', 12.50)"
    says "INSERT 0 1"
    arrives paris Ada
    arrives tokyo Ada
    echo "  it is on paris and on tokyo"

    tell "Someone disables one trigger. The next write works as ever, and never travels."
    on berlin "ALTER TABLE orders DISABLE TRIGGER _shopcl_logtrigger"
    on berlin "INSERT INTO orders (customer, total) VALUES ('Grace', 40)"
    says "INSERT 0 1"

    tell "status sees it: exit 2, and the first thing it says is what is being lost."
    polarity 2 status
    says "ORIGIN_UNLOGGED" "public.orders on its origin 'berlin' accepts writes that are not logged" "UNLOGGED"

    tell "apply mends it, and a row travels again. The one before it is lost to the others."
    polarity 0 apply --yes
    says "1 change made"
    on berlin "INSERT INTO orders (customer, total) VALUES ('Edsger', 7)"
    arrives paris Edsger
    arrives tokyo Edsger
    echo "  it is on paris and on tokyo"
    on paris "SELECT customer FROM orders ORDER BY id"
    says "Ada" "Edsger"
    ! grep -q Grace "$said" || fail "the lost row arrived"

    tell "The origin of set 1 moves, in the file."
    edit "/name: orders/s/origin: berlin/origin: paris/"

    tell "Slony has a catalog of its own, and it is the authority: the move is held back, with slonik's steps."
    polarity 4 apply --yes --report json="$scratch/held-back.json"
    says "ORIGIN_DISAGREES" "lock set" "move set"

    tell "Run these steps."
    grep -o -m 1 'lock set (.*); move set ([^;]*);' "$scratch/held-back.json" | sed 's/; move/;\nmove/' >"$scratch/move.slonik"
    cat "$scratch/move.slonik"
    slonik_runs "$scratch/move.slonik"

    tell "Once every node has confirmed the move: in sync with the roles reversed, and a row travels the other way."
    for _ in $(seq 200); do "$binary" status >/dev/null 2>&1 && break || sleep 0.3; done
    polarity 0 status
    says "In sync"
    grep -q -E 'berlin .* subscriber ' "$said" || fail "berlin is no subscriber of set orders"
    on paris "INSERT INTO orders (customer, total) VALUES ('Barbara', 99)"
    says "INSERT 0 1"
    arrives berlin Barbara
    arrives tokyo Barbara
    echo "  it is on berlin and on tokyo"
    on berlin "INSERT INTO orders (customer, total) VALUES ('Ada', 12.50)"
    says "ERROR" "orders"
}

# One line for libpq without quotes, so that it fits between Slony's own.
conninfo() { sed -n "/^\[$1\]/,/^\[/p" "$PGSERVICEFILE" | grep = | tr '\n' ' '; }

# Slony's programs run as the user that runs the servers.
as_owner() {
    if [ "$(id -u)" != 0 ]; then exec "$@"; fi
    local directory
    directory=$(sed -n 's/^host=//p' "$PGSERVICEFILE" | head -n 1)
    cd /
    exec setpriv --reuid="$(stat -c %u "$directory")" --regid="$(stat -c %g "$directory")" --init-groups "$@"
}

# Runs a script of examples/slony-demo.
slony() {
    printf '\n$ slonik %s.slonik\n' "$1"
    slonik_runs "$here/../slony-demo/$1.slonik"
}

slonik_runs() {
    sed -e 's/\${CLUSTER}/shopcl/' -e "s|\${NODE1}|$(conninfo berlin)|" -e "s|\${NODE2}|$(conninfo paris)|" \
        -e "s|\${NODE3}|$(conninfo tokyo)|" "$here/../slony-demo/preamble.slonik" "$1" >"$scratch/script"
    (as_owner slonik) <"$scratch/script" >"$said" 2>&1 || { cat "$said" >&2; fail "slonik failed"; }
}

cluster_file() {
    cat <<YAML
version: 1
cluster: shop
engine: {type: slony, cluster: shopcl}
nodes:
  berlin: "$(conninfo berlin)"
  paris: "$(conninfo paris)"
  tokyo: "$(conninfo tokyo)"
sets:
  - {name: orders, id: 1, origin: berlin, tables: [public.orders, public.order_items]}
  - {name: sales, id: 2, origin: paris, subscribers: [berlin], tables: [sales."Order Line"]} # tokyo takes no part
YAML
}
