import API
import Accounts
import Institutions
import Postgres
import Vocabulary

/// Who answers for an agreement from now on, by API.
enum HandoversAPI {
    static let operations: [AnyOperation] = [nameCoordinator, nameLegalReviewer]

    private static var nameCoordinator: AnyOperation {
        Operation(
            .put, "/v1/mous/{mou}/parties/{party}/coordinator", "nameMoUCoordinator",
            summary: "Name who coordinates an agreement for a party",
            description: """
                Managers name any party's, until the agreement is over; a partner's staff that of their own institution, once \
                the text is shared. From then on the history says who did before. `If-Match` is the agreement's entity tag.
                """,
            tag: "partnerships", access: .roles([.manager, .partner]), parameters: MoUPartyPath.self,
            body: SuccessorBody.self, output: MoUView.self, problems: [.notFound, .conflict]
        ) { call in
            let path = call.parameters
            return try await call.write { transaction in
                let mou = try await transaction.nameCoordinator(call.body.name, of: path.party, of: path.mou) {
                    try call.match(try await transaction.view(of: $0))
                }
                return .ok(try await transaction.view(of: mou))
            }
        }.erased
    }

    private static var nameLegalReviewer: AnyOperation {
        Operation(
            .put, "/v1/mous/{mou}/legal-reviewer", "nameMoULegalReviewer",
            summary: "Name who reads an agreement for the law",
            description: """
                Until the agreement is over. Once the text is shared the history says who did before. `If-Match` is the \
                agreement's entity tag.
                """,
            tag: "partnerships", access: .roles([.manager]), parameters: MoUPath.self, body: SuccessorBody.self,
            output: MoUView.self, problems: [.notFound, .conflict]
        ) { call in
            try await call.write { transaction in
                let mou = try await transaction.nameLegalReviewer(call.body.name, of: call.parameters.mou) {
                    try call.match(try await transaction.view(of: $0))
                }
                return .ok(try await transaction.view(of: mou))
            }
        }.erased
    }
}

/// What is sent to name who answers from now on.
struct SuccessorBody: Described {
    let name: Name

    static let documentation = ["name": "Their name: nobody needs a seat here for that."]
}
