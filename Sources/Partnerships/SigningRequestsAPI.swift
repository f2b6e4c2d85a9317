import API
import Accounts
import Foundation
import Institutions
import Vocabulary

import struct API.Operation

/// Asking people of the parties to sign, and their signing by their own hand, by API.
enum SigningRequestsAPI {
    static let operations: [AnyOperation] = [
        list, listSignatories, ask, takeBack, sign, refuse, listOfAmendment, listSignatoriesOfAmendment, askOfAmendment,
        takeBackOfAmendment, signAmendment, refuseAmendment,
    ]

    private static var list: AnyOperation {
        Operation(
            .get, "/v1/mous/{mou}/signing-requests", "listMoUSigningRequests",
            summary: "Who is asked to sign an agreement, and who refused",
            description: "Managers read those at all parties; a partner those at its own institution.",
            tag: "partnerships", access: .roles([.manager, .partner]), parameters: MoUPath.self,
            output: SigningRequestList.self, problems: [.notFound]
        ) { call in
            guard try await call.reader.mou(call.parameters.mou) != nil else { throw Problem.notFound }
            return .ok(SigningRequestList(try await call.reader.signingRequests(of: call.parameters.mou)))
        }.erased
    }

    private static var listSignatories: AnyOperation {
        Operation(
            .get, "/v1/mous/{mou}/possible-signatories", "listPossibleMoUSignatories",
            summary: "The staff of parties that have not signed", tag: "partnerships", access: .roles([.manager]),
            parameters: MoUPath.self, output: PossibleSignatories.self, problems: [.notFound]
        ) { call in
            guard try await call.reader.mou(call.parameters.mou) != nil else { throw Problem.notFound }
            return .ok(PossibleSignatories(items: try await call.reader.possibleSignatories(of: call.parameters.mou)))
        }.erased
    }

