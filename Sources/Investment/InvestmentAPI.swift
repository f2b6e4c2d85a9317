package import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Pages
internal import Vocabulary

extension InvestmentRoom {
    /// The operations, for the router.
    ///
    /// - Parameter indexes: what answers by the state of this moment.
    package static func operations(_ indexes: LiveIndexes) -> [AnyOperation] {
        [
            listMandates, createMandate, getMandate, reviseMandate, withdrawMandate, listMandateRevisions,
            listInvestors, listInvestments, recordInvestment, takeBackInvestment, listInvestmentsTakenBack,
            listMatchRuns, requestMatchRun,
            getMatchRun, cancelMatchRun,
            releaseMatchRun, listModels, trainModel, getModel, cancelTraining, listModelUses, useModel, listShortlists,
            getShortlist, releaseShortlist, answerShortlistItem, listAnswers,
            explainShortlistItem,
        ] + MatchScheduleAPI.operations + StandingAPI.operations + ConsentsAPI.operations + ShortlistFileAPI.operations
            + IntroductionsAPI.operations + MatchAPI(indexes: indexes).operations
            + CountAPI(indexes: indexes).operations + HintsAPI(indexes: indexes).operations
            + FirmNotesAPI.operations + ChangesAPI.operations + FirmAPI.operations + FirmWorkAPI.operations
            + ComparisonAPI.operations + ShortlistReviewAPI.operations
    }

    // MARK: Mandates

    private static var listMandates: AnyOperation {
        Operation(
            .get, "/v1/mandates", "listMandates", summary: "What investors will fund, as far as the seat reaches",
            tag: "investment", access: .roles([.manager, .investor]), parameters: ListMandates.self,
            output: Page<Mandate>.self
        ) { call in
            let query = call.parameters
            let after = try call.position(query.cursor, as: Mandate.ID.self)
            let found = try await call.reader.mandates(
                of: query.investor, standing: query.standing ?? false, named: query.q?.string, after: after,
                limit: PageSize.rows(for: query.limit))
            return .ok(try call.page(found, size: query.limit) { $0.id })
        }.erased
    }

    private static var createMandate: AnyOperation {
        Operation(
            .post, "/v1/mandates", "createMandate", summary: "Declare what an investor will fund", tag: "investment",
            access: .roles([.manager, .investor]), body: NewMandate.self, output: Mandate.self, success: .created
        ) { call in
            let principal = try call.principal
            let (tenant, person) = (try principal.workspace, principal.personID)
            let investor = try call.body.investor ?? Institution.ID(principal.actsFor)
            let id = Mandate.ID()
            return try await call.write { transaction in
                .created(
                    try await transaction.createMandate(
                        call.body.terms, as: id, of: investor, in: tenant, by: person),
                    location: "/v1/mandates/\(id)")
            }
        }.erased
    }

    private static var getMandate: AnyOperation {
        Operation(
            .get, "/v1/mandates/{mandate}", "getMandate", summary: "A mandate", tag: "investment",
            access: .roles([.manager, .investor]), parameters: MandatePath.self, output: Mandate.self,
            problems: [.notFound]
        ) { call in
            guard let mandate = try await call.reader.mandate(call.parameters.mandate) else { throw Problem.notFound }
            return .ok(mandate)
        }.erased
    }

    private static var reviseMandate: AnyOperation {
        Operation(
            .put, "/v1/mandates/{mandate}", "reviseMandate", summary: "Replace what a mandate says",
            description: "Each text is kept; shortlists say for which one they were made.", tag: "investment",
            access: .roles([.manager, .investor]), parameters: MandatePath.self, body: MandateTerms.self,
            output: Mandate.self, problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let (tenant, person) = (try principal.workspace, principal.personID)
            return try await call.write { transaction in
                .ok(
                    try await transaction.reviseMandate(
                        call.parameters.mandate, to: call.body, in: tenant, by: person
                    ) { try call.match($0) })
            }
        }.erased
    }

