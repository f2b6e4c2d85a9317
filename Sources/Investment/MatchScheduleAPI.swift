internal import API
internal import Accounts

/// Match runs that come by themselves, by API.
enum MatchScheduleAPI {
    static let operations: [AnyOperation] = [getSchedule, setSchedule, endSchedule]

    private static var getSchedule: AnyOperation {
        Operation(
            .get, "/v1/match-schedule", "getMatchSchedule", summary: "When match runs come by themselves",
            description: "Not found where none do.", tag: "investment", access: .roles([.manager]),
            output: MatchSchedule.self, problems: [.notFound]
        ) { call in
            guard let schedule = try await call.reader.matchSchedule() else { throw Problem.notFound }
            return .ok(schedule)
        }.erased
    }

    private static var setSchedule: AnyOperation {
        Operation(
            .post, "/v1/match-schedule", "setMatchSchedule", summary: "Have match runs come by themselves",
            description: """
                One run on `first_on` and every so many weeks after it, instead of as they came before. Its lists wait to be released, as those of any run.
                """, tag: "investment", access: .roles([.manager]), body: NewMatchSchedule.self,
            output: MatchSchedule.self
        ) { call in
            let person = try call.principal.personID
            return try await call.write { .ok(try await $0.setMatchSchedule(call.body, by: person)) }
        }.erased
    }

    private static var endSchedule: AnyOperation {
        Operation(
            .post, "/v1/match-schedule/end", "endMatchSchedule", summary: "Let no more match runs come by themselves",
            tag: "investment", access: .roles([.manager]), output: NoOutput.self, problems: [.notFound]
        ) { call in
            try await call.write {
                try await $0.endMatchSchedule()
                return .noContent
            }
        }.erased
    }
}

extension MatchSchedule: Described {
    package static var documentation: [String: String] {
        ["next_on": "The run is asked for when this day begins in UTC."]
    }
}
