package import API
package import Institutions
internal import Postgres
internal import Vocabulary

/// Startups of an investor's own lists, side by side.
package struct Comparison: Codable, Sendable {
    /// In the order in which they were asked for.
    package let items: [ComparedItem]
}

/// A startup beside others: as the latest list that it is on shows it.
package struct ComparedItem: Codable, Sendable {
    /// The list.
    package let shortlist: Shortlist
    /// What that list's mandate said when it was made; nil where no text is kept.
    package let terms: MandateTerms?
    /// The startup, why it is on the list, and what was answered.
    package let item: ShortlistItem
}

/// Why startups are not compared.
package enum ComparisonRefusal: Refusal, Equatable {
    /// Two at least, four at most.
    case count
    /// One is named twice.
    case repeated(index: Int)
    /// One is on no list that the reader sees.
    case notListed(index: Int)

    package var problem: Problem {
        switch self {
        case .count: .invalid("/startup", "Choose two to four startups.")
        case .repeated(let index): .invalid("/startup/\(index)", "Choose each startup once.")
        case .notListed(let index): .invalid("/startup/\(index)", "Choose startups of your own lists.")
        }
    }
}

extension Comparison {
    /// More columns cannot be read side by side.
    static let most = 4
}

extension Statements {
    /// Some startups side by side, each as the latest list of the acting investor shows it. Throws `ComparisonRefusal`.
    package func comparison(of startups: [Startup.ID]) async throws -> Comparison {
        guard (2...Comparison.most).contains(startups.count) else { throw ComparisonRefusal.count }
        for (index, startup) in startups.enumerated() where startups[..<index].contains(startup) {
            throw ComparisonRefusal.repeated(index: index)
        }
        let lists = try await latestLists(with: startups)
        var items: [ComparedItem] = []
        for (index, startup) in startups.enumerated() {
            guard let id = lists[startup], let list = try await shortlist(id),
                let item = try await item(startup, of: id)
            else { throw ComparisonRefusal.notListed(index: index) }
            items.append(
                ComparedItem(
                    shortlist: list, terms: try await terms(of: list.mandate, version: list.mandateVersion), item: item)
            )
        }
        return Comparison(items: items)
    }

    /// For each of some startups the latest list of the acting investor that it is on.
    private func latestLists(with startups: [Startup.ID]) async throws -> [Startup.ID: Shortlist.ID] {
        let rows = try await rows(
            """
            -- comparison: lists
            SELECT DISTINCT ON (x.startup_id) x.startup_id, s.id
            FROM shortlist_items AS x
            JOIN shortlists AS s ON s.tenant_id = x.tenant_id AND s.id = x.shortlist_id
            WHERE x.tenant_id = acting_tenant() AND acts_as('investor') AND s.investor_id = acting_institution()
              AND s.released_at IS NOT NULL AND x.startup_id = ANY (\(startups))
            ORDER BY x.startup_id, s.created_at DESC, s.id DESC
            """)
        return try Dictionary(uniqueKeysWithValues: rows.map { try ($0("startup_id"), $0("id")) })
    }
}
