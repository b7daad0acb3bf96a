/*
 * How apply moves an origin, with everything that may go wrong at any moment.
 *
 * Every node keeps what its catalogs say (doors) and what its disk holds of that (durable): commits are asynchronous
 * until they are flushed. An apply locks, looks, plans by the table of stages.pml, and sends each stage to all nodes at
 * once; a backend on each node carries it out, whether the client that sent it still lives or not. Two clients apply
 * again and again, each time any version of the file: with any node as the origin, with or without one named as lost.
 * Nodes restart, locks vanish, members cannot be reached and come back, applications write, whoever ships the changes
 * is late. A client may stop anywhere for ever, which is what dying is; its locks go when they like.
 *
 * The laws are asserted after every event. A mutant is the same protocol without one of its precautions; it must fail.
 */
#include "stages.pml"

#ifndef NODES
#define NODES 2
#endif
#ifndef TABLES
#define TABLES 1
#endif
#ifndef FAULTS
#define FAULTS 3 /* how many things go wrong in one history */
#endif
#ifndef APPLIES
#define APPLIES 3 /* and how many applies begin */
#endif
#define CLIENTS 2
#define NOBODY 255

#define isOpen(role) ((role) & 1)
#define anyOpen(node) (isOpen(doors[at(node, 0)]) || isOpen(doors[at(node, TABLES - 1)]))
#define isLogged(role) (((role) >> 1) & 1)
/* A table on a node; a client's view of it; a client's message to a node. */
#define at(node, table) ((node) * TABLES + (table))
#define of(client, node, table) ((client) * NODES * TABLES + at(node, table))
#define to(client, node) ((client) * NODES + (node))

/* The precautions. The model runs with all of them, and once without each. */
#define LOCK_CHECK 1 /* every transaction sees that its run holds the lock */
#define CLOSE_FIRST 2 /* doors close before they open */
#define FLUSH 3 /* a stage ends with a flush */
#define VERIFY 4 /* in which the run sees that it still holds the lock, and with a look from a new connection */
#define IN_FLIGHT 5 /* no run begins while a transaction of another is under way */
#define FOUND_FLUSH 6 /* what was found is flushed before anything is opened upon it */
#define DRAIN_PROOF 7 /* the logs of the others are drained */
#define DRAIN_ALL 8 /* of all others, not only of those that this run closed */
#define ONE_ALTER 9 /* log and deny change hands in one statement */
#define READ_REOPENING 10 /* the last origin is opened again only beside shut ones */
#define EVERY_MEMBER 11 /* nothing is opened unless every other member was read */
#ifndef WITHOUT
#define WITHOUT 0
#endif
#define keeps(precaution) (WITHOUT != precaution)

/* --- The nodes --- */
byte doors[NODES * TABLES];
byte durable[NODES * TABLES];
byte holder[NODES] = NOBODY; /* whose run holds the cluster's lock */
bool pending[NODES]; /* its log holds rows that others lack */

byte faults = FAULTS;
byte applies = APPLIES;

/* --- The clients --- */
mtype = { idle, sent, checked, half, done, failed };
mtype message[CLIENTS * NODES] = idle;
byte place[CLIENTS * NODES]; /* which table of the message is next */
byte world[CLIENTS * NODES * TABLES]; /* as last known */
byte stage[CLIENTS];
byte origin[CLIENTS];
byte named[CLIENTS] = NOBODY; /* as lost, by who runs it */
bool reopening[CLIENTS];
#define settled(message) (message == idle || message == done || message == failed)
#define underWay(message) (message == checked || message == half)

/* --- What the laws are judged by --- */
bool lost[NODES]; /* an operator named it lost, and it has not been seen closed since */
bool foundOpen[NODES * TABLES]; /* open since before the first apply */
bool foundUnlogged[NODES * TABLES]; /* never logged since before the first apply */

#define step(client) (keeps(CLOSE_FIRST) -> stage[client] : OPEN - stage[client])
#define declared(client, node) (origin[client] == (node) -> ORIGIN : SUBSCRIBER)
#define target(client, node, table) \
	(reopening[client] -> ORIGIN : \
	BECOMES(step(client), world[of(client, node, table)], declared(client, node)))

/* Law 1: never two open members. Law 2: never open and unlogged. Both unless it was found so. */
inline judge() {
	for (t : 0 .. TABLES - 1) {
		for (i : 0 .. NODES - 1) {
			assert(doors[at(i, t)] != UNLOGGED || foundUnlogged[at(i, t)]);
			for (j : i + 1 .. NODES - 1) {
				assert(!isOpen(doors[at(i, t)]) || !isOpen(doors[at(j, t)]) || lost[i] || lost[j] ||
					(foundOpen[at(i, t)] && foundOpen[at(j, t)]))
			}
		}
	}
	i = 0; j = 0; t = 0
}

