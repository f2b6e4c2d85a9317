package import API
package import Accounts
internal import Applications
internal import Decisions
internal import DemoDays
package import Files
internal import Fundraising
internal import Imports
internal import Incubation
internal import Insight
internal import Institutions
package import Investment
package import Jobs
package import Letters
package import Logging
package import Pages
internal import Partnerships
package import Postgres
internal import Programs
internal import Reviews

/// The rooms joined: every operation, page and job handler of the service over one database.
///
/// Tests mount it without a socket, `trellis` serves it. Nothing is decided here.
package struct House: Sendable {
    /// Recognises who asks.
    package let gate: Gate
    /// Hashes passwords for the doors that take them.
    package let hasher: PasswordHasher
    /// What all pages share.
    package let site: Site
    /// What answers by the state of this moment; whoever serves the house runs it.
    package let indexes: LiveIndexes
    private let database: Database
    private let sendsMail: Bool
    private let hasScanner: Bool

    /// The house over a database; `sendsMail` and `hasScanner` say whether its workers have a mail server and a virus scanner.
    package init(
        database: Database, hasher: PasswordHasher, sendsMail: Bool = false, hasScanner: Bool = false, logger: Logger
    ) {
        self.database = database
        self.sendsMail = sendsMail
        self.hasScanner = hasScanner
        self.hasher = hasher
        gate = Gate(database: database)
        indexes = LiveIndexes(database: database, logger: logger)
        site = Site(
            places: InsightRoom.places + IncubationRoom.portalPlaces + PartnershipsRoom.places + ProgramsRoom.places
                + ApplicationsRoom.places + ReviewsRoom.places + DecisionsRoom.places + IncubationRoom.places
                + InvestmentRoom.places + DemoDaysRoom.places + FundraisingRoom.places
                + InstitutionsRoom.places
                + ImportsRoom.places + LettersRoom.places + InsightRoom.filePlaces + InsightRoom.partnerPlaces,
            languageURL: "/language")
    }

    /// Every JSON operation.
    package var operations: [AnyOperation] {
        AccountsAPI(database: database, hasher: hasher).operations + InstitutionsRoom.operations()
            + PartnershipsRoom.operations(hasScanner: hasScanner)
            + ProgramsRoom.operations(clonedRounds: ReviewsRoom.callRounds)
            + ApplicationsRoom.operations(hasScanner: hasScanner)
            + ApplicationsRoom.registrations(database: database, hasher: hasher)
            + ReviewsRoom.operations() + DecisionsRoom.operations() + IncubationRoom.operations()
            + InvestmentRoom.operations(indexes) + DemoDaysRoom.operations()
            + FundraisingRoom.operations(hasScanner: hasScanner)
            + ImportsRoom.operations()
            + LettersRoom.operations() + InsightRoom.operations()
    }

    /// Every page.
    package var pages: [AnyRoute] {
        AccountsPages(site: site, database: database, hasher: hasher) { try await $0.announcesAnything() }.routes
            + AssetRoutes.routes
            + InsightRoom.pages(in: site) + InstitutionsRoom.pages(in: site)
            + PartnershipsRoom.pages(in: site, hasScanner: hasScanner)
            + ProgramsRoom.pages(
                in: site, rounds: ReviewsRoom.roundStreams, clonedRounds: ReviewsRoom.callRounds)
            + ApplicationsRoom.pages(
                in: site, hasScanner: hasScanner, decision: DecisionsRoom.decisionPart,
                reviews: ReviewsRoom.awaitedReviews)
            + ApplicationsRoom.registrationPages(
                in: site, database: database, hasher: hasher, sendsMail: sendsMail)
            + ReviewsRoom.pages(in: site) + DecisionsRoom.pages(in: site) + IncubationRoom.pages(in: site)
            + InvestmentRoom.pages(in: site, indexes) + DemoDaysRoom.pages(in: site)
            + FundraisingRoom.pages(in: site, hasScanner: hasScanner)
            + ImportsRoom.pages(in: site)
            + LettersRoom.pages(
                in: site, sendsMail: sendsMail,
                topics: [
                    "application": { "/console/applications/\($0.text)" }, "round": { "/console/rounds/\($0.text)" },
                    "stream": { "/console/streams/\($0.text)" },
                    "introduction": { "/introductions/\($0.text)" },
                    "demo_day": { "/console/demo-days/\($0.text)" },
                    "mou": { "/console/mous/\($0.text)" },
                    "decision_batch": { "/console/decisions/\($0.text)" },
                    "joint_revision": { "/console/applications/\($0.text)" },
                    "funding_round": { _ in "/console/fundraising" }, "data_room": { _ in "/console/fundraising" },
                ])
    }

    /// What violated constraints mean, of all rooms.
    package static var constraints: ConstraintProblems {
        ConstraintProblems(merging: [
            AccountsAPI.constraints, InstitutionsRoom.constraints, PartnershipsRoom.constraints,
            ProgramsRoom.constraints, ApplicationsRoom.constraints, ReviewsRoom.constraints,
            DecisionsRoom.constraints, IncubationRoom.constraints,
            InvestmentRoom.constraints, DemoDaysRoom.constraints, FundraisingRoom.constraints,
            ImportsRoom.constraints, LettersRoom.constraints,
            InsightRoom.constraints,
        ])
    }

    /// What holds in every sound database and its constraints cannot say, of all rooms.
    package static var invariants: [(room: String, invariants: [Invariant])] {
        [
            ("Jobs", Worker.invariants), ("Accounts", AccountsAPI.invariants),
            ("Letters", LettersRoom.invariants), ("Institutions", InstitutionsRoom.invariants),
            ("Partnerships", PartnershipsRoom.invariants), ("Programs", ProgramsRoom.invariants),
            ("Applications", ApplicationsRoom.invariants), ("Reviews", ReviewsRoom.invariants),
            ("Decisions", DecisionsRoom.invariants), ("Incubation", IncubationRoom.invariants),
            ("Investment", InvestmentRoom.invariants),
            ("DemoDays", DemoDaysRoom.invariants), ("Fundraising", FundraisingRoom.invariants),
            ("Imports", ImportsRoom.invariants),
        ]
    }

    /// The edge that answers requests. Throws `Edge.DeclarationError` for declarations that contradict each other.
    package func edge(_ configuration: Edge.Configuration, logger: Logger) throws -> Edge {
        var configuration = configuration
        let site = site
        configuration.errorPage = { problem, page in ErrorPages.page(for: problem, page, site: site) }
        configuration.documentRefusal = { problem, page in ErrorPages.words(for: problem, page) }
        return try Edge(
            operations: operations, pages: pages, authenticator: gate, database: database,
            constraints: Self.constraints, configuration: configuration, logger: logger)
    }

    /// The worker that runs what transactions enqueued, on connections of its own: jobs that take long neither keep
    /// requests waiting nor cost the worker its leases.
    ///
    /// - Parameters:
    ///   - jobs: for what the jobs do; it allows as many transactions as there are jobs at a time.
    ///   - keeper: for fetching jobs and prolonging their leases.
    ///   - scanner: who looks for viruses; without it, documents in quarantine wait for a worker that has one.
    ///   - post: how letters leave; without it, they wait for a worker that has one.
    ///   - configuration: how it works; the defaults suit production.
    package static func worker(
        jobs: Database, keeper: Database, post: LetterPost? = nil, scanner: Clamd? = nil,
        configuration: Worker.Configuration = Worker.Configuration(), logger: Logger
    ) -> Worker {
        let worker = Worker(database: jobs, keeper: keeper, logger: logger, configuration: configuration)
        InvestmentRoom.register(in: worker, database: jobs)
        DemoDaysRoom.register(in: worker, database: jobs)
        ImportsRoom.register(in: worker, database: jobs)
        ApplicationsRoom.register(in: worker, database: jobs)
        ReviewsRoom.register(in: worker, database: jobs)
        PartnershipsRoom.register(in: worker, database: jobs)
        FundraisingRoom.register(in: worker)
        InsightRoom.register(in: worker, database: jobs)
        if let scanner {
            ApplicationsRoom.register(in: worker, scanner: scanner)
            PartnershipsRoom.register(in: worker, scanner: scanner)
            FundraisingRoom.register(in: worker, scanner: scanner)
        }
        DecisionsRoom.register(in: worker, database: jobs)
        if let post {
            LettersRoom.register(in: worker, post: post)
            ApplicationsRoom.register(in: worker, post: post)
        }
        ForgetIdempotencyKeys.register(in: worker)
        return worker
    }
}
