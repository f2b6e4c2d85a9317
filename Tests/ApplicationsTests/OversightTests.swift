import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Pages
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary
import Wording

@testable import Applications

/// The lists managers work from, and what they do with many applications at once, on a real database.
@Suite("Oversight")
struct OversightTests {
    let call: CallForApplications.ID = demoID("call incubation")
    let mei = Cast.mei.person.id

    // MARK: One query

    @Test("Whatever is asked, the database answers what Swift finds by looking at each", arguments: 0..<12)
    func filters(seed: Int) async throws {
        let world = try await World()
        try await world.plantApplications(80)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let all = try await reader.applications(limit: 1_000)
        #expect(all.count > 80)
        let streams = try await reader.streams()
        let calls = Dictionary(uniqueKeysWithValues: try await reader.calls().map { ($0.id, $0) })
        var random = Chance(seed: seed)
        for _ in 0..<25 {
            let filter = try random.filter(calls: Array(calls.keys), streams: streams)
            let found = try await reader.applications(matching: filter, limit: 1_000)
            let expected = all.filter { filter.admits($0, calls: calls, streams: streams) }
                .sorted { filter.puts($0, before: $1) }
            #expect(found.map(\.id) == expected.map(\.id), "\(filter.items)")
            let counts = try await reader.applicationCounts(matching: filter)
            #expect(
                counts.mapValues(\.applications)
                    == Dictionary(grouping: expected, by: \.application.state).mapValues(\.count))
            #expect(
                counts.values.reduce(0) { $0 + $1.overdue } == expected.count { $0.clock.isOverdue(at: $0.readAt) })
            // In pages of seven, the same.
            var (seen, position): ([Application.ID], ApplicationPosition?) = ([], nil)
            repeat {
                let page = try await reader.applications(matching: filter, after: position, limit: 7)
                seen += page.map(\.id)
                position = page.last.map { ApplicationView($0, answers: nil).position(by: filter.order) }
            } while position != nil && seen.count < 1_000
            #expect(seen == found.map(\.id), "\(filter.items)")
        }
    }

    @Test("A stage ends with its last day, where the call is")
    func clocks() async throws {
        let world = try await World()
        try await world.plantApplications(80)
        for summary in try await world.database.reader(as: world.context(Cast.mei)).applications(limit: 1_000) {
            let usual: [Application.State: Int] = [.submitted: 7, .inReview: 30, .shortlisted: 14, .interview: 14]
            #expect(summary.clock.days == usual[summary.application.state])
            let entered = CalendarDate(summary.clock.enteredAt, in: summary.deadline.zone)
            let last = usual[summary.application.state].map { entered.adding(days: $0) }
            #expect(summary.clock.lastDay(in: summary.deadline.zone) == last)
        }
    }

    @Test("One filter for the list, the table, the board, both files and what is saved: each takes every part of it")
    func everyPart() async throws {
        let world = try await World()
        let visitor = try await Visitor(Cast.mei, in: world)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let rolling: CallForApplications.ID = demoID("call rolling")
        let stream = try #require(try await reader.streams().first { !$0.partners.isEmpty })
        let today = CalendarDate(Date(), in: .hongKong)
        let whole = ApplicationFilter(
            call: rolling, stream: stream.id, program: stream.program, partner: stream.partners.first?.institution,
            state: [.submitted, .inReview], overdue: false, stageDays: 1, submittedFrom: today, submittedTo: today,
            q: try ShortText("海"), complete: true, batch: 2, overlap: .any, sort: .due)
        // Whatever is added to the filter is asked here.
        #expect(
            Set(whole.items.map(\.name))
                == Set(
                    Mirror(reflecting: whole).children.compactMap { child in
                        child.label.map { label in
                            label.reduce(into: "") { $0 += $1.isUppercase ? "_\($1.lowercased())" : String($1) }
                        }
                    }))
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.saveFilter(
                whole, as: .init(), named: try ShortText("Everything"), isShared: true, in: Cast.harbour.id, by: mei)
        }
        let saved = try #require(try await reader.savedFilters().first)
        let query = ("/x" as SafeURL).adding(saved.filter.items).description.dropFirst(2)
        for path in ["/console/applications", "/console/applications/board", "/console/applications/export"] {
            let page = await visitor.open(path + query)
            #expect(page.status == 200, "\(path)\(query): \(page.text)")
        }
        for path in ["/v1/applications", "/v1/applications.csv"] {
            let answer = await visitor.ask("GET", path + query)
            #expect(answer.status == 200, "\(path)\(query): \(answer.text)")
        }
    }

    @Test("Where a call is rolling, batches are chosen and shown, in the table and in the file")
    func batches() async throws {
        let world = try await World()
        let visitor = try await Visitor(Cast.mei, in: world)
        let rolling: CallForApplications.ID = demoID("call rolling")
        let id = try await world.plantOne(named: "Desk seeker", state: "submitted", daysAgo: 1)
        try await world.owner.write(as: .none) { transaction in
            _ = try await transaction.execute("SET LOCAL session_replication_role = replica")
            _ = try await transaction.execute("UPDATE applications SET call_id = \(rolling) WHERE id = \(id)")
        }
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.application(id)?.batchHandedInTo == 2, "the first cut-off was ten days ago")
        let table = await visitor.open("/console/applications?call=\(rolling)&batch=2").text
        #expect(table.contains("Desk seeker") && table.contains("Batch of a rolling call"), "\(table)")
        #expect(table.contains("<option value=\"2\" selected>2</option>") && table.contains(">Batch</th>"))
        let file = await visitor.ask("GET", "/v1/applications.csv?batch=2&columns=batch").text
        #expect(file.contains("Desk seeker,2\r\n"), "\(file)")
        #expect(await visitor.ask("GET", "/v1/applications.csv?batch=2").text.hasPrefix("\u{FEFF}Startup,Call,Batch,"))
        #expect(await !visitor.ask("GET", "/v1/applications.csv?batch=1").text.contains("Desk seeker"))
        // A fixed window has no batches, not even a first one.
        let fixed = await visitor.open("/console/applications?call=\(call)")
        #expect(!fixed.text.contains("Batch of a rolling call"))
        let planted = try await world.plantOne(named: "Fixed", state: "submitted", daysAgo: 1)
        #expect(
            try await reader.applications(matching: ApplicationFilter(batch: 1), limit: 500).allSatisfy {
                $0.id != planted
            })
    }

    @Test("The board holds of each stage the oldest, and the oldest first")
    func board() async throws {
        let world = try await World()
        try await world.plantApplications(80)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let all = try await reader.applications(
            matching: ApplicationFilter(call: call, sort: .longestInStage), limit: 1_000)
        let board = try await reader.applicationBoard(
            of: Application.State.board, matching: ApplicationFilter(call: call), each: 3)
        let expected = Application.State.board.flatMap { stage in
            all.filter { $0.application.state == stage }.prefix(3).map(\.id)
        }
        #expect(board.map(\.id) == expected && !expected.isEmpty)
    }

    @Test("The board's page has a column for what a startup changes, and counts what has ended with the table of it")
    func everyState() async throws {
        let world = try await World()
        for (name, state) in [("Kelpchange", "changes_requested"), ("Kelpgone", "declined"), ("Kelpless", "rejected")] {
            let id = try await world.plantOne(named: name, state: "in_review", daysAgo: 1)
            try await world.owner.write(as: .none) { transaction in
                _ = try await transaction.execute("SET LOCAL session_replication_role = replica")
                _ = try await transaction.execute("UPDATE applications SET state = \(state) WHERE id = \(id)")
            }
        }
        let visitor = try await Visitor(Cast.mei, in: world)
        let page = await visitor.open("/console/applications/board?call=\(call)")
        #expect(page.status == 200 && page.text.contains("Changes requested") && page.text.contains("Kelpchange"))
        #expect(!page.text.contains("Kelpgone") && !page.text.contains("Kelpless"), "\(page.text)")
        #expect(page.text.contains("state=declined&amp;sort=longest_in_stage\">Declined</a>"), "\(page.text)")
        let table = await visitor.open("/console/applications?call=\(call)&state=declined&sort=longest_in_stage")
        #expect(table.text.contains("Kelpgone"))
    }

    @Test("Counts and board by JSON say what the pages say, of drafts the number alone")
    func stagesByJSON() async throws {
        let world = try await World()
        try await world.plantApplications(80)
        let id = try await world.draft(to: call)
        let secret = try LongText("The reef grows back in nine days.")
        try await world.save([try await world.questions(of: call)[0].id: AnswerEdit(secret)], of: id)
        let visitor = try await Visitor(Cast.mei, in: world)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let all = try await reader.applications(matching: ApplicationFilter(call: call), limit: 1_000)

        let counts = try await visitor.ask("GET", "/v1/applications/counts?call=\(call)").json()
        #expect(counts["applications"] == JSON(integerLiteral: all.count))
        #expect(counts["overdue"] == JSON(integerLiteral: all.count { $0.clock.isOverdue(at: $0.readAt) }))
        let items = try #require(counts["items"]?.elements)
        #expect(items.map { $0["state"]?.text } == Application.State.allCases.map(\.rawValue))
        for item in items {
            let state = item["state"]?.text
            #expect(item["applications"] == JSON(integerLiteral: all.count { $0.application.state.rawValue == state }))
        }
        let some = try await visitor.ask("GET", "/v1/applications/counts?call=\(call)&state=draft&state=offered").json()
        #expect(some["items"]?.elements?.map { $0["state"]?.text } == ["draft", "offered"])

        let answer = await visitor.ask("GET", "/v1/applications/board?call=\(call)")
        let stages = try #require(try answer.json()["stages"]?.elements, "\(answer.text)")
        #expect(stages.map { $0["state"]?.text } == Application.State.board.map(\.rawValue))
        #expect(stages[0]["items"]?.elements?.isEmpty == false && !answer.text.contains(secret.string))
        for (stage, state) in zip(stages, Application.State.board) {
            let standing = all.filter { $0.application.state == state }
                .sorted { ($0.clock.enteredAt, $0.id.description) < ($1.clock.enteredAt, $1.id.description) }
            #expect(stage["applications"] == JSON(integerLiteral: standing.count))
            #expect(
                stage["items"]?.elements?.map { $0["id"]?.text }
                    == standing.prefix(Application.State.cards).map(\.id.description))
        }
        // What has ended is counted beside the columns: every state is on the board once, and all that the table has.
        let ended = try #require(try answer.json()["ended"]?.elements)
        #expect(ended.map { $0["state"]?.text } == Application.State.ended.map(\.rawValue))
        #expect(Set(Application.State.board + Application.State.ended) == Set(Application.State.allCases))
        #expect(Application.State.board.count + Application.State.ended.count == Application.State.allCases.count)
        let figures = (stages + ended).map { column -> Int? in
            guard case .number(let count)? = column["applications"] else { return nil }
            return count.integer
        }
        #expect(figures.reduce(0) { $0 + ($1 ?? -1) } == all.count, "\(figures)")
        let closed = try await visitor.ask("GET", "/v1/applications/board?call=\(call)&state=withdrawn").json()
        #expect(closed["stages"]?.elements?.isEmpty == true)
        #expect(closed["ended"]?.elements?.map { $0["state"]?.text } == ["withdrawn"])
        let ravi = try await Visitor(Cast.ravi, in: world)
        for path in ["/v1/applications/counts", "/v1/applications/board"] {
            #expect(await ravi.ask("GET", path).status == 403)
            #expect(await visitor.ask("GET", "\(path)?batch=none").status == 422)
        }
    }

    @Test("Lists and boards cost the same statements, however long they are")
    func statements() async throws {
        let world = try await World()
        let visitor = try await Visitor(Cast.mei, in: world)
        // The fewest of some: reads that are asked for at once share the statement that says who asks, if they meet.
        func cost(_ path: String) async -> Int {
            var fewest = Int.max
            for _ in 0..<5 {
                let before = world.database.statistics.statements
                let page = await visitor.open(path)
                #expect(page.status == 200, "\(page.text)")
                fewest = min(fewest, world.database.statistics.statements - before)
            }
            return fewest
        }
        let paths = ["/console/applications", "/console/applications/board", "/console/applications/export"]
        var few: [Int] = []
        for path in paths {
            _ = await cost(path)
            few.append(await cost(path))
        }
        try await world.plantApplications(150)
        for (path, before) in zip(paths, few) { #expect(await cost(path) == before, "\(path)") }
    }

    @Test("A founder's list holds their own alone, whatever they ask for; others get none")
    func leaks() async throws {
        let world = try await World()
        try await world.plantApplications(20)
        for member in [Cast.ada, Cast.ravi, Cast.nora, Cast.kenji, Cast.leo] {
            let reader = world.database.reader(as: world.context(member))
            let seat = member.seats[0]
            let found = try await reader.applications(matching: ApplicationFilter(sort: .due), limit: 1_000)
            if seat.role == "founder" {
                #expect(found.allSatisfy { $0.application.startup.uuid == seat.institution?.uuid })
            } else {
                #expect(found.isEmpty)
            }
            #expect(try await reader.verdicts(on: [.init()], by: .eligible).allSatisfy { $0.to == nil })
        }
    }

    // MARK: Moves

    @Test("What a preview says of each is what the single verb does", arguments: 0..<4)
    func verdicts(step: Int) async throws {
        let world = try await World()
        try await world.plantApplications(40)
        let note = try LongText("Tuesday at ten, building 5.")
        let move: StageMove =
            [.eligible, .ineligible(because: note), .shortlist(note: nil), .interview(note: note)][step]
        let context = world.context(Cast.wing)
        let ids = try await world.database.reader(as: context).applications(limit: 1_000).map(\.id)
        let verdicts = try await world.database.reader(as: context).verdicts(on: ids, by: move)
        #expect(verdicts.map(\.application) == ids)
        #expect(verdicts.contains { $0.to != nil } && verdicts.contains { $0.refusal == .ownStartup })
        for verdict in verdicts {
            do {
                let moved = try await world.database.write(as: context) { transaction in
                    try await transaction.moveApplication(verdict.application, by: move, by: Cast.wing.person.id)
                }
                #expect(moved.state == verdict.to)
            } catch let refusal as ApplicationRefusal {
                #expect(verdict.to == nil && (refusal == verdict.refusal || verdict.refusal == .ownStartup))
            } catch let wall as DatabaseError {
                #expect(wall.constraint == "managers_do_not_move_their_own" && verdict.refusal == .ownStartup)
            }
        }
    }

    @Test("Many move at once: with an event and a held letter each, all that can or none")
    func moves() async throws {
        let world = try await World()
        try await world.plantApplications(40)
        let context = world.context(Cast.mei)
        let reader = world.database.reader(as: context)
        let filter = ApplicationFilter(state: [.inReview, .shortlisted])
        let ids = try await reader.applications(matching: filter, limit: 500).map(\.id)
        let note = try LongText("Well argued.")
        await #expect(throws: MovesRefused.self) {
            try await world.database.write(as: context) { transaction in
                try await transaction.moveApplications(ids, by: .shortlist(note: note), .allOrNothing, by: mei)
            }
        }
        #expect(try await reader.applications(matching: filter, limit: 500).map(\.id) == ids)
        let verdicts = try await world.database.write(as: context) { transaction in
            try await transaction.moveApplications(ids, by: .shortlist(note: note), .whatCanBe, by: mei)
        }
        let moved = verdicts.filter { $0.to == .shortlisted }
        #expect(!moved.isEmpty && moved.count < verdicts.count)
        let after = try await reader.applications(matching: ApplicationFilter(state: [.shortlisted]), limit: 500)
        #expect(Set(after.map(\.id)) == Set(ids))
        let last = try #require(moved.first)
        let event = try #require(try await reader.history(of: last.application).last)
        #expect(event.to == .shortlisted && event.note == note && event.person == mei)
        let fresh = try #require(after.first { $0.id == last.application })
        #expect(fresh.clock.enteredAt == event.at)
    }

    @Test("Calling to an interview writes a letter to each founder, and holds it")
    func interview() async throws {
        let world = try await World()
        let id = try await world.submitted(to: call)
        let note = try LongText("Tuesday at ten.")
        let context = world.context(Cast.mei)
        try await world.database.write(as: context) { transaction in
            for move: StageMove in [.eligible, .shortlist(note: nil), .interview(note: note)] {
                _ = try await transaction.moveApplications([id], by: move, .allOrNothing, by: mei)
            }
        }
        let held: Int = try await world.owner.reader(as: .none).value(
            """
            SELECT count(*) FROM letters
            WHERE about_id = \(id.uuid) AND released_at IS NULL AND recipient_id = \(Cast.ravi.person.id.uuid)
            """)
        #expect(held == 1)
    }

    @Test("Stages follow each other for the database, too, and each side keeps to its own")
    func walls() async throws {
        let world = try await World()
        let id = try await world.submitted(to: call)
        func refusal(_ sql: Query, by member: Cast.Member) async -> String? {
            await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: world.context(member)) { try await $0.execute(sql) }
            }?.constraint
        }
        #expect(
            await refusal("UPDATE applications SET state = 'shortlisted' WHERE id = \(id)", by: Cast.mei)
                == "stages_follow_each_other")
        #expect(
            await refusal("UPDATE applications SET state = 'shortlisted' WHERE id = \(id)", by: Cast.ravi)
                == "each_side_makes_its_own_moves")
        #expect(
            await refusal(
                "UPDATE applications SET state = 'ineligible' WHERE startup_id = \(Cast.startup("plumbline"))",
                by: Cast.wing) == "managers_do_not_move_their_own")
    }

    // MARK: Saved filters and answering times

    @Test("A filter is its owner's until shared, and only its owner forgets it")
    func saved() async throws {
        let world = try await World()
        let (own, team) = (try ShortText("逾期"), try ShortText("Overdue"))
        let filter = ApplicationFilter(state: [.submitted], overdue: true, q: try ShortText("海"), sort: .due)
        let (first, second) = (SavedFilter.ID(), SavedFilter.ID())
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.saveFilter(
                filter, as: first, named: own, isShared: false, in: Cast.harbour.id, by: mei)
            try await transaction.saveFilter(
                filter, as: second, named: team, isShared: true, in: Cast.harbour.id, by: mei)
        }
        let mine = try await world.database.reader(as: world.context(Cast.mei)).savedFilters()
        #expect(mine.count == 2 && mine.allSatisfy { $0.filter == filter && $0.isOwn })
        let theirs = try await world.database.reader(as: world.context(Cast.wing)).savedFilters()
        #expect(theirs.map(\.name) == [team] && theirs.allSatisfy { !$0.isOwn })
        for stranger in [Cast.leo, Cast.ada, Cast.nora] {
            let reader = world.database.reader(as: world.context(stranger))
            #expect(try await reader.savedFilters().isEmpty)
            #expect(try await reader.value("SELECT count(*) FROM saved_filters") == 0)
        }
        let forgotten = try await world.database.write(as: world.context(Cast.wing)) { transaction in
            try await transaction.forgetFilter(second)
        }
        #expect(!forgotten)
        let raw: Int = try await world.database.write(as: world.context(Cast.wing)) {
            try await $0.execute("DELETE FROM saved_filters")
        }
        #expect(raw == 0)
        let twice = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.saveFilter(
                    filter, as: .init(), named: own, isShared: false, in: Cast.harbour.id, by: mei)
            }
        }
        #expect(twice?.constraint == "saved_filters_have_distinct_names")
    }

    @Test("A filter's owner gives it another name, on the page and by JSON; nobody else does")
    func renamed() async throws {
        let world = try await World()
        let (first, second) = (SavedFilter.ID(), SavedFilter.ID())
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            for (id, name) in [(first, "Late"), (second, "Other")] {
                try await transaction.saveFilter(
                    ApplicationFilter(overdue: true), as: id, named: ShortText(name), isShared: true,
                    in: Cast.harbour.id, by: mei)
            }
        }
        let visitor = try await Visitor(Cast.mei, in: world)
        let place = "/console/application-filters/\(first)/name"
        #expect(await visitor.open("/console/applications").text.contains(place))
        #expect(await visitor.open(place).text.contains(#"value="Late""#))
        let empty = await visitor.send(place, [("name", "")])
        #expect(empty.status == 422 && empty.text.contains("f-name-error"), "\(empty.text)")
        let taken = await visitor.send(place, [("name", "Other")])
        #expect(taken.status == 422 && taken.text.contains(#"value="Other""#), "\(taken.text)")
        #expect(await visitor.send(place, [("name", "逾期")]).status == 303)
        #expect(await visitor.open("/console/applications?done=renamed").text.contains("逾期"))
        let json = "/v1/application-filters/\(first)/name"
        let named = await visitor.ask("PUT", json, json: #"{"name":"Overdue"}"#)
        #expect(try named.status == 200 && named.json()["name"]?.text == "Overdue", "\(named.text)")
        #expect(await visitor.ask("PUT", json, json: #"{"name":"Other"}"#).problem?.errors.first?.pointer == "/name")
        let wing = try await Visitor(Cast.wing, in: world)
        #expect(await wing.ask("PUT", json, json: #"{"name":"Mine"}"#).status == 404)
        #expect(await wing.open(place).status == 404)
        #expect(await wing.send(place, [("name", "Mine")]).status == 404)
        let raw: Int = try await world.database.write(as: world.context(Cast.wing)) {
            try await $0.execute("UPDATE saved_filters SET name = 'Mine'")
        }
        #expect(raw == 0)
    }

    @Test("A file has every row, or there is none and it is said why")
    func tooMany() async throws {
        let world = try await World()
        try await world.plantApplications(60)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let all = try await reader.applications(limit: 1_000)
        #expect(try await reader.applicationsForSheet(matching: .init(), most: all.count).count == all.count)
        let refused = await #expect(throws: Problem.self) {
            try await reader.applicationsForSheet(matching: .init(), most: all.count - 1)
        }
        #expect(refused?.status == 422 && refused?.detail?.contains("Narrow the filter.") == true)
        let visitor = try await Visitor(Cast.mei, in: world)
        #expect(await visitor.open("/console/applications/export?q=planted").status == 200)
        #expect(await visitor.open("/console/applications?done=too_many").text.contains("at most 50,000 rows"))
    }

    @Test("A stream's days are the startup's promise, and go back to the usual")
    func levels() async throws {
        let world = try await World()
        let id = try await world.submitted(to: call)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let stream = try #require(try await reader.call(call)).stream
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.setServiceLevels([.submitted: 3], of: stream, in: Cast.harbour.id)
        }
        let founder = try #require(try await world.database.reader(as: world.context(Cast.ravi)).application(id))
        #expect(founder.clock.days == 3)
        let page = await (try Visitor(Cast.ravi, in: world)).open("/portal/applications/\(id)")
        let day = try #require(founder.clock.lastDay(in: founder.deadline.zone))
        #expect(page.text.contains("We answer by \(day.text(in: .english))."), "\(page.text)")
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.setServiceLevels([:], of: stream, in: Cast.harbour.id)
        }
        #expect(try await reader.serviceLevels(of: stream).map(\.days) == [7, 30, 14, 14])
        let wall = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.ravi)) { transaction in
                try await transaction.setServiceLevels([.submitted: 1], of: stream, in: Cast.harbour.id)
            }
        }
        #expect(wall?.kind == .insufficientPrivilege)
    }

    // MARK: At the edge

    @Test("By JSON: a dry run changes nothing, a move of all or none points to those that cannot")
    func edge() async throws {
        let world = try await World()
        let (visitor, id) = (try await Visitor(Cast.mei, in: world), try await world.submitted(to: call))
        let dry = await visitor.ask(
            "POST", "/v1/applications/moves", json: #"{"move":"eligible","applications":["\#(id)"],"dry_run":true}"#)
        #expect(dry.status == 200, "\(dry.text)")
        #expect(try dry.json()["items"]?.elements?.first?["to"]?.text == "in_review")
        #expect(try await visitor.ask("GET", "/v1/applications/\(id)").json()["state"]?.text == "submitted")
        let vague = await visitor.ask(
            "POST", "/v1/applications/moves", json: #"{"move":"interview","applications":["\#(id)"]}"#)
        #expect(vague.status == 422 && vague.problem?.errors.first?.pointer == "/note")
        let refused = await visitor.ask(
            "POST", "/v1/applications/moves", json: #"{"move":"shortlist","applications":["\#(id)"]}"#)
        #expect(refused.status == 409 && refused.problem?.errors.first?.pointer == "/applications/0", "\(refused.text)")
        let moved = await visitor.ask(
            "POST", "/v1/applications/moves",
            json: #"{"move":"eligible","filter":{"call":"\#(call)","state":["submitted"]},"partial":true}"#)
        #expect(moved.status == 200, "\(moved.text)")
        #expect(try await visitor.ask("GET", "/v1/applications/\(id)").json()["state"]?.text == "in_review")
        #expect(await visitor.ask("POST", "/v1/applications/\(id)/shortlisting", json: "{}").status == 200)
        #expect(await visitor.ask("POST", "/v1/applications/\(id)/interview", json: #"{"note":"Ten."}"#).status == 200)
        let ravi = try await Visitor(Cast.ravi, in: world)
        #expect(
            await ravi.ask("POST", "/v1/applications/moves", json: #"{"move":"eligible","applications":["\#(id)"]}"#)
                .status == 403)
    }

    @Test("By form: tick, look, move; what is missing is asked for with everything kept")
    func forms() async throws {
        let world = try await World()
        let (visitor, id) = (try await Visitor(Cast.mei, in: world), try await world.submitted(to: call))
        let list = await visitor.open("/console/applications?state=submitted&sort=due&columns=stage&columns=due")
        #expect(
            list.status == 200 && list.text.contains(id.description) && list.text.contains("Due by"), "\(list.text)")
        let board = await visitor.open("/console/applications/board")
        #expect(board.status == 200 && board.text.contains(id.description) && board.text.contains("Shortlisted"))
        let none = await visitor.send("/console/applications/moves/preview", [("move", "eligible"), ("note", "")])
        #expect(none.status == 422 && none.text.contains("Tick 1 to 500"), "\(none.text)")
        let chosen = [("applications", id.description), ("filter.state", "submitted")]
        let bare = await visitor.send(
            "/console/applications/moves/preview", [("move", "ineligible"), ("note", "")] + chosen)
        #expect(bare.status == 422 && bare.text.contains(id.description), "\(bare.text)")
        let look = await visitor.send(
            "/console/applications/moves/preview", [("move", "eligible"), ("note", "")] + chosen)
        #expect(look.status == 200 && look.text.contains("Move 1 application"), "\(look.text)")
        let moved = await visitor.send("/console/applications/moves", [("move", "eligible")] + chosen)
        #expect(moved.status == 303 && moved.header("Location") == "/console/applications?state=submitted&done=moved")
        let late = await visitor.send(
            "/console/applications/moves", [("move", "eligible")] + chosen)
        #expect(late.status == 409 && late.text.contains("so none was"), "\(late.text)")
        #expect(
            await visitor.send("/console/application-filters", [("name", "To screen"), ("filter.state", "submitted")])
                .status == 303)
        #expect(
            await visitor.send("/console/application-filters", [("name", "To screen"), ("filter.state", "submitted")])
                .status == 422)
        #expect(await visitor.open("/console/applications").text.contains("To screen"))
        let shortlist = await visitor.send("/console/applications/\(id)/step", [("move", "shortlist"), ("note", "")])
        #expect(shortlist.status == 303, "\(shortlist.text)")
        let interview = await visitor.send("/console/applications/\(id)/step", [("move", "interview"), ("note", "")])
        #expect(interview.status == 422, "\(interview.text)")
        #expect(await visitor.open("/console/service-levels").text.contains("as usual"))
        let funnel = await visitor.ask("GET", "/v1/applications/funnel?from=2020-01-01")
        #expect(funnel.status == 200, "\(funnel.text)")
        #expect(await visitor.open("/console/funnel").status == 200)
    }

    @Test("The file is as agreed: mark, columns, ISO times, and no formula")
    func file() async throws {
        let world = try await World()
        let id = try await world.plantOne(named: "=HYPERLINK(\"x\"),海", state: "in_review", daysAgo: 40)
        let visitor = try await Visitor(Cast.mei, in: world)
        let reply = await visitor.ask(
            "GET", "/v1/applications.csv?q=HYPERLINK&columns=state&columns=stage&columns=due&columns=id")
        #expect(reply.status == 200, "\(reply.text)")
        let found = try #require(
            try await world.database.reader(as: world.context(Cast.mei)).application(id))
        let since = found.clock.enteredAt.formatted(.iso8601)
        let due = try #require(found.clock.lastDay(in: found.deadline.zone))
        #expect(
            Array(reply.text.unicodeScalars)
                == Array(
                    ("\u{FEFF}Startup,State,In this stage since,Days in this stage,Due by,Overdue,Identifier\r\n"
                        + "\"'=HYPERLINK(\"\"x\"\"),海\",In review,\(since),40,\(due),Yes,\(id)\r\n").unicodeScalars))
    }
}

