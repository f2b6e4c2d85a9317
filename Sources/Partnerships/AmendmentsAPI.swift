import API
import Accounts
import Foundation
import Institutions
import Vocabulary

import struct API.Operation

/// What is changed of signed agreements, by API.
enum AmendmentsAPI {
    static let operations: [AnyOperation] = [listAmendments, draftAmendment, withdrawAmendment, signAmendment]

    private static var listAmendments: AnyOperation {
        Operation(
            .get, "/v1/mous/{mou}/amendments", "listMoUAmendments",
            summary: "What was changed of an agreement since it was signed", tag: "partnerships",
            access: .roles([.manager, .partner]), parameters: MoUPath.self, output: AmendmentList.self,
            problems: [.notFound]
        ) { call in
            guard let mou = try await call.reader.mou(call.parameters.mou) else { throw Problem.notFound }
            return .ok(AmendmentList(try await call.reader.amendments(of: mou.id)))
        }.erased
    }

    private static var draftAmendment: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/amendments", "draftMoUAmendment", summary: "Draft a change of a signed agreement",
            description: "It counts once all parties have signed it, from its day on.", tag: "partnerships",
            access: .roles([.manager]), parameters: MoUPath.self, body: AmendmentBody.self, output: AmendmentList.self,
            problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let (id, mou) = (Amendment.ID(), call.parameters.mou)
            return try await call.write { transaction in
                try await transaction.draftAmendment(
                    call.body.new, as: id, of: mou, in: tenant, by: principal.personID)
                return .ok(AmendmentList(try await transaction.amendments(of: mou)))
            }
        }.erased
    }

    private static var withdrawAmendment: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/amendments/{amendment}/withdrawal", "withdrawMoUAmendment",
            summary: "Take a draft of an amendment away that no party has signed",
            description: "Whoever was asked to sign it gets a letter. Its number may be given to the next.",
            tag: "partnerships", access: .roles([.manager]), parameters: AmendmentPath.self, output: AmendmentList.self,
            problems: [.notFound, .conflict]
        ) { call in
            let path = call.parameters
            return try await call.write { transaction in
                try await transaction.withdrawAmendment(path.amendment, of: path.mou)
                return .ok(AmendmentList(try await transaction.amendments(of: path.mou)))
            }
        }.erased
    }

    private static var signAmendment: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/amendments/{amendment}/signatures", "signMoUAmendment",
            summary: "Record that a party has signed an amendment", tag: "partnerships", access: .roles([.manager]),
            parameters: AmendmentPath.self, body: AmendmentSignatureBody.self, output: AmendmentList.self,
            problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let path = call.parameters
            return try await call.write { transaction in
                try await transaction.signAmendment(
                    path.amendment, of: path.mou, call.body.signature, in: tenant, by: principal.personID)
                return .ok(AmendmentList(try await transaction.amendments(of: path.mou)))
            }
        }.erased
    }
}

struct AmendmentPath: Codable {
    let mou: MoU.ID
    let amendment: Amendment.ID
}

struct AmendmentPartyPath: Codable {
    let mou: MoU.ID
    let amendment: Amendment.ID
    let party: Institution.ID
}

/// What a manager sends to draft an amendment.
struct AmendmentBody: Described {
    let words: LongText
    let effectiveOn: CalendarDate
    let endsOn: CalendarDate?
    let noticeDays: Int?

    static let documentation = [
        "effective_on": "From when it counts; no later than the agreement ends.",
        "ends_on": "The agreement's new end; leave out where it stays.",
        "notice_days": "Leave out where they stay.",
    ]

    var new: NewAmendment { NewAmendment(words, effectiveOn: effectiveOn, endsOn: endsOn, noticeDays: noticeDays) }
}

/// What a manager sends to record a party's signature of an amendment.
struct AmendmentSignatureBody: Described {
    let institution: Institution.ID
    let signedOn: CalendarDate
    let name: Name
    let title: ShortText

    static let documentation = ["institution": "The party.", "title": "The office held on that day."]

    var signature: Amendment.Signature { Amendment.Signature(for: institution, on: signedOn, by: name, title: title) }
}

/// Amendments as JSON.
struct AmendmentList: Described {
    let items: [Item]

    struct Item: Codable {
        let id: Amendment.ID
        let number: Int
        let words: LongText
        let sha256: String
        let effectiveOn: CalendarDate
        let endsOn: CalendarDate?
        let endsOnBefore: CalendarDate?
        let noticeDays: Int?
        let signedOn: CalendarDate?
        let signatures: [SignatureItem]
    }

    struct SignatureItem: Codable {
        let institution: Institution.ID
        let signedOn: CalendarDate
        let name: Name
        let title: ShortText
        let isByOwnHand: Bool
    }

    init(_ amendments: [Amendment]) {
        items = amendments.map { amendment in
            Item(
                id: amendment.id, number: amendment.number, words: amendment.words, sha256: amendment.sha256,
                effectiveOn: amendment.effectiveOn, endsOn: amendment.endsOn, endsOnBefore: amendment.endsOnBefore,
                noticeDays: amendment.noticeDays, signedOn: amendment.signedOn,
                signatures: amendment.signatures.map {
                    SignatureItem(
                        institution: $0.institution, signedOn: $0.signedOn, name: $0.name, title: $0.title,
                        isByOwnHand: $0.isByOwnHand)
                })
        }
    }
}
