internal import Foundation
internal import Institutions
package import Postgres
internal import Vocabulary

extension Statements {
    /// What has changed since the last list of the same mandate; nil when the list does not exist or the seat does not reach
    /// it.
    package func changes(of id: Shortlist.ID) async throws -> ShortlistChanges? {
        guard let list = try await shortlist(id) else { return nil }
        return try await changes(of: list, try await items(of: id))
    }

    /// The same of a list that is at hand with its items.
    func changes(of list: Shortlist, _ items: [ShortlistItem]) async throws -> ShortlistChanges {
        guard let earlier = try await shortlist(before: list) else {
            return ShortlistChanges(since: nil, items: [], left: [])
        }
        let profiles = try await profiles(on: [earlier.id, list.id])
        let alike: Bool = try await one(
            "/* changes of shortlist */ SELECT made_by_one_engine(\(earlier.id), \(list.id)) AS alike")("alike")
        return ShortlistChanges(
            from: KeptList(
                list: earlier, items: try await self.items(of: earlier.id), profiles: profiles[earlier.id] ?? [:]),
            to: KeptList(list: list, items: items, profiles: profiles[list.id] ?? [:]), isComparable: alike)
    }

    /// What startups said of themselves when lists were made that the seat reaches.
    private func profiles(on lists: [Shortlist.ID]) async throws -> [Shortlist.ID: [Startup.ID: ListedProfile]] {
        let rows = try await rows(
            """
            -- profiles on shortlists
            SELECT x.shortlist_id, x.startup_id, x.profile FROM shortlist_items AS x
            WHERE x.tenant_id = acting_tenant() AND acts_as('manager', 'system', 'investor')
              AND x.shortlist_id = ANY (\(lists)) AND x.profile IS NOT NULL
            """)
        var profiles: [Shortlist.ID: [Startup.ID: ListedProfile]] = [:]
        for row in rows {
            let kept: JSONB<KeptProfile> = try row("profile")
            profiles[try row("shortlist_id"), default: [:]][try row("startup_id")] = ListedProfile(kept.value)
        }
        return profiles
    }

    /// What some startups say of themselves now, as JSON text for the items of a list.
    func profilesToKeep(of startups: [Startup.ID]) async throws -> [Startup.ID: String] {
        let rows = try await rows(
            """
            -- finishMatchRun: profiles
            SELECT t.id, jsonb_build_object(
                       'stage', t.stage, 'lastRoundOn', t.last_round_on, 'lastRoundMinor', t.last_round_minor,
                       'raisedCurrency', t.raised_currency, 'seeking', t.seeking, 'askMinor', t.ask_minor,
                       'askCurrency', t.ask_currency, 'focusAreas', t.focus_areas)::text AS profile
            FROM startups AS t
            WHERE t.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND t.id = ANY (\(startups))
            """)
        return try Dictionary(uniqueKeysWithValues: rows.map { try ($0("id"), $0("profile")) })
    }
}

/// A profile as an item keeps it: the columns it was read from.
private struct KeptProfile: Codable {
    let stage, lastRoundOn: String?
    let lastRoundMinor: Int?
    let raisedCurrency, seeking: String?
    let askMinor: Int?
    let askCurrency: String?
    let focusAreas: [String]?
}

extension ListedProfile {
    fileprivate init(_ kept: KeptProfile) {
        stage = kept.stage.flatMap(FundingStage.init(rawValue:))
        lastRoundOn = kept.lastRoundOn.flatMap { CalendarDate($0) }
        lastRound = Money(columns: kept.lastRoundMinor, kept.raisedCurrency.flatMap { Currency($0) })
        seeking = kept.seeking.flatMap(FundingStage.init(rawValue:))
        ask = Money(columns: kept.askMinor, kept.askCurrency.flatMap { Currency($0) })
        focusAreas = (kept.focusAreas ?? []).compactMap { FocusArea.ID($0) }
    }
}