/// A small source of chance that a failing test can repeat.
private struct Chance {
    var state: UInt64

    init(seed: Int) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func below(_ limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(limit))
    }

    mutating func maybe<T>(_ values: [T]) -> T? {
        guard below(3) == 0, !values.isEmpty else { return nil }
        return values[below(values.count)]
    }

    mutating func filter(
        calls: [CallForApplications.ID], streams: [ProgramStream]
    ) throws -> ApplicationFilter {
        let today = CalendarDate(Date(), in: .hongKong)
        return ApplicationFilter(
            call: maybe(calls.sorted { $0.description < $1.description }), stream: maybe(streams.map(\.id)),
            program: maybe(streams.map(\.program)), partner: maybe(streams.flatMap { $0.partners.map(\.institution) }),
            state: maybe([[.submitted], [.inReview, .draft], [.shortlisted, .interview, .submitted], []]),
            overdue: maybe([true, false]), stageDays: maybe([0, 5, 20, 45]),
            submittedFrom: maybe([today.adding(days: -30), today.adding(days: -10)]),
            submittedTo: maybe([today.adding(days: -5), today.adding(days: -25)]),
            q: maybe([try ShortText("海"), try ShortText("PLANTED"), try ShortText("科技"), try ShortText("1")]),
            complete: maybe([true, false]), batch: maybe([1, 2, 9]),
            sort: maybe(ApplicationFilter.Order.allCases))
    }
}

