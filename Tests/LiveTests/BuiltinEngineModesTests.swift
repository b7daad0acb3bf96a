import Postgres
import Testing

/// One line of the table of forms and session roles: what fires, and what the builtin functions make of it.
struct FiringCase: Sendable, CustomTestStringConvertible {
    let form: String
    let role: String
    let effects: Effects

    struct Effects: Equatable, Sendable {
        /// Whether triggers of the user's fire, for rows and for TRUNCATE.
        var triggersFire: Bool
        var ruleFires: Bool
        var logs: Bool
        var denies: Bool
    }

    init(_ form: String, _ role: String, triggers: Bool, rule: Bool, logs: Bool, denies: Bool) {
        self.form = form
        self.role = role
        effects = Effects(triggersFire: triggers, ruleFires: rule, logs: logs, denies: denies)
    }

    var testDescription: String { "\(form) in \(role)" }

    /// Slony manual, "Triggers", table of `ALTER TABLE` forms × `session_replication_role`; the builtin functions let
    /// `local` pass, as Slony's do.
    static let all: [FiringCase] = [
        .init("DISABLE", "origin", triggers: false, rule: false, logs: false, denies: false),
        .init("DISABLE", "replica", triggers: false, rule: false, logs: false, denies: false),
        .init("DISABLE", "local", triggers: false, rule: false, logs: false, denies: false),
        .init("ENABLE", "origin", triggers: true, rule: true, logs: true, denies: true),
        .init("ENABLE", "replica", triggers: false, rule: false, logs: false, denies: false),
        .init("ENABLE", "local", triggers: true, rule: true, logs: false, denies: false),
        .init("ENABLE REPLICA", "origin", triggers: false, rule: false, logs: false, denies: false),
        .init("ENABLE REPLICA", "replica", triggers: true, rule: true, logs: true, denies: true),
        .init("ENABLE REPLICA", "local", triggers: false, rule: false, logs: false, denies: false),
        .init("ENABLE ALWAYS", "origin", triggers: true, rule: true, logs: true, denies: true),
        .init("ENABLE ALWAYS", "replica", triggers: true, rule: true, logs: true, denies: true),
        .init("ENABLE ALWAYS", "local", triggers: true, rule: true, logs: false, denies: false),
    ]
}

@Suite struct `Forms and session roles` {
    static let writes = ["INSERT INTO %", "UPDATE % SET id = id + 10", "DELETE FROM %", "TRUNCATE %"]

    @Test(arguments: FiringCase.all)
    func `of a live server are those of the Slony manual, for triggers, rules and the builtin engine`(
        firing: FiringCase
    ) async throws {
        try await withBuiltinNodes("modes") { sessions, _ in
            let node = sessions[0]
            try await node.prepareForms(firing.form)
            for write in Self.writes {
                func change(_ table: String) -> String {
                    let statement = write.split(separator: "%", omittingEmptySubsequences: false).joined(
                        separator: table)
                    return write.hasPrefix("INSERT") ? "\(statement) VALUES (2)" : statement
                }
                _ = try await node.run(
                    """
                    TRUNCATE told, polarity.log; SET session_replication_role = \(firing.role);
                    \(change("probed")); \(change("ruled")); \(change("logged"))
                    """)
                let refusal = try await node.refusal(change("denied"))
                _ = try await node.run("SET session_replication_role = origin")
                #expect(refusal == nil || refusal?.sqlState == "25006")
                let told = try await node.texts("SELECT DISTINCT word FROM told ORDER BY 1")
                let observed = FiringCase.Effects(
                    triggersFire: told.contains("trigger"), ruleFires: told.contains("rule"),
                    logs: try await !node.log().isEmpty, denies: refusal != nil)
                var expected = firing.effects
                if write.hasPrefix("TRUNCATE") { expected.ruleFires = false }  // There are no rules for TRUNCATE.
                #expect(observed == expected, "\(write)")
            }
        }
    }
}

extension Session {
    /// Four tables of one row each, of which one has triggers of the user's, one rules, one the builtin engine's log and
    /// one its deny triggers, all in one form.
    fileprivate func prepareForms(_ form: String) async throws {
        _ = try await run(
            """
            CREATE TABLE told (word text);
            CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN INSERT INTO told VALUES ('trigger'); RETURN NULL; END $$;
            CREATE TABLE probed (id int PRIMARY KEY);
            CREATE TABLE ruled (id int PRIMARY KEY);
            CREATE TABLE logged (id int PRIMARY KEY);
            CREATE TABLE denied (id int PRIMARY KEY);
            INSERT INTO probed VALUES (1); INSERT INTO ruled VALUES (1);
            INSERT INTO logged VALUES (1); INSERT INTO denied VALUES (1);
            CREATE TRIGGER told AFTER INSERT OR UPDATE OR DELETE ON probed FOR EACH ROW EXECUTE PROCEDURE tell();
            CREATE TRIGGER told_truncate AFTER TRUNCATE ON probed FOR EACH STATEMENT EXECUTE PROCEDURE tell();
            CREATE RULE told_i AS ON INSERT TO ruled DO ALSO INSERT INTO told VALUES ('rule');
            CREATE RULE told_u AS ON UPDATE TO ruled DO ALSO INSERT INTO told VALUES ('rule');
            CREATE RULE told_d AS ON DELETE TO ruled DO ALSO INSERT INTO told VALUES ('rule')
            """)
        try await record(table: "denied", origin: "paris")
        try await attachLog("logged")
        try await attachDeny("denied")
        _ = try await run(
            """
            ALTER TABLE probed \(form) TRIGGER told; ALTER TABLE probed \(form) TRIGGER told_truncate;
            ALTER TABLE ruled \(form) RULE told_i; ALTER TABLE ruled \(form) RULE told_u;
            ALTER TABLE ruled \(form) RULE told_d;
            ALTER TABLE logged \(form) TRIGGER "00_polarity_log";
            ALTER TABLE logged \(form) TRIGGER "00_polarity_truncate_log";
            ALTER TABLE denied \(form) TRIGGER "00_polarity_deny";
            ALTER TABLE denied \(form) TRIGGER "00_polarity_truncate_deny"
            """)
    }
}
