import Foundation
import Sandbox
import Testing

@testable import polarity

@Suite struct `the journal's place` {
    @Test(arguments: [
        (["XDG_STATE_HOME": "/state", "HOME": "/home/ada"], "/state/polarity"),
        (["XDG_STATE_HOME": "state", "HOME": "/home/ada"], "/home/ada/.local/state/polarity"),
        (["HOME": "ada"], "/users/ada/.local/state/polarity"), (["HOME": ""], "/users/ada/.local/state/polarity"),
        ([:], "/users/ada/.local/state/polarity"),
    ])
    func `is never the working directory's, nor the root's`(environment: [String: String], directory: String) {
        #expect(Journal(environment: environment, home: "/users/ada").directory == directory)
    }

    @Test func `is nowhere where nobody knows a home of the user`() {
        #expect(Journal(environment: ["HOME": "ada"], home: nil).directory == nil)
        #expect(Journal(environment: [:], home: "").directory == nil)
    }
}
