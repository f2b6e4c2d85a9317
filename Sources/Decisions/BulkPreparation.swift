internal import API
internal import Accounts
internal import Applications
internal import Postgres
internal import Tabular
internal import Vocabulary

/// One of several decisions as it was meant: on an application, or nothing that could be read.
struct BulkLine: Sendable {
    /// How the sender named the application.
    let named: String?
    /// What is meant; nil where it could not be read.
    let meant: (application: Application.ID, preparation: Preparation)?
    /// Why it could not be read.
    let fault: DecisionFault?

    init(_ meant: (application: Application.ID, preparation: Preparation)) {
        (self.named, self.meant, self.fault) = (nil, meant, nil)
    }

    init(unread named: String, _ fault: DecisionFault) {
        (self.named, self.meant, self.fault) = (named, nil, fault)
    }
}

/// What came of one of several decisions, or would come of it.
struct BulkVerdict: Sendable {
    let named: String?
    /// What the room says of it; nil where it could not be read.
    let verdict: PreparationVerdict?
    let fault: DecisionFault?
}

/// Decisions of which none was prepared, with what is wrong with each.
struct BulkRefused: Error {
    let verdicts: [BulkVerdict]
}

extension Transaction {
    /// Prepares what could be read of several decisions; throws `BulkRefused` where nothing is prepared, with what is said of
    /// each line.
    func prepareDecisions(
        _ lines: [BulkLine], in id: DecisionBatch.ID, _ mode: BulkMode, by person: Person.ID
    ) async throws -> [BulkVerdict] {
        let rows = lines.compactMap(\.meant)
        var judged = try await prepareDecisions(rows, in: id, .dryRun, by: person)[...]
        let verdicts = lines.map { line in
            let verdict = line.meant == nil ? nil : judged.popFirst()
            return BulkVerdict(named: line.named, verdict: verdict, fault: line.fault ?? verdict?.fault)
        }
        guard mode != .dryRun else { return verdicts }
        let refused = verdicts.count { $0.fault != nil }
        guard mode == .whatCanBe ? refused < verdicts.count : refused == 0 else {
            throw BulkRefused(verdicts: verdicts)
        }
        // Nothing can have changed since the dry run: it locked the batch.
        _ = try await prepareDecisions(rows, in: id, mode, by: person)
        return verdicts
    }
}

/// An application that a batch can decide on, for choosing it.
struct Applicant: Sendable {
    let application: Application.ID
    let startupName: LocalizedName
    /// What is prepared for it in the batch.
    let outcome: Outcome?
}

extension Statements {
    /// The applications a batch can decide on: those for which nothing is prepared in it, then the others; by name.
    func applicants(for batch: DecisionBatch.ID) async throws -> [Applicant] {
        let undecided = try await undecided(in: batch).map {
            Applicant(application: $0.application, startupName: $0.startupName, outcome: nil)
        }
        return try await undecided
            + preparedDecisions(in: batch).filter(\.state.isJudged).map {
                Applicant(
                    application: $0.application, startupName: $0.startupName, outcome: $0.preparation.outcome)
            }
    }
}

/// A list of decisions as a spreadsheet has it: its first row names the columns, of which `outcome` and one of `application`
/// and `startup` are needed. What is copied out of a spreadsheet stands between tabs, what is saved by it between commas.
enum DecisionList {
    static let columns = ["application", "startup", "outcome", "rank", "award", "last_day", "note", "feedback"]

    /// Reads a list; what is wrong with a line is said of that line, and what is wrong with the whole is thrown.
    ///
    /// - Parameters:
    ///   - notes: what stands in the letter where the line has no note.
    ///   - withComments: whether what reviewers wrote joins the feedback of each line.
    ///   - currency: what awards are in.
    ///   - applicants: whom a line may name by the startup.
    static func lines(
        of text: String, notes: [Outcome: LongText], withComments: Bool = false, in currency: Currency?,
        among applicants: [Applicant]
    ) throws -> [BulkLine] {
        do {
            return try read(text, notes, currency, applicants).map { line in
                guard var meant = line.meant else { return line }
                meant.preparation.withComments = withComments
                return BulkLine(meant)
            }
        } catch let unreadable as UnreadableFile {
            throw Problem(
                .invalid, errors: [.init("/list", .invalid, "The list cannot be read: \(unreadable).")])
        }
    }

