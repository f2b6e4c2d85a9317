import ArgumentParser
import Testing

@testable import trellis

@Suite("The command that checks data")
struct CheckDataCommandTests {
    @Test("is understood as it is typed")
    func understood() throws {
        let usual = try #require(try Trellis.parseAsRoot(["check-data"]) as? CheckData)
        #expect(!usual.json && usual.show == 20 && usual.only == nil)
        let narrow = try #require(
            try Trellis.parseAsRoot(["check-data", "--json", "--show", "0", "--only", "trail"]) as? CheckData)
        #expect(narrow.json && narrow.show == 0 && narrow.only == "trail")
    }

    @Test("says what is wrong with it", arguments: [(["--show=-1"], "from 0"), (["all"], "'all'")])
    func refused(_ arguments: [String], _ words: String) {
        do {
            _ = try Trellis.parseAsRoot(["check-data"] + arguments)
            Issue.record("\(arguments) was understood")
        } catch {
            #expect(Trellis.fullMessage(for: error).contains(words), "\(Trellis.fullMessage(for: error))")
        }
    }
}