extension ApplicationFilter {
    /// What the query has to find, said a second time and slowly.
    fileprivate func admits(
        _ summary: ApplicationSummary, calls: [CallForApplications.ID: CallForApplications], streams: [ProgramStream]
    ) -> Bool {
        let application = summary.application
        guard let call = calls[application.call], let stream = streams.first(where: { $0.id == call.stream }) else {
            return false
        }
        let day = application.submittedAt.map { CalendarDate($0, in: summary.deadline.zone) }
        let names = [Vocabulary.Language.english, .traditionalChinese, .japanese].map {
            summary.startupName.text(for: $0).lowercased()
        }
        return (self.call == nil || self.call == application.call)
            && (self.stream == nil || self.stream == stream.id) && (program == nil || program == stream.program)
            && (partner.map { partner in stream.partners.contains { $0.institution == partner } } ?? true)
            && (states.isEmpty || states.contains(application.state))
            && (overdue == nil || overdue == summary.clock.isOverdue(at: summary.readAt))
            && (stageDays.map { summary.readAt.timeIntervalSince(summary.clock.enteredAt) >= Double($0) * 86_400 }
                ?? true)
            && (submittedFrom.map { from in day.map { $0 >= from } ?? false } ?? true)
            && (submittedTo.map { to in day.map { $0 <= to } ?? false } ?? true)
            && (q.map { q in names.contains { $0.contains(q.string.lowercased()) } } ?? true)
            && (complete == nil || complete == summary.count.isComplete)
            && (batch == nil || application.submittedAt != nil && batch == summary.batch?.number)
    }