    private static var ask: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/signing-requests", "askToSignMoU",
            summary: "Ask a person of a party to sign an agreed text by their own hand",
            description: """
                Takes the place of whoever was asked at that party before. They get a letter. From when to when the agreement \
                binds is said before anybody is asked, and stands once somebody has signed by their own hand.
                """,
            tag: "partnerships", access: .roles([.manager]), parameters: MoUPath.self, body: NewSigningRequest.self,
            output: SigningRequestList.self, problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let (tenant, mou) = (try principal.workspace, call.parameters.mou)
            return try await call.write { transaction in
                try await transaction.askToSign(
                    mou, call.body.seat, effectiveOn: call.body.effectiveOn, endsOn: call.body.endsOn, in: tenant,
                    by: principal.personID)
                return .ok(SigningRequestList(try await transaction.signingRequests(of: mou)))
            }
        }.erased
    }

    private static var takeBack: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/parties/{party}/signing-request/withdrawal", "takeBackMoUSigningRequest",
            summary: "Take back that a party's person was asked to sign", tag: "partnerships",
            access: .roles([.manager]), parameters: MoUPartyPath.self, output: SigningRequestList.self,
            problems: [.notFound]
        ) { call in
            let path = call.parameters
            return try await call.write { transaction in
                try await transaction.takeBackRequest(toSign: path.mou, for: path.party)
                return .ok(SigningRequestList(try await transaction.signingRequests(of: path.mou)))
            }
        }.erased
    }

    private static var sign: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/own-signature", "signMoUByOwnHand",
            summary: "Sign an agreed text for one's institution, having been asked to",
            description: """
                The signature is of today, in the workspace's zone, under the signatory's own name, and of what they read: a \
                text that is another by now, or under other dates, is refused. Once all parties have signed, the agreement \
                is signed. It cannot be taken back.
                """, tag: "partnerships", access: .roles([.partner]), parameters: MoUPath.self,
            body: OwnSignature.self, output: MoUView.self, problems: [.notFound, .conflict]
        ) { call in
            let (principal, id) = (try call.principal, call.parameters.mou)
            let (tenant, party) = (try principal.workspace, Institution.ID(try principal.actsFor))
            let read = try call.body.read()
            return try await call.write { transaction in
                let mou = try await transaction.signByOwnHand(
                    id, having: read, as: call.body.title, for: party, in: tenant, by: principal.personID)
                return .ok(try await transaction.view(of: mou))
            }
        }.erased
    }

    private static var refuse: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/own-signature/refusal", "refuseToSignMoU",
            summary: "Say that one does not sign, and why", description: "The managers are told, and may ask again.",
            tag: "partnerships", access: .roles([.partner]), parameters: MoUPath.self, body: SigningRefusal.self,
            output: SigningRequestList.self, problems: [.notFound, .conflict]
        ) { call in
            let (principal, id) = (try call.principal, call.parameters.mou)
            let party = Institution.ID(try principal.actsFor)
            return try await call.write { transaction in
                try await transaction.refuseToSign(id, because: call.body.reason, for: party, by: principal.personID)
                return .ok(SigningRequestList(try await transaction.signingRequests(of: id)))
            }
        }.erased
    }

    private static var listOfAmendment: AnyOperation {
        Operation(
            .get, "/v1/mous/{mou}/amendments/{amendment}/signing-requests", "listMoUAmendmentSigningRequests",
            summary: "Who is asked to sign an amendment, and who refused",
            description: "Managers read those at all parties; a partner those at its own institution.",
            tag: "partnerships", access: .roles([.manager, .partner]), parameters: AmendmentPath.self,
            output: SigningRequestList.self, problems: [.notFound]
        ) { call in
            let path = call.parameters
            _ = try await call.reader.amendment(path.amendment, of: path.mou)
            return .ok(
                SigningRequestList(
                    try await call.reader.signingRequests(of: path.mou, amendment: path.amendment)))
        }.erased
    }

    private static var listSignatoriesOfAmendment: AnyOperation {
        Operation(
            .get, "/v1/mous/{mou}/amendments/{amendment}/possible-signatories", "listPossibleMoUAmendmentSignatories",
            summary: "The staff of parties that have not signed an amendment", tag: "partnerships",
            access: .roles([.manager]), parameters: AmendmentPath.self, output: PossibleSignatories.self,
            problems: [.notFound]
        ) { call in
            let path = call.parameters
            _ = try await call.reader.amendment(path.amendment, of: path.mou)
            return .ok(
                PossibleSignatories(
                    items: try await call.reader.possibleSignatories(of: path.mou, amendment: path.amendment)))
        }.erased
    }

    private static var askOfAmendment: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/amendments/{amendment}/signing-requests", "askToSignMoUAmendment",
            summary: "Ask a person of a party to sign an amendment by their own hand",
            description: """
                Takes the place of whoever was asked at that party before. They get a letter. An amendment counts from its day \
                where all have signed it by then; nobody is asked later.
                """,
            tag: "partnerships", access: .roles([.manager]), parameters: AmendmentPath.self,
            body: NewAmendmentSigningRequest.self, output: SigningRequestList.self, problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let (tenant, path) = (try principal.workspace, call.parameters)
            return try await call.write { transaction in
                try await transaction.askToSign(
                    path.amendment, of: path.mou, call.body.seat, in: tenant, by: principal.personID)
                return .ok(
                    SigningRequestList(
                        try await transaction.signingRequests(of: path.mou, amendment: path.amendment)))
            }
        }.erased
    }

    private static var takeBackOfAmendment: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/amendments/{amendment}/parties/{party}/signing-request/withdrawal",
            "takeBackMoUAmendmentSigningRequest",
            summary: "Take back that a party's person was asked to sign an amendment", tag: "partnerships",
            access: .roles([.manager]), parameters: AmendmentPartyPath.self, output: SigningRequestList.self,
            problems: [.notFound]
        ) { call in
            let path = call.parameters
            return try await call.write { transaction in
                try await transaction.takeBackRequest(toSign: path.mou, amendment: path.amendment, for: path.party)
                return .ok(
                    SigningRequestList(
                        try await transaction.signingRequests(of: path.mou, amendment: path.amendment)))
            }
        }.erased
    }

    private static var signAmendment: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/amendments/{amendment}/own-signature", "signMoUAmendmentByOwnHand",
            summary: "Sign an amendment for one's institution, having been asked to",
            description: """
                The signature is of today, in the workspace's zone, under the signatory's own name, and of what they read: \
                `texts` has the amendment's SHA-256, and the days are the amendment's own. Once all parties have signed, it \
                counts from its day, and the agreement ends when it says. It cannot be taken back.
                """, tag: "partnerships", access: .roles([.partner]), parameters: AmendmentPath.self,
            body: OwnSignature.self, output: AmendmentList.self, problems: [.notFound, .conflict]
        ) { call in
            let (principal, path) = (try call.principal, call.parameters)
            let (tenant, party) = (try principal.workspace, Institution.ID(try principal.actsFor))
            let read = try call.body.read()
            return try await call.write { transaction in
                try await transaction.signByOwnHand(
                    path.amendment, of: path.mou, having: read, as: call.body.title, for: party, in: tenant,
                    by: principal.personID)
                return .ok(AmendmentList(try await transaction.amendments(of: path.mou)))
            }
        }.erased
    }

    private static var refuseAmendment: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/amendments/{amendment}/own-signature/refusal", "refuseToSignMoUAmendment",
            summary: "Say that one does not sign an amendment, and why",
            description: "The managers are told, and may ask again.", tag: "partnerships", access: .roles([.partner]),
            parameters: AmendmentPath.self, body: SigningRefusal.self, output: SigningRequestList.self,
            problems: [.notFound, .conflict]
        ) { call in
            let (principal, path) = (try call.principal, call.parameters)
            let party = Institution.ID(try principal.actsFor)
            return try await call.write { transaction in
                try await transaction.refuseToSign(
                    path.mou, amendment: path.amendment, because: call.body.reason, for: party, by: principal.personID)
                return .ok(
                    SigningRequestList(
                        try await transaction.signingRequests(of: path.mou, amendment: path.amendment)))
            }
        }.erased
    }
}

