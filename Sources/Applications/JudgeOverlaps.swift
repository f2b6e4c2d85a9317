package import API
package import Accounts
package import Postgres
package import Programs
package import Vocabulary

/// Two applications that might fund the same thing, in the order in which it was suggested.
package struct OverlapPair: Codable, Sendable, Hashable {
    /// The one of the call that was looked at.
    package let application: Application.ID
    /// The other, of the same call or of any.
    package let other: Application.ID

    /// The two of them.
    package init(_ application: Application.ID, _ other: Application.ID) {
        self.application = application
        self.other = other
    }

    /// The two as a form ticks them: both ids with a colon between; nil for anything else.
    init?(ticked text: String) {
        let ids = text.split(separator: ":", omittingEmptySubsequences: false).map { Application.ID(String($0)) }
        guard ids.count == 2, let application = ids[0], let other = ids[1] else { return nil }
        self.init(application, other)
    }

    /// What a form sends of it.
    var ticked: String { "\(application):\(other)" }
}

/// An overlap that nobody has judged, in a list of a call's.
package struct OpenOverlap: Sendable, Equatable {
    /// The application of the call.
    package let application: Application.ID
    /// Whose it is.
    package let startupName: LocalizedName
    /// The other, and what the suggestion rests on.
    package internal(set) var overlap: FundingOverlap

    /// Both.
    package var pair: OverlapPair { OverlapPair(application, overlap.other) }
}

extension FundingOverlap.Verdict {
    /// Refuses one that takes a reason and has none, before it is said of many.
    func check(_ reason: LongText?) throws(Problem) {
        guard self == .dismissed, reason == nil else { return }
        throw Problem(.invalid, errors: [.init("/reason", .required, "Say why it is no overlap.")])
    }
}

extension Transaction {
    /// Says the same of several suggested overlaps of a call's applications, each as `judgeOverlap` does.
    ///
    /// Throws `RowsRefused`, or not found where there is no such call.
    package func judgeOverlaps(
        _ pairs: [OverlapPair], of call: CallForApplications.ID, as verdict: FundingOverlap.Verdict,
        because reason: LongText?, _ mode: BulkMode, by person: Person.ID
    ) async throws -> [RowVerdict<OverlapPair>] {
        guard try await self.call(call) != nil else { throw Problem.notFound }
        // The two are one suggestion, whichever is named first.
        _ = try BulkMode.rows(pairs.map { Set([$0.application, $0.other]) }, at: "/overlaps")
        let calls = try await callsOf(pairs.map(\.application))
        let suggested = try await suggestedOverlaps(of: Array(Set(pairs.map(\.application))))
        return try await each(
            of: pairs, inOrderOf: \.application, mode, at: "/overlaps", constraints: ApplicationsRoom.constraints
        ) {
            guard calls[$1.application] == call else { throw Problem.notFound }
            try await $0.judge($1, of: suggested, as: verdict, because: reason, by: person)
            return $1
        }
    }
}
