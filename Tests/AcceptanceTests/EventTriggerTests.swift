import Postgres
import SafetyTally
import Sandbox
import Testing

/// An event trigger that raises with words that a terminal would obey.
private struct Frozen {
    let event: String
    /// What drift it forbids to mend; nil where nothing that apply does fires it.
    let isInTheWay: Bool

    static let all = [
        Frozen(event: "ddl_command_start", isInTheWay: true), Frozen(event: "ddl_command_end", isInTheWay: true),
        Frozen(event: "sql_drop", isInTheWay: true), Frozen(event: "table_rewrite", isInTheWay: false),
    ]

    var create: String {
        """
        CREATE FUNCTION public.frozen() RETURNS event_trigger LANGUAGE plpgsql AS
            $f$ BEGIN RAISE E'DDL \\x1b[31mfrozen\\u202e % \\\\ "by" it''s owner', TG_EVENT; END $f$;
        CREATE EVENT TRIGGER frozen ON \(event) EXECUTE FUNCTION public.frozen();
        """
    }
}

@Suite struct `an event trigger that raises` {
    @Test func `stops an apply with its own words, nothing half done, and is waited for`() async throws {
        try await Shop.lend("frozen") { shop in
            for frozen in Frozen.all {
                try await shop.ask(
                    "paris",
                    """
                    ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_deny";
                    CREATE TRIGGER surplus AFTER INSERT OR UPDATE OR DELETE ON sales."Order Line"
                        FOR EACH ROW EXECUTE FUNCTION polarity.log_change();
                    \(frozen.create)
                    """)
                let before = try await shop.modes()
                let arguments = ["apply", "--yes", "--allow", "DROP_TRIGGER"]
                let answer = try await shop.start(arguments).wait()
                #expect(raw(in: answer.output + answer.errorOutput).isEmpty)
                // A drop has a stage of its own, at the end.
                let expected: Int32 = frozen.isInTheWay ? frozen.event == "sql_drop" ? 3 : 1 : 0
                #expect(answer.status == expected, "\(frozen.event): \(answer.output)")
                if frozen.isInTheWay {
                    #expect(answer.output.contains("EVENT_TRIGGER"), "\(answer.output)")
                    let words = #"DDL \u{1B}[31mfrozen\u{202E} \#(frozen.event) \ "by" it's owner (P0001)"#
                    #expect(answer.output.contains(words), "\(answer.output)")
                    if frozen.event != "sql_drop" { #expect(try await shop.modes() == before) }
                }
                try await shop.ask("paris", "DROP EVENT TRIGGER frozen; DROP FUNCTION public.frozen()")
                let again = try await shop.start(arguments).wait()
                #expect(again.status == 0, "\(again.output)")
                #expect(try await shop.polarity("apply", "--dry-run", "--detailed-exitcode").status == 0)
            }
            tally(
                .input, "An event trigger raises on \(Frozen.all.map(\.event).joined(separator: ", "))",
                times: Frozen.all.count,
                seen: "its words shown, escaped; no table half done; without it the next apply converged")
        }
    }
}
