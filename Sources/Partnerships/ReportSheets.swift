import Exports
import Foundation
import Pages
import Vocabulary
import Wording

/// A report as files, in a reader's language.
struct ReportSheets {
    private let report: PartnerReport
    private let words: ReportWords

    init(_ report: PartnerReport, in language: Pages.Language) {
        self.report = report
        words = ReportWords(t: PageKit.partnerships.texts(in: language))
    }

    private var t: Texts { words.t }

    /// What the files are called, which says nothing of the agreement that not every file system takes.
    var name: String { "report-\(report.mou.id)-\(report.to)" }

    /// The figures as CSV.
    var csv: [UInt8] { figures.csv }

    /// Figures, deliverables, what stands under the agreement, and all events.
    var workbook: Workbook {
        Workbook(
            [figures, deliverables, standing, events],
            made: LocalTime(report.to, hour: 12, minute: 0)?.instant(in: report.mou.zone)
                ?? Date(timeIntervalSince1970: 0))
    }

    /// A line of the sheet of figures.
    private struct Line {
        let section: String
        let name: String
        let figure: PartnerReport.Figure
        var progress: PartnerReport.Progress?
        var area: MoU.Area?
        var most: Int?
    }

    private var figures: Sheet {
        let lines =
            report.figures.map {
                Line(section: t("report.figures"), name: words.kind($0.filter.kind), figure: $0)
            }
            + report.targets.map {
                Line(section: t("report.targets"), name: words.text($0.target.title), figure: $0.figure, progress: $0)
            }
            + report.benefits.map {
                Line(
                    section: t("report.benefits"), name: words.text($0.benefit.title), figure: $0.figure,
                    most: $0.benefit.quota)
            }
            + report.areas.map {
                Line(section: t("areas.title"), name: $0.area.wording.string, figure: $0.figure, area: $0.area)
            }
        return Sheet(
            t("report.figures"),
            [
                .text(t("report.section")) { $0.section }, .text(t("report.what"), width: 48) { $0.name },
                .integer(t("report.count")) { $0.figure.count },
                .date(t("report.from")) { $0.figure.filter.from.map(Day.init) },
                .date(t("report.to")) { $0.figure.filter.to.map(Day.init) },
                .integer(t("report.baseline")) { $0.progress?.target.baseline },
                .integer(t("report.value")) { $0.progress?.value },
                .text(t("report.direction")) { $0.progress.map { words.direction($0.target.direction) } },
                .integer(t("report.number")) { $0.progress?.target.number ?? $0.most },
                .date(t("report.due")) { ($0.progress?.target.dueOn).map(Day.init) },
                .text(t("report.status")) { line in
                    line.progress.map { words.status($0.status) }
                        ?? line.area.map { t("area.\($0.status.rawValue)") }
                },
                .text(t("report.events_at"), width: 60) { FigureView($0.figure, of: report.mou.id).activities },
            ], of: lines)
    }

    private var deliverables: Sheet {
        Sheet(
            t("report.deliverables"),
            [
                .text(t("report.what"), width: 48) { words.text($0.title) },
                .text(t("report.kind")) { t("deliverable.\($0.kind.rawValue)") },
                .text(t("areas.concept")) { $0.area?.label(in: t.language) }, .date(t("report.due")) { Day($0.dueOn) },
                .text(t("report.status")) { t("delivered.\($0.status.rawValue)") },
                .date(t("report.settled")) { $0.settledOn.map(Day.init) },
                .text(t("report.evidence"), width: 60) { $0.evidence?.string },
            ], of: report.deliverables)
    }

    private var standing: Sheet {
        Sheet(
            t("report.standing"),
            [
                .text(t("report.what"), width: 48) { words.name($0) },
                .text(t("report.kind")) { t("noun.\($0.noun.rawValue)") },
                .text(t("report.within")) { $0.within.map(words.text) },
                .text(t("areas.title"), width: 40) { words.areas($0.areas) },
                .text(t("report.line")) { $0.line.map(words.line) }, .text(t("report.how")) { words.origin($0) },
            ], of: report.standing)
    }

    private var events: Sheet {
        Sheet(
            t("report.events"),
            [
                .date(t("report.day")) { Day($0.day) }, .text(t("report.happened")) { words.kind($0.kind) },
                .text(t("report.what"), width: 48) { words.text($0.title) },
                .text(t("report.startup")) { $0.startupName.map(words.text) },
                .text(t("report.country")) { $0.country?.code },
                .text(t("areas.title"), width: 40) { words.areas($0.areas) },
                .text(t("report.line")) { $0.line.map(words.line) },
                .integer(t("session.attendance")) { $0.attendance },
            ], of: report.activities)
    }
}
