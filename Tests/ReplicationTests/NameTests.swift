import Replication
import Testing

@Test func `names are equal when their bytes are, not when Unicode calls them equal`() {
    #expect(TriggerName("caf\u{e9}") != TriggerName("cafe\u{301}"))
    #expect(Set<TriggerName>(["caf\u{e9}", "cafe\u{301}"]).count == 2)
    for (ascii, other) in [("K", "\u{212a}"), (";", "\u{37e}"), ("`", "\u{1fef}")] {
        #expect(ascii == other && TriggerName(ascii) != TriggerName(other) && TriggerName(other) != TriggerName(ascii))
    }
    #expect("\u{f900}" == "\u{8c48}" && TriggerName("\u{f900}") != TriggerName("\u{8c48}"))
    #expect((TriggerName("caf\u{e9}") < "cafe\u{301}") != ("cafe\u{301}" < TriggerName("caf\u{e9}")))
}

@Test(arguments: [
    ("orders", "orders", "\"orders\""), ("Order Line", "\"Order Line\"", "\"Order Line\""),
    ("say \"hi\"", "\"say \"\"hi\"\"\"", "\"say \"\"hi\"\"\""), ("1st", "\"1st\"", "\"1st\""),
    ("a$1", "a$1", "\"a$1\""),
])
func `a name is always quoted in statements and only where needed on a page`(
    name: String, shown: String, quoted: String
) {
    #expect(Identifier(name).shown == shown)
    #expect(Identifier(name).quoted == quoted)
}

@Test(arguments: [
    (String(repeating: "a", count: 60) + "_deny", String(repeating: "a", count: 60) + "_de"),
    (String(repeating: "a", count: 62) + "é", String(repeating: "a", count: 62)),
    (String(repeating: "a", count: 61) + "éz", String(repeating: "a", count: 61) + "é"),
    ("short", "short"),
])
func `a name is cut at 63 bytes on a character boundary`(name: String, stored: String) {
    #expect(name.cutAsIdentifier == stored)
}

@Test(arguments: [
    ("invoice*", "invoice_2024", true), ("invoice*", "my_invoice", false), ("*", "", true), ("a?c", "abc", true),
    ("a?c", "ac", false), ("*_tmp*x", "a_tmp_tmpyx", true), ("", "a", false),
])
func `a glob matches a whole name`(glob: String, name: String, expected: Bool) {
    #expect(globMatches(glob, name) == expected)
}

@Test func `an accent behind a brace belongs to the text around the placeholder`() {
    let pattern = Pattern(parsing: "{table}\u{301}_{schema}\u{301}")
    #expect(
        pattern?.pieces == [
            .placeholder(.table), .literal("\u{301}_"), .placeholder(.schema), .literal("\u{301}"),
        ])
}

@Test func `no name forges a row of those that are compared under the lock`() {
    let forger = "x\"]:::0:0:0\nr:00:O\\"
    let table = ObservedTable(
        oid: 1, name: tableName("public.orders"),
        triggers: [
            ObservedTrigger(
                name: "é\n", function: FunctionName(Identifier(forger), "f\u{1}\t"), type: 29, mode: .always,
                arguments: TriggerArguments(["id"]), columns: [1, 3], hasCondition: true, isClone: true)
        ],
        rules: [ObservedRule(name: TriggerName(forger), mode: .replica, isInstead: false)])
    #expect(
        table.rowsUnderLock == """
            r:78225d3a3a3a303a303a300a723a30303a4f5c:R:0
            t:c3a90a:A:29:5b22785c225d3a3a3a303a303a305c6e723a30303a4f5c5c222c22665c75303030315c74225d:696400:1 3:1:0:1
            """)
}
