/// Prints one row of the documentation's page "Safety": what was tried, how often, and what was seen.
///
/// A test calls it after its expectations, with numbers that it counted itself. `make safety` collects the rows of a whole
/// run of the tests into the page.
///
/// - Parameters:
///   - law: The promise that was tried, as the page's heading names it.
///   - tried: What was done against it. Names the row; no two rows are named alike.
///   - times: How often, counted while it was done.
///   - seen: What the nodes said afterwards.
public func tally(_ law: SafetyLaw, _ tried: String, times: Int, seen: String) {
    print("safety | \(law.rawValue) | \(tried) | \(times) | \(seen)")
}

/// The headings of the page "Safety" under which tests report; scripts report under two more and under `input`.
public enum SafetyLaw: String, Sendable {
    case death = "Polarity dies"
    case otherSide = "A node dies, or is not what it was"
    case doors = "A door is opened by omission"
    case locks = "Tables are busy"
    case twoAtOnce = "Two at once"
    case stalePlan = "The world moved"
    case journal = "The journal"
    case input = "Input is hostile"
    case secrets = "Secrets"
    case privileges = "Least privilege"
}
