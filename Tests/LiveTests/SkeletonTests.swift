import Testing

@Test func `names may be sentences`() { #expect(1 + 1 == 2) }
