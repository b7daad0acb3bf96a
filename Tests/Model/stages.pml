/* Rendered from the code by ReplicationTests (ModelTests.swift); RECORD=1 writes it anew. */

/* What a table is on a member: bit 0, whether it accepts writes; bit 1, whether it logs them. */
#define SUBSCRIBER 0
#define UNLOGGED 1
#define FENCED 2
#define ORIGIN 3

/* The stages in order. */
#define PROTECT 0
#define DRAIN 1
#define OPEN 2
#define TIDY 3
#define STAGES 4

/* What one step makes of a table found so on a member that is declared so. */
#define BECOMES(stage, found, declared) \
	((stage == PROTECT && found == UNLOGGED && declared == SUBSCRIBER) -> SUBSCRIBER : \
	((stage == PROTECT && found == FENCED && declared == SUBSCRIBER) -> SUBSCRIBER : \
	((stage == PROTECT && found == ORIGIN && declared == SUBSCRIBER) -> SUBSCRIBER : \
	((stage == OPEN && found == SUBSCRIBER && declared == ORIGIN) -> ORIGIN : \
	((stage == PROTECT && found == UNLOGGED && declared == ORIGIN) -> ORIGIN : \
	((stage == OPEN && found == FENCED && declared == ORIGIN) -> ORIGIN : \
	(found)))))))