    private static var withdrawMandate: AnyOperation {
        Operation(
            .post, "/v1/mandates/{mandate}/withdrawal", "withdrawMandate", summary: "End a mandate",
            description: "Its shortlists stay; it gets no more.", tag: "investment",
            access: .roles([.manager, .investor]), parameters: MandatePath.self, output: Mandate.self,
            problems: [.notFound, .conflict]
        ) { call in
            let tenant = try call.principal.workspace
            return try await call.write { transaction in
                .ok(try await transaction.withdrawMandate(call.parameters.mandate, in: tenant))
            }
        }.erased
    }

    private static var listMandateRevisions: AnyOperation {
        Operation(
            .get, "/v1/mandates/{mandate}/revisions", "listMandateRevisions",
            summary: "What a mandate has said over time, the latest first", tag: "investment",
            access: .roles([.manager, .investor]), parameters: MandatePath.self, output: MandateRevisions.self,
            problems: [.notFound]
        ) { call in
            guard try await call.reader.mandate(call.parameters.mandate) != nil else { throw Problem.notFound }
            return .ok(MandateRevisions(items: try await call.reader.revisions(of: call.parameters.mandate)))
        }.erased
    }

    private static var listInvestors: AnyOperation {
        Operation(
            .get, "/v1/investors", "listInvestors", summary: "Investors with their mandates and investments counted",
            tag: "investment", access: .roles([.manager]), parameters: ListInvestors.self,
            output: Page<InvestorSummary>.self
        ) { call in
            let query = call.parameters
            let after = try call.position(query.cursor, as: Institution.ID.self)
            let found = try await call.reader.investors(
                named: query.q?.string, after: after, limit: PageSize.rows(for: query.limit))
            return .ok(try call.page(found, size: query.limit) { $0.id })
        }.erased
    }

    private static var listInvestments: AnyOperation {
        Operation(
            .get, "/v1/investors/{investor}/investments", "listInvestments",
            summary: "What an investor has invested in, the latest first", tag: "investment",
            access: .roles([.manager, .investor]), parameters: InvestorPath.self, output: Page<PastInvestment>.self,
            problems: [.notFound]
        ) { call in
            let query = call.parameters
            guard try await call.reader.institution(query.investor) != nil else { throw Problem.notFound }
            let after = try call.position(query.cursor, as: PastInvestmentPosition.self)
            let found = try await call.reader.investments(
                of: query.investor, after: after, limit: PageSize.rows(for: query.limit))
            return .ok(try call.page(found, size: query.limit) { PastInvestmentPosition($0) })
        }.erased
    }

    private static var recordInvestment: AnyOperation {
        Operation(
            .post, "/v1/investments", "recordInvestment", summary: "Record a deal that was made elsewhere",
            description: """
                For a principal of the firm, and for managers, who name the investor. A deal that an introduction ended in is \
                recorded there. It is counted in matching and learned from as an imported one is.
                """, tag: "investment", access: .roles([.manager, .investor]), body: NewInvestment.self,
            output: PastInvestment.self, success: .created, problems: [.conflict]
        ) { call in
            let principal = try call.principal
            let (new, person, id) = (call.body, principal.personID, PastInvestment.ID())
            guard let investor = principal.side == .investor ? Institution.ID(try principal.actsFor) : new.investor
            else {
                throw Problem(.invalid, errors: [.init("/investor", .required, "Name the investor.")])
            }
            return try await call.write { transaction in
                .created(
                    try await transaction.recordInvestment(new, of: investor, as: id, by: person),
                    location: "/v1/investors/\(investor)/investments")
            }
        }.erased
    }

    private static var takeBackInvestment: AnyOperation {
        Operation(
            .post, "/v1/investments/{investment}/withdrawal", "takeBackInvestment",
            summary: "Take an investment back that was recorded by mistake",
            description: """
                A manager takes back what was recorded or came of an introduction, a principal of the firm what was recorded. \
                Nothing is learned from it any more. An amount or a day is put right by recording the step again.
                """, tag: "investment", access: .roles([.manager, .investor]), parameters: InvestmentPath.self,
            body: TakenBack.self, output: NoOutput.self, problems: [.notFound, .conflict]
        ) { call in
            let person = try call.principal.personID
            return try await call.write { transaction in
                try await transaction.takeBackInvestment(
                    call.parameters.investment, because: call.body.reason, by: person)
                return .noContent
            }
        }.erased
    }

