package import Eligibility
package import Institutions
package import Postgres
package import Programs
package import Vocabulary

/// The facts of an application, and whether somebody declared them.
package struct ApplicationFacts: Sendable, Equatable {
    /// By name; what is not known is absent.
    package var facts: DeclaredFacts
    /// Whether they were declared; otherwise they are what the startup's profile and history say.
    package var isDeclared: Bool

    /// Facts as they were declared, or as they are known.
    package init(_ facts: DeclaredFacts, isDeclared: Bool) {
        self.facts = facts
        self.isDeclared = isDeclared
    }
}

extension DeclaredFacts {
    /// What a startup's profile, its holders and its enrolments say. That nothing is known of awards does not say that there
    /// were none.
    package init(profile: StartupProfile, holders: [Holder], awards: [Award]) {
        self = [:]
        self[.incorporatedOn] = profile.foundedOn.map { .date(Day($0)) }
        self[.incorporatedIn] = profile.country.map { .country($0.code) }
        self[.fullTimeStaff] = profile.fullTimeStaff.map(FactValue.integer)
        self[.technicalStaff] = profile.technicalStaff.map(FactValue.integer)
        if !holders.isEmpty {
            self[.holders] = .holders(
                holders.prefix(EligibilityRule.longestList).map { HeldShare($0.name.string, share: $0.basisPoints) })
        }
        if !awards.isEmpty { self[.awards] = .awards(awards) }
    }

    /// The value of a fact.
    package subscript(_ fact: ApplicantFact) -> FactValue? {
        get { self[fact.rawValue] }
        set { self[fact.rawValue] = newValue }
    }
}

extension Statements {
    /// What is declared in an application, or known of its startup until somebody declares something. To a manager only what
    /// was handed in.
    package func facts(of application: Application) async throws -> ApplicationFacts {
        if let declared = try await declaredFacts(of: application.id) {
            return ApplicationFacts(declared, isDeclared: true)
        }
        return ApplicationFacts(try await knownFacts(of: application.startup), isDeclared: false)
    }

    private func knownFacts(of id: Startup.ID) async throws -> DeclaredFacts {
        guard let startup = try await startup(id) else { return [:] }
        return DeclaredFacts(
            profile: startup.profile, holders: try await holders(of: id), awards: try await knownAwards(of: id))
    }

    /// What the conditions come to today for those of a startup's applications that look ready to be handed in; where the
    /// call requires nothing, absent. The same number of statements however many there are.
    package func eligibility(
        ofReady applications: [ApplicationSummary]
    ) async throws -> [Application.ID: EligibilityReport] {
        let ready = applications.filter(\.isReady)
        guard !ready.isEmpty else { return [:] }
        let conditions = try await conditions(of: ready.map(\.application.call))
        let asked = ready.filter { conditions[$0.application.call] != nil }
        guard !asked.isEmpty else { return [:] }
        let declared = try await declaredFacts(of: asked.map(\.id))
        // One startup: whoever writes drafts acts for one.
        var known: [Startup.ID: DeclaredFacts] = [:]
        for startup in Set(asked.filter { declared[$0.id] == nil }.map(\.application.startup)) {
            known[startup] = try await knownFacts(of: startup)
        }
        return Dictionary(
            uniqueKeysWithValues: asked.map { summary in
                let facts = declared[summary.id] ?? known[summary.application.startup] ?? [:]
                let today = CalendarDate(summary.readAt, in: summary.deadline.zone)
                return (
                    summary.id,
                    EligibilityReport(conditions[summary.application.call] ?? [], of: facts, on: Day(today))
                )
            })
    }

    /// What the conditions of an application's call come to: on a day, or today where the call is.
    package func eligibility(
        of application: Application, to call: CallForApplications, on day: CalendarDate?
    ) async throws -> (facts: ApplicationFacts, report: EligibilityReport) {
        let conditions = try await conditions(of: call.id)
        // Nothing is asked where nothing is required.
        let facts =
            conditions.isEmpty
            ? ApplicationFacts([:], isDeclared: false) : try await facts(of: application)
        let today: CalendarDate =
            if let day { day } else { CalendarDate(try await clock(), in: call.deadline.zone) }
        return (facts, EligibilityReport(conditions, of: facts.facts, on: Day(today)))
    }
}
