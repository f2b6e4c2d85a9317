internal import API
internal import Accounts
package import Foundation
internal import Institutions
internal import Investment
package import Postgres
internal import Programs
internal import Vocabulary

/// The world that the demo shows and the tests play in: two rival parks and a department, their partners, programs,
/// startups and investors, all invented, all made by the rooms' own verbs.
package struct DemoWorld: Sendable {
    let database: Database
    let now: Date
    let passwordHash: String

    /// A world to load into a database.
    ///
    /// - Parameters:
    ///   - now: the moment it is told from; agreements, calls and cohorts are dated around it.
    ///   - passwordHash: the hash of `Cast.password`, made once for everybody.
    package init(in database: Database, now: Date, passwordHash: String) {
        self.database = database
        self.now = now
        self.passwordHash = passwordHash
    }

    /// The day it is told on, in Hong Kong.
    var today: CalendarDate { CalendarDate(now, in: .hongKong) }

    /// Loads what is not there yet: each workspace in one transaction, whole or not at all. What not even the service may do
    /// for a firm, its own people do afterwards.
    package func load(progress: (String) -> Void = { _ in }) async throws {
        for workspace in Cast.workspaces {
            let loaded = try await database.write(as: .system(in: workspace.id)) { transaction in
                guard try await !transaction.knowsTenant(workspace.id) else { return false }
                try await found(workspace, transaction)
                return true
            }
            if loaded, workspace.id == Cast.harbour.id { try await prepareAnswers() }
            if loaded { progress(workspace.name) }
        }
        try await database.write(as: .platform) { transaction in
            let operators = Cast.everybody.filter { $0.seats.contains { $0.tenant == nil } }
            for member in operators where try await !transaction.knowsPerson(member.person.id) {
                try await transaction.addPerson(member.person, passwordHash: passwordHash)
                try await transaction.grantSeat(
                    member.seat(), to: member.person.id, in: nil, at: nil, as: Role.operator.rawValue)
            }
        }
    }

    private func found(_ workspace: Tenant, _ transaction: Transaction) async throws {
        try await transaction.foundTenant(workspace)
        let own = Institution.ID(workspace.id.uuid)
        let kind: Institution.Kind = workspace.id == Cast.borderServices.id ? .government : .park
        _ = try await transaction.addInstitution(
            NewInstitution(kind: kind, name: LocalizedName(Name(workspace.name)), country: Country("HK")), as: own,
            in: workspace.id)
        for institution in try DemoInstitution.all where institution.path.utf8.starts(with: (workspace.slug + "/").utf8)
        {
            _ = try await transaction.addInstitution(
                institution.new, as: Cast.institution(institution.path), in: workspace.id)
        }
        if workspace.id == Cast.harbour.id {
            for startup in DemoStartup.all {
                let id = Cast.startup(startup.slug)
                _ = try await transaction.addStartup(
                    NewStartup(name: LocalizedName(Name(startup.name)), profile: startup.profile), as: id,
                    in: workspace.id)
                if startup.optedIn {
                    // One lets the bank's reports name it, once it is enrolled in the bank's stream.
                    let purposes: [Consent.Purpose] =
                        [.shortlists, .demoDays] + (startup.slug == "halyard" ? [.partnerReports] : [])
                    for purpose in purposes {
                        _ = try await transaction.decideOnConsent(NewConsent(purpose, to: .everyone), of: id)
                    }
                }
            }
        }
        try await seatPeople(of: workspace, transaction)
        try await signAgreements(of: workspace, transaction)
        if workspace.id == Cast.harbour.id {
            try await runPrograms(transaction)
            try await promise(transaction)
            try await keepMandates(transaction)
            try await planDemoDay(transaction)
            try await raiseRounds(transaction)
            try await writeLetters(transaction)
            try await transaction.setRegistrationDoor(.taken)
        }
    }

    private func seatPeople(of workspace: Tenant, _ transaction: Transaction) async throws {
        for member in Cast.everybody {
            for (index, seat) in member.seats.enumerated() where seat.tenant?.id == workspace.id {
                // Somebody who sits in two workspaces is there already when the second is founded.
                if try await !transaction.knowsPerson(member.person.id) {
                    try await transaction.addPerson(member.person, passwordHash: passwordHash)
                }
                try await transaction.grantSeat(
                    member.seat(index), to: member.person.id, in: workspace.id,
                    at: seat.institution?.uuid ?? workspace.id.uuid, as: seat.role)
            }
        }
    }
}