/// What a manager sends to ask somebody to sign.
struct NewSigningRequest: Described {
    let seat: Seat.ID
    let effectiveOn: CalendarDate?
    let endsOn: CalendarDate?

    static let documentation = [
        "seat": "The person's seat at a party that has not signed, see the possible signatories.",
        "effective_on": "The first day in force; what was said before stands where it is left out.",
        "ends_on": "The first day no longer in force; without an `effective_on`, what was said before stands.",
    ]
}

/// What a manager sends to ask somebody to sign an amendment.
struct NewAmendmentSigningRequest: Described {
    let seat: Seat.ID

    static let documentation = [
        "seat": "The person's seat at a party that has not signed, see the amendment's possible signatories."
    ]
}

/// What a signatory sends to sign.
struct OwnSignature: Described {
    let title: ShortText
    let isEntitled: Bool?
    let texts: [String]?
    let effectiveOn: CalendarDate?
    let endsOn: CalendarDate?

    static let documentation = [
        "title": "The office they hold; kept as on this day.",
        "is_entitled":
            "Their word that they read the text and may sign it for their institution; nothing is signed without.",
        "texts":
            "The SHA-256 of each wording they read: the last of every language. None where the agreement has none.",
        "effective_on": "The first day in force, as they read it; left out where none is said.",
        "ends_on": "The first day no longer in force, as they read it; left out where none is said.",
    ]

    /// What is signed; refused without their word.
    func read() throws(Problem) -> AgreementAsRead {
        guard isEntitled == true else {
            throw Problem(
                .invalid,
                errors: [
                    .init(
                        "/is_entitled", .required, "Confirm that you read the text and may sign for your institution.")
                ])
        }
        return AgreementAsRead(texts: Set(texts ?? []), effectiveOn: effectiveOn, endsOn: endsOn)
    }
}

/// What a signatory sends who does not sign.
struct SigningRefusal: Described {
    let reason: ShortText
}

/// The staff of parties that have not signed, as JSON.
struct PossibleSignatories: Codable {
    let items: [PossibleSignatory]
}

/// Who is asked to sign, as JSON.
struct SigningRequestList: Described {
    let items: [Item]

    struct Item: Codable {
        let institution: Institution.ID
        let person: Person.ID?
        let personName: String?
        let askedAt: Date
        let refusedAt: Date?
        let reason: ShortText?
    }

    static let documentation = ["items": "One at most for each party that is asked."]

    init(_ requests: [SigningRequest]) {
        items = requests.map { request in
            // Who may not know a person's name does not learn who they are either.
            Item(
                institution: request.institution, person: request.personName == nil ? nil : request.person,
                personName: request.personName, askedAt: request.askedAt, refusedAt: request.refusedAt,
                reason: request.reason)
        }
    }
}
