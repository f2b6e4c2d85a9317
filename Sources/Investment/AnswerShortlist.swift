internal import API
package import Accounts
package import Institutions
internal import Jobs
package import Postgres
internal import Vocabulary

extension Transaction {
    /// Shows a shortlist to its investor, whose proposals then wait for an answer for `ProposalState.days`.
    ///
    /// Throws `ShortlistRefusal`, or not found. The trigger `lists_go_to_investors_who_take_them` and the cap behind
    /// `investors_have_no_more_in_hand_than_they_want` refuse the same, and what two do at once.
    package func releaseShortlist(_ id: Shortlist.ID, by person: Person.ID) async throws -> Shortlist {
        let released = try await releaseUntold(id, by: person)
        try await enqueue(TellOfShortlists([id], to: released.investor))
        return released
    }

    /// Keeps what an investor answers to a startup of its shortlist. While the proposal waits it may change its mind: the
    /// latest answer counts, and all are kept. Interest asks the startup for an introduction, and a pass takes the question
    /// back.
    ///
    /// Throws `FirmRefusal.analyst`, `AnswerRefusal`, or not found for an item the investor may not see. Refused by
    /// `analysts_do_not_answer_for_the_firm`, `introductions_are_to_startups_that_agree` and `investors_have_no_more_in_hand_than_they_want`.
    package func answerShortlistItem(
        _ startup: Startup.ID, of shortlist: Shortlist.ID, with answer: NewAnswer, as id: Answer.ID,
        in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> ShortlistItem {
        let today = CalendarDate(now, in: .utc)
        guard let list = try await self.shortlist(shortlist), try await item(startup, of: shortlist) != nil else {
            throw Problem.notFound
        }
        try await checkAnswersForTheFirm()
        try answer.check(today: today)
        // Two of one investor answer one after the other, and the second answers what the first has left.
        guard try await lockMandate(list.mandate) != nil, let current = try await item(startup, of: shortlist) else {
            throw Problem.notFound
        }
        let running = try await runningIntroduction(of: startup, with: list.investor)
        if let running {
            guard running.shortlist == shortlist else { throw AnswerRefusal.askedAlready }
            guard running.stage == .asked, answer.answer == .pass else { throw AnswerRefusal.introduced }
        } else {
            guard current.state.admitsAnswer(answerBy: list.answerBy, on: today) else { throw AnswerRefusal.expired }
            if try await introduction(on: startup, of: shortlist) != nil { throw AnswerRefusal.introductionEnded }
        }
        try await insert(answer, as: id, to: startup, of: shortlist, in: tenant, by: person)
        if let running {
            try await endIntroduction(
                running, as: .withdrawn, by: IntroductionActor(person, for: .investor), because: .changedMind, note: nil
            )
        } else if answer.answer == .interested {
            try await askForIntroduction(to: startup, on: list, today: today, by: person)
        }
        guard let item = try await item(startup, of: shortlist) else { throw Problem.notFound }
        return item
    }

    private func askForIntroduction(
        to startup: Startup.ID, on list: Shortlist, today: CalendarDate, by person: Person.ID
    ) async throws {
        let id = Introduction.ID()
        try await insert(id, of: list, to: startup, consentBy: today.adding(days: Introduction.consentDays), by: person)
        try await insert(NewStep(.asked), of: id, by: IntroductionActor(person, for: .investor))
        try await enqueue(TellOfIntroduction(introduction: id.uuid, stage: Introduction.Stage.asked.rawValue))
    }
}
