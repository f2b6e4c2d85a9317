internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Postgres
internal import Vocabulary

internal import struct API.Operation

/// What managers decide about lists before their investors see them, by API.
enum ShortlistReviewAPI {
    static let operations: [AnyOperation] = [
        withholdShortlistItem, putBackShortlistItem, declineShortlist, releaseShortlists, declineShortlists,
    ]

    private static var withholdShortlistItem: AnyOperation {
        Operation(
            .post, "/v1/shortlists/{shortlist}/items/{startup}/withholding", "withholdShortlistItem",
            summary: "Keep a startup from a shortlist that is not released yet",
            description: """
                The investor never learns of it, and it counts neither as shown nor towards a cap. What is withheld when the \
                list is released stays withheld.
                """, tag: "investment", access: .roles([.manager]), parameters: ItemPath.self,
            body: NewWithholding.self,
            output: WithheldItem.self, problems: [.notFound, .conflict]
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            return try await call.write { transaction in
                .ok(
                    try await transaction.withholdShortlistItem(
                        path.startup, of: path.shortlist, call.body, by: person))
            }
        }.erased
    }

    private static var putBackShortlistItem: AnyOperation {
        Operation(
            .post, "/v1/shortlists/{shortlist}/items/{startup}/return", "putBackShortlistItem",
            summary: "Put a withheld startup back on its shortlist",
            description: "In its old place. A block that was set with it is lifted.", tag: "investment",
            access: .roles([.manager]), parameters: ItemPath.self, output: ShortlistItem.self,
            problems: [.notFound, .conflict]
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            return try await call.write { transaction in
                .ok(try await transaction.putBackShortlistItem(path.startup, of: path.shortlist, by: person))
            }
        }.erased
    }

    private static var declineShortlist: AnyOperation {
        Operation(
            .post, "/v1/shortlists/{shortlist}/decline", "declineShortlist",
            summary: "Show a shortlist to nobody",
            description: """
                Its investor is told nothing, and its startups may come again in any later run. It cannot be taken back.
                """, tag: "investment", access: .roles([.manager]), parameters: ShortlistPath.self,
            body: NewDecline.self,
            output: Shortlist.self, problems: [.notFound, .conflict]
        ) { call in
            let (id, person) = (call.parameters.shortlist, try call.principal.personID)
            return try await call.write { transaction in
                .ok(try await transaction.declineShortlist(id, because: call.body, by: person))
            }
        }.erased
    }

    private static var releaseShortlists: AnyOperation {
        Operation(
            .post, "/v1/shortlist-releases", "releaseShortlists", summary: "Show several shortlists to their investors",
            description: """
                Each as by `releaseShortlist`, with one letter an investor. All of them or none, unless `partial`; with \
                `dry_run` nothing changes and the same is said of each.
                """, tag: "investment", access: .roles([.manager]), body: ShortlistsBody.self,
            output: RowVerdicts<ShortlistVerdict>.self, problems: [.conflict]
        ) { call in
            let (body, person) = (call.body, try call.principal.personID)
            let mode = BulkMode(dryRun: body.dryRun, partial: body.partial)
            let lists = try BulkMode.rows(body.shortlists, at: "/shortlists")
            return try await call.write { transaction in
                let verdicts = try await transaction.releaseShortlists(lists, mode, by: person)
                return .ok(RowVerdicts(verdicts, of: lists, mode) { ShortlistVerdict(shortlist: $0, fault: $1.fault) })
            }
        }.erased
    }

    private static var declineShortlists: AnyOperation {
        Operation(
            .post, "/v1/shortlist-declines", "declineShortlists", summary: "Show several shortlists to nobody",
            description: """
                Each as by `declineShortlist`. All of them or none, unless `partial`; with `dry_run` nothing changes and the \
                same is said of each.
                """, tag: "investment", access: .roles([.manager]), body: DeclinesBody.self,
            output: RowVerdicts<ShortlistVerdict>.self, problems: [.conflict]
        ) { call in
            let (body, person) = (call.body, try call.principal.personID)
            let mode = BulkMode(dryRun: body.dryRun, partial: body.partial)
            let lists = try BulkMode.rows(body.shortlists, at: "/shortlists")
            let decline = NewDecline(body.reason, note: body.note)
            try decline.check()
            return try await call.write { transaction in
                let verdicts = try await transaction.declineShortlists(lists, because: decline, mode, by: person)
                return .ok(RowVerdicts(verdicts, of: lists, mode) { ShortlistVerdict(shortlist: $0, fault: $1.fault) })
            }
        }.erased
    }
}

/// Lists to be released.
struct ShortlistsBody: Described {
    let shortlists: [Shortlist.ID]
    let dryRun: Bool?
    let partial: Bool?

    static let documentation = ["dry_run": BulkMode.dryRunMeaning, "partial": BulkMode.partialMeaning]
}

/// Lists to be declined, and why.
struct DeclinesBody: Described {
    let shortlists: [Shortlist.ID]
    let reason: DeclineReason
    let note: ShortText?
    let dryRun: Bool?
    let partial: Bool?

    static let documentation = [
        "note": "For managers; demanded by `other`.", "dry_run": BulkMode.dryRunMeaning,
        "partial": BulkMode.partialMeaning,
    ]
}

/// What came of a list.
struct ShortlistVerdict: Described {
    let shortlist: Shortlist.ID
    let fault: RowFault?
}