    private static var listInvestmentsTakenBack: AnyOperation {
        Operation(
            .get, "/v1/investors/{investor}/investments-taken-back", "listInvestmentsTakenBack",
            summary: "Investments that were taken back as mistakes, and why, the latest first",
            description: "Up to 200 are listed.", tag: "investment", access: .roles([.manager, .investor]),
            parameters: StandingPath.self, output: TakenBackInvestments.self, problems: [.notFound]
        ) { call in
            let investor = call.parameters.investor
            guard try await call.reader.institution(investor) != nil else { throw Problem.notFound }
            return .ok(TakenBackInvestments(items: try await call.reader.investmentsTakenBack(of: investor)))
        }.erased
    }

    // MARK: Match runs

    private static var listMatchRuns: AnyOperation {
        Operation(
            .get, "/v1/match-runs", "listMatchRuns", summary: "Match runs, the latest first", tag: "investment",
            access: .roles([.manager]), parameters: ListRuns.self, output: Page<MatchRun>.self
        ) { call in
            let after = try call.position(call.parameters.cursor, as: MatchRunPosition.self)
            let found = try await call.reader.matchRuns(after: after, limit: PageSize.rows(for: call.parameters.limit))
            return .ok(try call.page(found, size: call.parameters.limit) { MatchRunPosition($0) })
        }.erased
    }

    private static var requestMatchRun: AnyOperation {
        Operation(
            .post, "/v1/match-runs", "requestMatchRun", summary: "Match every standing mandate with every startup",
            description: """
                Only startups that agreed to be shown are looked at. The run is performed after the answer; follow \
                `Location` for its progress. Its shortlists are seen by managers until they are released. `rules` says how \
                many lists a startup may and should be on, and how long what was not answered rests. `mandates` and \
                `investors` say for whom, `stream` whose startups; all unless given.
                """, tag: "investment", access: .roles([.manager]), idempotency: .required, rate: .expensive,
            body: MatchRunRequest.self, output: MatchRun.self, success: .accepted
        ) { call in
            let principal = try call.principal
            let (tenant, person) = (try principal.workspace, principal.personID)
            let id = MatchRun.ID()
            return try await call.write { transaction in
                .accepted(
                    try await transaction.requestMatchRun(call.body, as: id, in: tenant, by: person),
                    location: "/v1/match-runs/\(id)")
            }
        }.erased
    }

    private static var getMatchRun: AnyOperation {
        Operation(
            .get, "/v1/match-runs/{run}", "getMatchRun", summary: "A match run and how far it is", tag: "investment",
            access: .roles([.manager]), parameters: RunPath.self, output: MatchRun.self, problems: [.notFound]
        ) { call in
            guard let run = try await call.reader.matchRun(call.parameters.run) else { throw Problem.notFound }
            return .ok(run)
        }.erased
    }

    private static var cancelMatchRun: AnyOperation {
        Operation(
            .post, "/v1/match-runs/{run}/cancellation", "cancelMatchRun", summary: "Stop a match run",
            description: "One that waits ends at once; one that runs ends soon and leaves nothing.", tag: "investment",
            access: .roles([.manager]), parameters: RunPath.self, output: MatchRun.self,
            problems: [.notFound, .conflict]
        ) { call in
            try await call.write { .ok(try await $0.cancelMatchRun(call.parameters.run)) }
        }.erased
    }

    private static var releaseMatchRun: AnyOperation {
        Operation(
            .post, "/v1/match-runs/{run}/release", "releaseMatchRun",
            summary: "Show every shortlist of a run to its investor",
            description: "But for those that say a `barrier`, were declined, or have all withheld.", tag: "investment",
            access: .roles([.manager]),
            parameters: RunPath.self, output: MatchRun.self, problems: [.notFound, .conflict]
        ) { call in
            let person = try call.principal.personID
            return try await call.write { .ok(try await $0.releaseMatchRun(call.parameters.run, by: person)) }
        }.erased
    }