/* What the node has committed is on its disk. */
inline sync(node) {
	for (t : 0 .. TABLES - 1) {
		durable[at(node, t)] = doors[at(node, t)];
		foundOpen[at(node, t)] = foundOpen[at(node, t)] && isOpen(doors[at(node, t)]);
		foundUnlogged[at(node, t)] = foundUnlogged[at(node, t)] && !isLogged(doors[at(node, t)])
	}
	t = 0
}

/* Law 1 for one step, and no change is left behind: who opens finds all others shut, and their logs drained. */
inline commit() {
	if
	:: isOpen(role) && !isOpen(doors[at(node, place[me])]) && !lost[node] ->
		for (i : 0 .. NODES - 1) {
			assert(i == node || lost[i] || !isOpen(doors[at(i, place[me])]));
			assert(i == node || lost[i] || reopening[client] || !pending[i])
		}
		i = 0
	:: else
	fi;
	doors[at(node, place[me])] = role;
	pending[node] = pending[node] || role == ORIGIN; /* applications write at once */
	role = 0;
	judge()
}

/* A session of one run: carries out its message, one transaction for each table. */
proctype Backend(byte client, node) {
	byte i, j, t, role;
	byte me = to(client, node);
end:	do
	:: d_step { message[me] == sent ->
		if
		:: holder[node] == client || !keeps(LOCK_CHECK) -> message[me] = checked
		:: else -> message[me] = failed; place[me] = 0
		fi }
	:: d_step { message[me] == checked && faults > 0 -> faults--; message[me] = failed; place[me] = 0 } /* busy, or raised */
	:: d_step { message[me] == checked && !keeps(ONE_ALTER) && doors[at(node, place[me])] == SUBSCRIBER &&
			target(client, node, place[me]) == ORIGIN ->
		role = UNLOGGED;
		commit();
		message[me] = half }
	:: d_step { underWay(message[me]) ->
		if
		:: message[me] == checked && doors[at(node, place[me])] != world[of(client, node, place[me])] ->
			message[me] = failed; place[me] = 0 /* these are not the rows of the plan */
		:: else ->
			role = target(client, node, place[me]);
			commit();
			place[me]++;
			if
			:: place[me] == TABLES -> place[me] = 0; message[me] = done
			:: else -> message[me] = sent
			fi
		fi }
	od
}

/* What happens to a node whenever it likes. */
proctype Fate(byte node) {
	byte i, j, t;
end:	do
	:: d_step { faults > 0 -> /* it restarts: what is not on its disk is gone, and so are its sessions */
		faults--;
		for (t : 0 .. TABLES - 1) { doors[at(node, t)] = durable[at(node, t)] }
		holder[node] = NOBODY;
		for (i : 0 .. CLIENTS - 1) { /* who had its answer may not notice: a pooler connects anew */
			if
			:: message[to(i, node)] == sent || underWay(message[to(i, node)]) ->
				message[to(i, node)] = failed;
				place[to(i, node)] = 0
			:: else
			fi
		}
		i = 0; t = 0;
		judge() }
	:: d_step { holder[node] != NOBODY && faults > 0 -> faults--; holder[node] = NOBODY } /* the session that holds the lock is gone */
	od
}

/* A stage's end on a node: a transaction that sees whose lock it is, and makes all before it durable. */
inline flush() {
	if
	:: keeps(VERIFY) && holder[n] != client -> stuck = true
	:: else ->
		if :: keeps(FLUSH) -> sync(n) :: else fi;
		lost[n] = lost[n] && (named[1 - client] == n || anyOpen(n))
	fi
}

/* The next stage that changes something, to all nodes at once; the one that opens waits for its proof. */
inline send() {
	n = 0;
	do
	:: stage[client] < STAGES && !(opens && step(client) == OPEN) ->
		for (i : 0 .. NODES - 1) {
			for (t : 0 .. TABLES - 1) {
				sends[i] = sends[i] || (read[i] && (complete || i != origin[client]) &&
					target(client, i, t) != world[of(client, i, t)])
			}
			n = n + sends[i]
		}
		i = 0; t = 0;
		if :: n > 0 -> break :: else -> stage[client]++ fi
	:: else -> break
	od;
	n = 0;
	for (i : 0 .. NODES - 1) { if :: sends[i] -> message[to(client, i)] = sent :: else fi }
	i = 0
}