    private static func read(
        _ text: String, _ notes: [Outcome: LongText], _ currency: Currency?, _ applicants: [Applicant]
    ) throws -> [BulkLine] {
        let isTabbed = text.utf8.prefix { $0 != UInt8(ascii: "\n") }.contains(UInt8(ascii: "\t"))
        var reader = try CSVReader(
            MemorySource(text), required: ["outcome"], delimiter: isTabbed ? "\t" : ",",
            limits: Limits(cellBytes: 1 << 17, columns: 50, rows: PreparationsBody.limit))
        let unknown = reader.columns.first { !columns.contains($0.lowercased()) }
        if let unknown {
            throw invalid("There is no column “\(unknown)”. They are \(columns.joined(separator: ", ")).")
        }
        guard reader.columns.contains(where: { ["application", "startup"].contains($0.lowercased()) }) else {
            throw invalid("A column “application” or “startup” says what each line is about.")
        }
        var byName: [String: Set<Application.ID>] = [:]
        for applicant in applicants {
            for language in Language.allCases {
                guard let name = applicant.startupName[language]?.string else { continue }
                byName[name.lowercased(), default: []].insert(applicant.application)
            }
        }
        var lines: [BulkLine] = []
        while let row = try reader.next() {
            switch row {
            case .malformed(let problem):
                lines.append(BulkLine(unread: "–", DecisionFault("", .invalid, sentence(problem))))
            case .record(let record): lines.append(line(record, notes, currency, byName))
            }
        }
        guard !lines.isEmpty else { throw invalid("Below the names of the columns, write one line at least.") }
        return lines
    }

    private static func line(
        _ record: Record, _ notes: [Outcome: LongText], _ currency: Currency?, _ byName: [String: Set<Application.ID>]
    ) -> BulkLine {
        var fields = record.fields
        let named = fields.string("startup")
        let id = fields.value("application", as: "an application's id") { Application.ID($0) }
        let outcome = fields.value("outcome", .required, as: "offer, waitlist or reject") {
            Outcome(rawValue: $0.lowercased())
        }
        let rank = fields.integer("rank", in: 1...100_000)
        let award = fields.value("award", as: "an amount such as 500000") { Money($0, currency ?? .hkd) }
        let lastDay = fields.value("last_day", as: "a day as YYYY-MM-DD") { CalendarDate($0) }
        let note = fields.value("note", as: "a note") { try LongText($0) }
        let feedback = fields.value("feedback", as: "feedback") { try LongText($0) }
        let shown = named ?? fields.string("application") ?? "–"
        func unread(_ code: Problem.FieldError.Code, _ detail: String) -> BulkLine {
            BulkLine(unread: shown, DecisionFault("", code, detail))
        }
        if let problem = fields.problems.first { return unread(.invalid, sentence(problem)) }
        guard let outcome else { return unread(.required, "Line \(record.line) has no outcome.") }
        guard let note = note ?? notes[outcome] else {
            return unread(
                .required, "Line \(record.line) has no note, and none is written for all with this outcome.")
        }
        let known = named.flatMap { byName[$0.lowercased()] } ?? []
        guard let application = id ?? (known.count == 1 ? known.first : nil) else {
            return known.isEmpty
                ? unread(.unknown, "Line \(record.line): no application in review is of a startup of this name.")
                : unread(.invalid, "Line \(record.line): several startups have this name. Name the application.")
        }
        return BulkLine(
            (
                application,
                Preparation(
                    outcome, rank: rank, award: award, lastDay: lastDay, note: note, feedback: feedback)
            ))
    }

    private static func sentence(_ problem: RowProblem) -> String {
        let text = "\(problem)"
        return text.prefix(1).uppercased() + text.dropFirst() + (text.hasSuffix(".") ? "" : ".")
    }

    private static func invalid(_ detail: String) -> Problem {
        Problem(.invalid, errors: [.init("/list", .invalid, detail)])
    }
}
