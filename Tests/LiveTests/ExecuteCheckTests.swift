import Postgres
import Testing

@testable import LiveNodes

@Suite struct `a check that fails` {
    /// How servers of several languages say that a text is no integer.
    private static let sentences = [
        "invalid input syntax for type integer: \"%\"",
        "ungültige Eingabesyntax für Typ integer: »%«",
        "syntaxe en entrée invalide pour le type integer : « % »",
        "неверный синтаксис для типа integer: \"%\"",
        "sintaxis de entrada no válida para tipo integer: «%»",
    ]

    @Test(arguments: sentences)
    func `is told apart in whatever language the server speaks`(sentence: String) {
        let states = Check.allCases.map { check in
            let message = sentence.replacing("%", with: check.rawValue + " 22690")
            return PostgresError(sqlState: "22P02", message: message).asRaised(at: nil).sqlState
        }
        #expect(states == [CheckState.lockLost, CheckState.stale, CheckState.stale, CheckState.stale])
    }

    @Test func `is no other error`() {
        let other = PostgresError(sqlState: "22P02", message: "invalid input syntax for type integer: \"x\"")
        #expect(other.asRaised(at: nil) == other)
        let refused = PostgresError(sqlState: "42501", message: "»polarity: other rows 1«")
        #expect(refused.asRaised(at: nil) == refused)
    }
}