/* One apply after another. */
proctype Client(byte client) {
	byte n, i, t;
	bool read[NODES], sends[NODES], closed[NODES], complete, opens, stuck;

	/* Lock. The file is any version of it, any members are out of reach, and one of those may be named as lost. Who
	   finds a member busy changes nothing, and is left out. */
end:	do
	:: atomic { applies > 0 ->
		applies--;
		select(i : 0 .. NODES - 1);
		origin[client] = i;
		for (i : 0 .. NODES - 1) {
			if
			:: holder[i] == NOBODY && (!keeps(IN_FLIGHT) || !underWay(message[to(1 - client, i)])) ->
				read[i] = true;
				holder[i] = client
			:: true -> if :: i != origin[client] -> named[client] = i :: true fi
			fi
		}
		i = 0 }

		/* Look, node after node; what the last look saw makes the plan. */
		do
		:: n < NODES -> atomic {
			if
			:: read[n] -> for (t : 0 .. TABLES - 1) { world[of(client, n, t)] = doors[at(n, t)] } t = 0
			:: else
			fi;
			n++;
			if
			:: n == NODES ->
				complete = read[origin[client]];
				for (i : 0 .. NODES - 1) {
					complete = complete && (read[i] || i == named[client] || !keeps(EVERY_MEMBER))
				}
				for (t : 0 .. TABLES - 1) {
					opens = opens || (complete && !isOpen(world[of(client, origin[client], t)]))
				}
				i = 0; t = 0;
				if :: opens && named[client] != NOBODY -> lost[named[client]] = true :: else fi;
				send();
				break
			:: else
			fi }
		od;

		do
		:: stage[client] < STAGES && !stuck ->
			/* What others are is proven before anything opens: it is on their disks, and their logs are drained. */
			do
			:: opens && step(client) == OPEN && n < NODES && !stuck -> atomic {
				if
				:: n == origin[client] || !read[n]
				:: n != origin[client] && read[n] ->
					pending[n] = pending[n] && (!keeps(DRAIN_PROOF) || (!keeps(DRAIN_ALL) && !closed[n]));
					if :: keeps(FOUND_FLUSH) -> flush() :: else fi
				:: n != origin[client] && read[n] && faults > 0 -> faults--; stuck = true /* time is up */
				fi;
				n++;
				if :: n == NODES && !stuck -> opens = false; send(); break :: else fi }
			:: else -> break
			od;
			do
			:: !stuck && n < NODES ->
				if
				:: atomic { !sends[n] -> n++ }
				:: d_step { sends[n] && message[to(client, n)] == done -> flush() }
					d_step { /* Read back. */
					for (t : 0 .. TABLES - 1) {
						world[of(client, n, t)] = target(client, n, t);
						stuck = stuck || (keeps(VERIFY) && doors[at(n, t)] != world[of(client, n, t)])
					}
					t = 0;
					message[to(client, n)] = idle;
					closed[n] = true;
					sends[n] = false;
					n++ }
				:: atomic { sends[n] && message[to(client, n)] == failed -> stuck = true }
				:: atomic { sends[n] && faults > 0 -> faults--; stuck = true } /* what was sent may be done */
				fi
			:: else -> break
			od;
			atomic {
				if
				:: stuck
				:: else -> stage[client]++; send()
				fi
			}
		:: else -> break
		od;

		/* Nothing was opened: any one of those closed may be the last origin, and is opened again beside shut ones. */
		if
		:: stuck && opens -> atomic {
			select(n : 0 .. NODES - 1);
			if
			:: closed[n] ->
				stuck = false;
				for (i : 0 .. NODES - 1) {
					if
					:: i != n && read[i] && keeps(READ_REOPENING) ->
						if :: holder[i] == client -> sync(i) :: else -> stuck = true fi;
						stuck = stuck || anyOpen(i)
					:: else
					fi
				}
				i = 0;
				if :: !stuck -> reopening[client] = true; message[to(client, n)] = sent :: else fi
			:: else
			fi }
		:: else
		fi;

		/* Let go; what was sent is over soon, and may then be forgotten. */
		atomic {
			for (i : 0 .. NODES - 1) {
				read[i] = false; sends[i] = false; closed[i] = false;
				if :: holder[i] == client -> holder[i] = NOBODY :: else fi
			}
			i = 0; n = 0; complete = false; opens = false; stuck = false
		}
		atomic {
			for (i : 0 .. NODES - 1) { settled(message[to(client, i)]) }
			for (i : 0 .. NODES - 1) {
				message[to(client, i)] = idle;
				for (t : 0 .. TABLES - 1) { world[of(client, i, t)] = SUBSCRIBER }
				t = 0
			}
			i = 0;
			origin[client] = 0; named[client] = NOBODY; stage[client] = PROTECT; reopening[client] = false
		}
	od
}

init {
	byte i, t;
	atomic {
		/* Found: the first node is anything, the others subscribe. */
		select(i : 0 .. 3);
		for (t : 0 .. TABLES - 1) { doors[at(0, t)] = i }
		for (i : 0 .. NODES - 1) {
			for (t : 0 .. TABLES - 1) {
				durable[at(i, t)] = doors[at(i, t)];
				foundOpen[at(i, t)] = isOpen(doors[at(i, t)]);
				foundUnlogged[at(i, t)] = doors[at(i, t)] == UNLOGGED;
				pending[i] = pending[i] || isLogged(doors[at(i, t)])
			}
		}
		i = 0; t = 0;
		run Client(0);
		run Client(1);
		for (i : 0 .. NODES - 1) { run Fate(i); run Backend(0, i); run Backend(1, i) }
		i = 0
	}
}