    // MARK: Models

    private static var listModels: AnyOperation {
        Operation(
            .get, "/v1/models", "listModels", summary: "Models learned from the workspace's history, the latest first",
            tag: "investment", access: .roles([.manager]), parameters: ListRuns.self, output: Page<LearnedModel>.self
        ) { call in
            let after = try call.position(call.parameters.cursor, as: LearnedModelPosition.self)
            let found = try await call.reader.learnedModels(
                after: after, limit: PageSize.rows(for: call.parameters.limit))
            return .ok(try call.page(found, size: call.parameters.limit) { LearnedModelPosition($0) })
        }.erased
    }

    private static var trainModel: AnyOperation {
        Operation(
            .post, "/v1/models", "trainModel", summary: "Learn a model from the workspace's history",
            description: """
                Learned from past investments, from whom investors asked to meet and from what came of it, after the \
                answer; follow `Location` for its progress and its report. It is put in use by nobody but who calls `useModel`.
                """, tag: "investment", access: .roles([.manager]), idempotency: .required, rate: .expensive,
            output: LearnedModel.self, success: .accepted
        ) { call in
            let principal = try call.principal
            let (tenant, person) = (try principal.workspace, principal.personID)
            let id = LearnedModel.ID()
            return try await call.write { transaction in
                .accepted(
                    try await transaction.requestTraining(as: id, in: tenant, by: person), location: "/v1/models/\(id)")
            }
        }.erased
    }

    private static var getModel: AnyOperation {
        Operation(
            .get, "/v1/models/{model}", "getModel", summary: "A model with its report, and how far its training is",
            tag: "investment", access: .roles([.manager]), parameters: ModelPath.self, output: LearnedModel.self,
            problems: [.notFound]
        ) { call in
            guard let model = try await call.reader.learnedModel(call.parameters.model) else { throw Problem.notFound }
            return .ok(model)
        }.erased
    }

    private static var cancelTraining: AnyOperation {
        Operation(
            .post, "/v1/models/{model}/cancellation", "cancelTraining", summary: "Stop the training of a model",
            description: "One that waits ends at once; one that runs ends soon and leaves nothing.", tag: "investment",
            access: .roles([.manager]), parameters: ModelPath.self, output: LearnedModel.self,
            problems: [.notFound, .conflict]
        ) { call in
            try await call.write { .ok(try await $0.cancelTraining(call.parameters.model)) }
        }.erased
    }

    private static var listModelUses: AnyOperation {
        Operation(
            .get, "/v1/model-uses", "listModelUses",
            summary: "Which models were put in use when and by whom, the latest first",
            description: "The first is in use; without any, the standard model is. Up to 200 are listed.",
            tag: "investment", access: .roles([.manager]), output: ModelUses.self
        ) { call in
            .ok(ModelUses(items: try await call.reader.modelUses(limit: ModelUses.limit)))
        }.erased
    }

    private static var useModel: AnyOperation {
        Operation(
            .post, "/v1/model-uses", "useModel", summary: "Put a model in use",
            description:
                "Match runs that start from now on rank by it. An earlier one is gone back to in the same way.",
            tag: "investment", access: .roles([.manager]), body: NewModelUse.self, output: ModelUse.self,
            problems: [.conflict]
        ) { call in
            let (person, id) = (try call.principal.personID, ModelUse.ID())
            return try await call.write { .ok(try await $0.useModel(call.body.model, as: id, by: person)) }
        }.erased
    }

    // MARK: Shortlists

