/// The table of findings: one row for each code.
extension FindingCode {
    /// How bad it is.
    public var severity: Severity { entry.severity }
    /// Whether it holds its set back.
    public var blocks: Bool { entry.blocks }
    /// Why it matters.
    public var why: String { entry.why }
    /// What to do next.
    public var next: String { entry.next }

    private var entry: FindingEntry {
        switch self {
        case .splitBrain:
            .init(
                .critical, blocks: false,
                "Two members accept writes for one table: their rows can differ from now on, and no trigger "
                    + "can put that right.",
                "let apply close the node that is not the origin, then compare the rows of both nodes")
        case .subscriberOpen:
            .init(
                .critical, blocks: false,
                "A subscriber accepts writes of its own: it silently diverges from the origin.",
                "run polarity apply, then compare the table with the origin's")
        case .originUnlogged:
            .init(
                .critical, blocks: false,
                "The origin accepts writes that nothing captures: they will never reach a subscriber.",
                "run polarity apply at once; rows written meanwhile have to be copied again")
        case .originClosed:
            .init(
                .critical, blocks: false,
                "The origin refuses its own application's writes.",
                "run polarity apply; turning deny off needs ORIGIN_CHANGE unless this is the recorded origin")
        case .denyModeReplica:
            .init(
                .critical, blocks: false,
                "A deny trigger in mode replica fires for the replication daemon and not for applications: "
                    + "the node is open.",
                "run polarity apply, which sets the mode")
        case .truncateDenyAlways:
            .init(
                .critical, blocks: false,
                "A truncate deny trigger in mode always refuses the TRUNCATE that Slony replays: the "
                    + "subscriber stops applying for ever.",
                "run polarity apply, which sets the mode")
        case .staleKeyMask:
            .init(
                .critical, blocks: false,
                "The log trigger's key mask does not match the table's columns: replayed updates and deletes "
                    + "will hit the wrong rows.",
                "allow REPLACE_TRIGGER and apply; rows logged since the table was altered are wrong already")
        case .impostor:
            .init(
                .critical, blocks: false,
                "A trigger has the engine's name and another definition: it does not do what its name says.",
                "read both definitions, then allow REPLACE_TRIGGER")
        case .leftBehind:
            .init(
                .critical, blocks: false,
                "A node that is not the origin logged changes that the origin never applied: they are in no other node.",
                "read them in polarity.log there, copy by hand what is wanted, then set polarity.applied to the log's end"
            )
        case .duplicateLog:
            .init(
                .critical, blocks: false,
                "Two log triggers capture every change twice.",
                "allow DROP_TRIGGER to drop the surplus one")
        case .logReplaced:
            .init(
                .critical, blocks: true,
                "More was applied of an origin's log than that log has ever held, so it is another log: a shipper passes "
                    + "over its rows, and a drain would be proven by the old one's number.",
                "copy the rows anew, then set polarity.applied of that origin to where its log was when they were copied"
            )
        case .logAltered:
            .init(
                .critical, blocks: true,
                "The log, or a table beside it, is not as it was installed: a rule, a trigger, row security, its numbers or "
                    + "its columns let writes pass without a trace, hide them from a shipper, or have every one refused.",
                "run the statement that is shown; rows that were written meanwhile and not logged have to be copied again"
            )
        case .functionAltered:
            .init(
                .critical, blocks: false,
                "A function of the engine is not as it was installed: the triggers may do nothing.",
                "run polarity apply, which installs it again")
        case .sessionRoleSet:
            .init(
                .critical, blocks: false,
                "Sessions that begin in this session role pass the engine's triggers by: what they write is not logged on an "
                    + "origin and not refused on a subscriber.",
                "run the statement that is shown, unless only the replication itself logs in that way")
        case .daemonModePublic:
            .init(
                .critical, blocks: false,
                "Whoever calls the function writes on subscribers for the rest of his session, and a pooler hands that "
                    + "session on.",
                "grant EXECUTE to the daemon's role, then run the statement that is shown")
        case .nodeUnreachable:
            .init(
                .error, blocks: true,
                "A node that cannot be read may accept writes unseen, so the sets it takes part in are held "
                    + "back, except where doors only close.",
                "bring the node back, or give it up by its name with --failover")
        case .wrongNode:
            .init(
                .error, blocks: true,
                "The connection leads to another database than the one declared.",
                "correct the conninfo or what is expected of the node")
        case .sameDatabase:
            .init(
                .error, blocks: true,
                "Two nodes of the file are one database: it would be origin and subscriber at once.",
                "correct one of the conninfos")
        case .standby:
            .init(
                .error, blocks: true,
                "The node is a standby: its triggers can be changed only on its primary.",
                "point the node at the primary")
        case .readOnly:
            .init(
                .error, blocks: true,
                "The node's transactions are read-only by default, so nothing can be changed there.",
                "reset default_transaction_read_only wherever it is set: role, database, server, PGOPTIONS")
        case .tableMissing:
            .init(
                .error, blocks: true,
                "A member of the set does not have the table, or not as the partition that it is on others.",
                "create the table on that node, or take it out of the set")
        case .wrongRelationKind:
            .init(
                .error, blocks: true,
                "The relation cannot carry the engine's triggers.",
                "declare the tables themselves")
        case .functionMissing:
            .init(
                .error, blocks: true,
                "A function that the engine's triggers call does not exist on the node.",
                "install the engine on that node")
        case .engineMissing:
            .init(
                .error, blocks: true,
                "The engine's own schema does not exist on the node, lacks a part, or was never told which node it is on.",
                "install the engine there, or restore what its schema lacks")
        case .engineNewer:
            .init(
                .error, blocks: true,
                "The engine's own schema is of a version that this program does not know: nothing of the node is changed.",
                "use the polarity that installed it, or a newer one")
        case .tableNotRegistered:
            .init(
                .error, blocks: true,
                "Slony's catalog does not list the table in this set; a trigger without a registration would "
                    + "log rows that nobody can apply.",
                "add the table with slonik: SET ADD TABLE, or where the set has subscribers CREATE SET, SET ADD TABLE, "
                    + "SUBSCRIBE SET and MERGE SET")
        case .noPrimaryKey:
            .init(
                .error, blocks: true,
                "The table has no usable key, so changes cannot be matched to rows.",
                "add a primary key")
        case .notOwner:
            .init(
                .error, blocks: true,
                "ENABLE, DISABLE and DROP TRIGGER need the table's owner.",
                "declare role: with the owner, or log in as a member of the owner")
        case .privilegeMissing:
            .init(
                .error, blocks: true,
                "A right is missing that apply needs, or without which the engine's own records cannot be read. "
                    + "It is found before anything is touched.",
                "run the statement that is shown, as the object's owner or a superuser")
        case .nameCollision:
            .init(
                .error, blocks: true,
                "One name would stand for two triggers: two of the engine's, once filled in and cut at 63 bytes, or one of the "
                    + "engine's and one that the file declares as the user's own.",
                "rename the table, use an engine with other names, or leave the engine's triggers to their roles")
        case .misnamed:
            .init(
                .error, blocks: false,
                "The engine goes by name and will not find the trigger, or the table: its own commands will fail.",
                "run polarity apply, which renames the trigger")
        case .originDisagrees:
            .init(
                .error, blocks: true,
                "The engine's own catalog names another origin than the file, or its nodes do not agree; "
                    + "opening is held back.",
                "finish the move with the engine's own commands, or correct the file")
        case .setBusy:
            .init(
                .error, blocks: true,
                "The engine is in the middle of LOCK SET or MOVE SET.",
                "wait for it to end, then run again")
        case .lockAbandoned:
            .init(
                .error, blocks: true,
                "A trigger of LOCK SET refuses every write, and the set is not locked: waiting does not mend it, and "
                    + "UNLOCK SET refuses too.",
                "make sure that no slonik is at work, drop the trigger, then run again")
        case .engineMoves:
            .init(
                .error, blocks: true,
                "Under this engine an origin moves by the engine's own commands; triggers are only a part of "
                    + "it.",
                "follow the steps shown, then run again")
        case .patternDiffers:
            .init(
                .error, blocks: true,
                "A pattern finds different tables on different members.",
                "create or drop the tables that differ, or exclude them")
        case .patternEmpty:
            .init(
                .error, blocks: true,
                "A pattern matches no table on any reachable member.",
                "correct the pattern")
        case .memberUnnamed:
            .init(
                .error, blocks: true,
                "A recorded member of the set is no longer in the file; it may accept writes unseen.",
                "name it again, leave it out of the set's 'subscribers', apply, and only then take its line away; or give it "
                    + "up by its name with --failover")
        case .sequenceBehind:
            .init(
                .error, blocks: true,
                "A sequence on the new origin is behind the old one's: new rows would collide with old ones.",
                "advance the sequence, or set policy.sequences: advance")
        case .drainUnproven:
            .init(
                .error, blocks: true,
                "Nothing can prove that the new origin has everything the old one captured.",
                "record progress in polarity.applied or declare drained:, or allow UNPROVEN_HANDOVER")
        case .drainPending:
            .init(
                .error, blocks: true,
                "The new origin does not have everything yet.",
                "let replication catch up, then run again")
        case .eventTrigger:
            .init(
                .error, blocks: false,
                "An enabled event trigger fires for DDL and may refuse what apply does.",
                "disable it for the time of the apply if it raises")
        case .triggerMissing:
            .init(
                .error, blocks: false,
                "A trigger of the engine is missing: a switchover would get stuck on it.",
                "run polarity apply, which creates it")
        case .ownTriggerMissing:
            .init(
                .error, blocks: true,
                "A declared trigger or rule of the user's own does not exist.",
                "create it, or take it out of the file")
        case .cloneDiffers:
            .init(
                .error, blocks: true,
                "A partition's copy of its parent's trigger cannot be changed by itself.",
                "change the trigger on the parent")
        case .failoverRefused:
            .init(
                .error, blocks: true,
                "The node named by --failover is reachable and open, or answers and may be.",
                "drop --failover and move the origin in the ordinary way")
        case .failoverBehind:
            .init(
                .error, blocks: true,
                "A survivor of the lost origin lacks changes that another survivor has, and no log is left from which "
                    + "it could get them.",
                "name the most advanced survivor as the origin, or copy the rows from it, and then set polarity.applied on "
                    + "the one that lacked them")
        case .tableOfOtherCluster:
            .init(
                .error, blocks: true,
                "Two clusters would each open a node for the table; neither run is kept out by the other's lock.",
                "take the table out of one of the two files, and apply that one first")
        case .nodeNameShared:
            .init(
                .error, blocks: true,
                "Two clusters that share a node call two other databases by one name: polarity.applied has one row for "
                    + "both, and what proves a drain may be the other one's.",
                "rename the node in one of the two files")
        case .heldBack:
            .init(
                .warning, blocks: false,
                "Changes of this set wait for what is reported beside them.",
                "mend the findings of this set, then run again")
        case .logOrder:
            .init(
                .warning, blocks: false,
                "Another AFTER trigger sorts before the log trigger: if it changes the same row, the log "
                    + "holds the later change first.",
                "rename the other trigger so that it sorts later")
        case .foreignKeyCrossesSets:
            .init(
                .warning, blocks: false,
                "A foreign key joins tables of sets with different origins: a cascade meets the child's deny "
                    + "trigger.",
                "put both tables in one set")
        case .foreignKeyOnlyOnSubscriber:
            .init(
                .warning, blocks: false,
                "A foreign key exists only on a subscriber: a replicated TRUNCATE CASCADE empties its child "
                    + "there.",
                "drop the foreign key, or replicate the child")
        case .strayTrigger:
            .init(
                .warning, blocks: false,
                "A trigger of the engine stands where the file, or the engine's own catalog, has no place for it.",
                "declare the table, or drop the trigger, with the engine's own command where it has one")
        case .unprotectedBystander:
            .init(
                .warning, blocks: false,
                "A node has the table, takes no part in its set and accepts writes.",
                "make it a subscriber, or drop the table there")
        case .inheritanceChild:
            .init(
                .warning, blocks: false,
                "Row triggers do not fire for tables that inherit from this one.",
                "declare the children too")
        case .truncateUnguarded:
            .init(
                .warning, blocks: false,
                "Nothing of the engine refuses TRUNCATE: on a subscriber it empties a copy.",
                "revoke TRUNCATE from the application's roles")
        case .unloggedTable:
            .init(
                .warning, blocks: false,
                "An unlogged table is empty after a crash, and then differs from its copies.",
                "run ALTER TABLE … SET LOGGED")
        case .insteadRule:
            .init(
                .warning, blocks: false,
                "A rule replaces writes on the table, so that triggers may never fire.",
                "drop the rule, or declare its mode per role")
        case .triggerBeforeDeny:
            .init(
                .warning, blocks: false,
                "Another BEFORE ROW trigger sorts before the deny trigger: where it returns NULL the write is "
                    + "swallowed without an error.",
                "rename it so that it sorts later")
        case .logicalTarget:
            .init(
                .warning, blocks: false,
                "A native subscription writes into the table in session role replica: the log trigger does "
                    + "not fire for it.",
                "drop one of the two replications")
        case .partitionOwnTrigger:
            .init(
                .warning, blocks: false,
                "A partition has a trigger of its own where the root's would be cloned: a partition to come gets none.",
                "drop the partition's own trigger, so that apply can make it on the root")
        case .inappropriateMode:
            .init(
                .warning, blocks: false,
                "The trigger's mode works by accident and is not the engine's own.",
                "run polarity apply, which sets it")
        case .lockTimeoutShort:
            .init(
                .warning, blocks: false,
                "lock_timeout is below the server's deadlock_timeout: apply never gets past a running "
                    + "autovacuum.",
                "raise policy.lock_timeout above deadlock_timeout")
        case .otherCluster:
            .init(
                .warning, blocks: false,
                "Another replication cluster has triggers on the table.",
                "make sure that the two do not feed each other")
        }
    }
}