    fileprivate func puts(_ left: ApplicationSummary, before right: ApplicationSummary) -> Bool {
        let (a, b) = (
            ApplicationView(left, answers: nil).position(by: order),
            ApplicationView(right, answers: nil).position(by: order)
        )
        let (x, y) = (a.id.description, b.id.description)
        return order == .newest || order == .submitted ? (a.key, x) > (b.key, y) : (a.key, x) < (b.key, y)
    }
}

extension World {
    /// Applications of invented startups in all states and of all ages, to the calls of the demo.
    func plantApplications(_ count: Int) async throws {
        let harbour = Cast.harbour.id
        try await owner.write(as: .none) { transaction in
            // Past what calls require and whom they let in: the list is the matter here.
            _ = try await transaction.execute("SET LOCAL session_replication_role = replica")
            _ = try await transaction.execute(
                """
                INSERT INTO institutions (tenant_id, id, kind, names)
                SELECT \(harbour), md5('planted ' || n)::uuid, 'startup', jsonb_build_object('en', 'Planted ' || n)
                    || CASE WHEN n % 3 = 0 THEN jsonb_build_object('zh-Hant', '海洋科技' || n) ELSE '{}' END
                FROM generate_series(1, \(count)::integer) AS n
                """)
            _ = try await transaction.execute(
                """
                INSERT INTO startups (tenant_id, id)
                SELECT \(harbour), md5('planted ' || n)::uuid FROM generate_series(1, \(count)::integer) AS n
                """)
            _ = try await transaction.execute(
                """
                INSERT INTO applications (tenant_id, id, call_id, startup_id, state, created_by, created_at, submitted_at,
                                          withdrawn_at, offer_expires_at, stage_entered_at, answered, required_answered)
                SELECT \(harbour), md5('application ' || n)::uuid,
                       (SELECT array_agg(c.id ORDER BY c.id) FROM calls AS c WHERE c.tenant_id = \(harbour))[1 + n % 2],
                       md5('planted ' || n)::uuid, s.state, \(Cast.mei.person.id.uuid),
                       now() - (n % 17 + 50) * interval '1 day',
                       CASE WHEN s.state <> 'draft' THEN now() - (n % 13 * 3 + 2) * interval '23 hours' END,
                       CASE WHEN s.state = 'withdrawn' THEN now() END,
                       CASE WHEN s.state = 'offered' THEN now() + interval '3 days' END,
                       now() - (n % 11 * 5) * interval '26 hours', n % 6, n % 6
                FROM generate_series(1, \(count)::integer) AS n
                CROSS JOIN LATERAL (SELECT (ARRAY['draft', 'submitted', 'in_review', 'shortlisted', 'interview', 'offered',
                                        'waitlisted', 'rejected', 'withdrawn', 'ineligible', 'accepted'])[1 + n % 11]) AS s (state)
                """)
            // A manager's own startup among them, in every state that a step begins from.
            for state in ["submitted", "in_review", "shortlisted"] {
                _ = try await transaction.execute(
                    """
                    INSERT INTO applications (tenant_id, id, call_id, startup_id, state, created_by, submitted_at)
                    SELECT \(harbour), md5('own ' || \(state))::uuid, c.id, \(Cast.startup("plumbline")), \(state),
                           \(Cast.mei.person.id.uuid), now()
                    FROM calls AS c
                    WHERE c.tenant_id = \(harbour) AND NOT EXISTS (
                        SELECT FROM applications AS a WHERE a.tenant_id = c.tenant_id AND a.call_id = c.id
                          AND a.startup_id = \(Cast.startup("plumbline")))
                    ORDER BY c.id LIMIT 1
                    """)
            }
        }
    }

    func plantOne(named name: String, state: String, daysAgo: Int) async throws -> Application.ID {
        let (startup, id) = (UUID(), Application.ID())
        let call: CallForApplications.ID = demoID("call incubation")
        try await owner.write(as: .none) { transaction in
            _ = try await transaction.execute(
                """
                INSERT INTO institutions (tenant_id, id, kind, names)
                VALUES (\(Cast.harbour.id), \(startup), 'startup', jsonb_build_object('en', \(name)::text))
                """)
            _ = try await transaction.execute(
                "INSERT INTO startups (tenant_id, id) VALUES (\(Cast.harbour.id), \(startup))")
            _ = try await transaction.execute(
                """
                INSERT INTO applications (tenant_id, id, call_id, startup_id, state, created_by, submitted_at, stage_entered_at)
                VALUES (\(Cast.harbour.id), \(id), \(call), \(startup), \(state), \(Cast.mei.person.id.uuid), now(),
                        now() - \(daysAgo) * interval '24 hours')
                """)
        }
        return id
    }
}