    private static var listShortlists: AnyOperation {
        Operation(
            .get, "/v1/shortlists", "listShortlists", summary: "Shortlists, the latest first",
            description: "An investor sees those of its institution that have been released.", tag: "investment",
            access: .roles([.manager, .investor]), parameters: ListShortlists.self, output: Page<Shortlist>.self
        ) { call in
            let query = call.parameters
            let after = try call.position(query.cursor, as: ShortlistPosition.self)
            let found = try await call.reader.shortlists(
                of: query.run, for: query.investor, mandate: query.mandate, after: after,
                limit: PageSize.rows(for: query.limit))
            return .ok(try call.page(found, size: query.limit) { ShortlistPosition($0) })
        }.erased
    }

    private static var getShortlist: AnyOperation {
        Operation(
            .get, "/v1/shortlists/{shortlist}", "getShortlist",
            summary: "A shortlist with its startups, the reasons for each and the answers", tag: "investment",
            access: .roles([.manager, .investor]), parameters: ShortlistPath.self, output: ShortlistWithItems.self,
            problems: [.notFound]
        ) { call in
            guard let shortlist = try await call.reader.shortlist(call.parameters.shortlist) else {
                throw Problem.notFound
            }
            let withheld =
                try call.principal.role == .manager ? try await call.reader.withheldItems(of: shortlist.id) : nil
            return .ok(
                ShortlistWithItems(
                    shortlist: shortlist, items: try await call.reader.items(of: shortlist.id), withheld: withheld))
        }.erased
    }

    private static var releaseShortlist: AnyOperation {
        Operation(
            .post, "/v1/shortlists/{shortlist}/release", "releaseShortlist",
            summary: "Show a shortlist to its investor", tag: "investment", access: .roles([.manager]),
            parameters: ShortlistPath.self, output: Shortlist.self, problems: [.notFound, .conflict]
        ) { call in
            let person = try call.principal.personID
            return try await call.write { .ok(try await $0.releaseShortlist(call.parameters.shortlist, by: person)) }
        }.erased
    }

    private static var answerShortlistItem: AnyOperation {
        Operation(
            .post, "/v1/shortlists/{shortlist}/items/{startup}/answer", "answerShortlistItem",
            summary: "Answer one startup of a shortlist",
            description:
                """
                `interested`; `pass` with a `reason`; or `later` with `later_until`. The latest answer counts. Interest asks \
                the startup for an introduction, and another answer takes the question back until the startup consents. \
                A proposal waits for 14 days, and for 14 more after `later_until`.
                """,
            tag: "investment", access: .roles([.investor]), parameters: ItemPath.self, body: NewAnswer.self,
            output: ShortlistItem.self, problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let (tenant, person, id) = (try principal.workspace, principal.personID, Answer.ID())
            return try await call.write { transaction in
                .ok(
                    try await transaction.answerShortlistItem(
                        call.parameters.startup, of: call.parameters.shortlist, with: call.body, as: id, in: tenant,
                        by: person))
            }
        }.erased
    }

    private static var listAnswers: AnyOperation {
        Operation(
            .get, "/v1/shortlists/{shortlist}/items/{startup}/answers", "listAnswers",
            summary: "Every answer given to one startup of a shortlist, the latest first", tag: "investment",
            access: .roles([.manager, .investor]), parameters: ItemPath.self, output: AnswerList.self,
            problems: [.notFound]
        ) { call in
            let (shortlist, startup) = (call.parameters.shortlist, call.parameters.startup)
            guard try await call.reader.item(startup, of: shortlist) != nil else { throw Problem.notFound }
            return .ok(AnswerList(items: try await call.reader.answers(to: startup, of: shortlist)))
        }.erased
    }

    private static var explainShortlistItem: AnyOperation {
        Operation(
            .get, "/v1/shortlists/{shortlist}/items/{startup}/explanation", "explainShortlistItem",
            summary: "Why a startup is on a shortlist, in words", tag: "investment",
            access: .roles([.manager, .investor]), parameters: ItemPath.self, output: ItemExplanation.self,
            problems: [.notFound]
        ) { call in
            guard let item = try await call.reader.item(call.parameters.startup, of: call.parameters.shortlist) else {
                throw Problem.notFound
            }
            return .ok(ItemExplanation(of: item, in: Pages.Language(tag: call.locale) ?? .english))
        }.erased
    }
}
