import Foundation
import Sandbox
import TestSupport
import Testing

/// Two sets, and no node that answers.
private let file = """
    version: 1
    cluster: shop
    nodes: {berlin: "host=127.0.0.1 port=1", paris: "host=127.0.0.1 port=1"}
    sets:
      - {name: orders, origin: berlin, tables: [public.orders, 'sales."Order Line"']}
      - {name: billing, origin: paris, tables: [{schema: billing, match: "invoice*"}, billing.ledger]}
    """

@Suite struct `with every node down` {
    @Test func `status still knows how many tables the file names`() async throws {
        let answer = try await run(Binary.path, ["status", "-f", "-"], input: file)
        #expect(answer.status == 69)
        #expect(answer.output.hasPrefix("shop (builtin): 2 nodes, 2 sets, 3 tables\n"), "\(answer.output)")
    }

    @Test(arguments: [
        ("berlin/public.orders", "public.orders on berlin: declared origin of set orders"),
        (#"paris/sales."Order Line""#, #"sales."Order Line" on paris: declared subscriber of set orders"#),
        ("paris/billing.invoice_2026", "billing.invoice_2026 on paris: declared origin of set billing"),
    ]) func `a table is explained as far as the file goes`(topic: String, words: String) async throws {
        let answer = try await run(Binary.path, ["explain", topic, "-f", "-"], input: file)
        #expect(answer.status == 69)
        #expect(answer.output.hasPrefix(words + ", could not be read: "), "\(answer.output)")
        #expect(answer.output.contains("Connection refused"))
    }

    @Test func `a table that the file does not name is none`() async throws {
        let answer = try await run(Binary.path, ["explain", "berlin/public.order", "-f", "-"], input: file)
        #expect(answer.status == 64)
        #expect(answer.errorOutput == "'public.order' is no table of cluster 'shop'\n")
    }
}
