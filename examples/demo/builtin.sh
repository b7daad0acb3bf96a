# The story on the builtin engine, which needs nothing but PostgreSQL. Read by demo.sh.

story() {
    tell "The file says that berlin is written and paris and tokyo follow. What would have to change?"
    polarity 0 apply --dry-run
    says "missing, declared origin" "36 to create" "--expect"

    tell "Apply it: every step is one short transaction, and everything is read back."
    polarity 0 apply --yes
    says "read back; 36 triggers are right"
    polarity 0 status
    says "In sync"

    tell "A write on the origin is logged."
    on berlin "INSERT INTO orders (customer, total) VALUES ('Ada', 12.50)"
    says "INSERT 0 1"
    on berlin "SELECT seq, operation, table_name, key, row ->> 'customer' AS customer FROM polarity.log"
    says "Ada" "(1 row)"

    tell "The same write on a subscriber is refused."
    on paris "INSERT INTO orders (customer, total) VALUES ('Ada', 12.50)"
    says "25006" "public.orders is read-only on node paris" "is written on node berlin"

    tell "Someone disables one trigger. The next write works as ever, and is lost to every other node."
    on berlin 'ALTER TABLE orders DISABLE TRIGGER "00_polarity_log"'
    on berlin "INSERT INTO orders (customer, total) VALUES ('Grace', 40)"
    says "INSERT 0 1"
    [ "$(ask berlin "SELECT count(*) FROM polarity.log WHERE row ->> 'customer' = 'Grace'")" = 0 ] || fail "it was logged"

    tell "status sees it: exit 2, and the first thing it says is what is being lost."
    polarity 2 status
    says "ORIGIN_UNLOGGED" "public.orders on its origin 'berlin' accepts writes that are not logged" "UNLOGGED"

    tell "apply mends it, and nothing else."
    polarity 0 apply --yes
    says "1 change made"
    on berlin "INSERT INTO orders (customer, total) VALUES ('Edsger', 7)"
    [ "$(ask berlin "SELECT count(*) FROM polarity.log WHERE row ->> 'customer' = 'Edsger'")" = 1 ] || fail "not logged"

    tell "The shipper's part, in one line: each subscriber records how much of berlin's log it has applied."
    local last
    last=$(ask berlin "SELECT max(seq) FROM polarity.log")
    for node in paris tokyo; do
        on "$node" "INSERT INTO polarity.applied (origin, seq) VALUES ('berlin', $last)"
        says "INSERT 0 1"
    done

    tell "The origin moves, in the file."
    edit "s/^origin: berlin/origin: paris/"

    tell "Moving an origin needs a word of its own. Nothing is changed without it; it is printed to be copied."
    polarity 4 apply --yes
    tail -n 4 "$said"
    says "nothing changed" "--allow ORIGIN_CHANGE"

    tell "With it: berlin is closed first, the drain is proven, then paris opens."
    polarity 0 apply --yes --allow ORIGIN_CHANGE
    says "protect   berlin" "every reachable subscriber has everything" "open      paris" "read back; 36 triggers are right"

    tell "The roles are reversed."
    polarity 0 status
    says "In sync"
    grep -q -E 'berlin .* subscriber ' "$said" || fail "berlin is no subscriber"
    grep -q -E 'paris .* origin ' "$said" || fail "paris is not the origin"
    on berlin "INSERT INTO orders (customer, total) VALUES ('Ada', 12.50)"
    says "25006" "public.orders is read-only on node berlin" "is written on node paris"
    on paris "INSERT INTO orders (customer, total) VALUES ('Barbara', 99)"
    says "INSERT 0 1"
    [ "$(ask paris "SELECT count(*) FROM polarity.log WHERE row ->> 'customer' = 'Barbara'")" = 1 ] || fail "not logged"
}
