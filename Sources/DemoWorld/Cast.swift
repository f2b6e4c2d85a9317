package import Accounts
package import Institutions
internal import Vocabulary

/// The invented institutions and people who play in the demo and in the tests. None of them exists.
package enum Cast {
    /// The password of everybody in the cast, who live on nobody's machine but yours.
    package static let password = "trellis demo world"

    // MARK: Workspaces

    /// A science park in Hong Kong; most of the story is told from its workspace.
    package static let harbour = workspace("harbour", "Harbour Science Park")
    /// The rival park, in partnership with the same bank.
    package static let portDigital = workspace("port-digital", "Port Digital Campus")
    /// A department that keeps a workspace for its research agreements.
    package static let borderServices = workspace("border-services", "Border Services Department")
    /// All three.
    package static let workspaces = [harbour, portDigital, borderServices]

    private static func workspace(_ slug: String, _ name: String) -> Tenant {
        Tenant(id: demoID("tenant \(slug)"), slug: slug, name: name, timeZone: "Asia/Hong_Kong")
    }

    // MARK: Institutions

    /// Each institution by its workspace's slug and a slug of its own, e.g. `harbour/sakuragi`.
    package static func institution(_ path: String) -> Institution.ID {
        demoID("institution \(path)")
    }

    /// A startup of the cast by the slug of its name.
    package static func startup(_ slug: String) -> Startup.ID {
        demoID("startup \(slug)")
    }

    // MARK: People

    /// Somebody of the cast, with the seats they hold.
    package struct Member: Sendable {
        /// The account.
        package let person: Person
        /// Where they sit: workspace, institution (nil for the workspace's own), role.
        package let seats: [(tenant: Tenant?, institution: Institution.ID?, role: String)]
        /// What the person is there to show, for the sign-in notes.
        package let part: String

        /// The seat at this position, as `grantSeat` stored it.
        package func seat(_ index: Int = 0) -> Seat.ID {
            demoID("seat \(person.email) \(index)")
        }
    }

    /// Runs the programs of Harbour Science Park.
    package static let mei = member(
        "Mei Lam", "mei@harbour.example", "program manager at Harbour Science Park", [(harbour, nil, "manager")])
    /// A second manager there, for what takes two.
    package static let tom = member(
        "Tom Chan", "tom@harbour.example", "second program manager at Harbour Science Park", [(harbour, nil, "manager")]
    )
    /// Works for the bank, which is partner of both parks.
    package static let kenji = member(
        "Kenji Mori", "kenji@sakuragi.example", "partner staff of Sakuragi Bank Group, at both parks",
        [
            (harbour, institution("harbour/sakuragi"), "partner"),
            (portDigital, institution("port-digital/sakuragi"), "partner"),
        ])
    /// Founder of KelpSense.
    package static let ada = member(
        "Ada Wong", "ada@kelpsense.example", "founder of KelpSense",
        [(harbour, Institution.ID(startup("kelpsense").uuid), "founder")])
    /// Founder of LedgerLeaf.
    package static let ravi = member(
        "Ravi Nair", "ravi@ledgerleaf.example", "founder of LedgerLeaf",
        [(harbour, Institution.ID(startup("ledgerleaf").uuid), "founder")])
    /// Invests for Tidewater Capital, and judges applications to Harbour.
    package static let jun = member(
        "Jun Sato", "jun@tidewater.example", "investor at Tidewater Capital, and a reviewer at Harbour Science Park",
        [(harbour, institution("harbour/tidewater"), "investor"), (harbour, nil, "reviewer")])
    /// Prepares for Tidewater Capital what Jun answers.
    package static let mina = member(
        "Mina Ogawa", "mina@tidewater.example", "analyst at Tidewater Capital",
        [(harbour, institution("harbour/tidewater"), "investor")])
    /// Invests for Lion Peak Angels.
    package static let chloe = member(
        "Chloe Yip", "chloe@lionpeak.example", "investor at Lion Peak Angels",
        [(harbour, institution("harbour/lion-peak"), "investor")])
    /// Mentors startups at Harbour Science Park.
    package static let iris = member(
        "Iris Kwok", "iris@mentors.example", "mentor at Harbour Science Park", [(harbour, nil, "mentor")])
    /// Judges applications to Harbour Science Park, in the chair of its panel.
    package static let nora = member(
        "Nora Lau", "nora@panel.example", "reviewer at Harbour Science Park, in the chair of its panel",
        [(harbour, nil, "reviewer")])
    /// Judges applications to Harbour Science Park.
    package static let vera = member(
        "Vera Ito", "vera@institute.example", "reviewer at Harbour Science Park", [(harbour, nil, "reviewer")])
    /// Runs programs at Harbour Science Park and founded Plumbline, which applies there.
    package static let wing = member(
        "Wing Ho", "wing@plumbline.example",
        "program manager at Harbour Science Park who founded an applicant, Plumbline",
        [(harbour, nil, "manager"), (harbour, Institution.ID(startup("plumbline").uuid), "founder")])
    /// Runs the programs of the rival park.
    package static let leo = member(
        "Leo Fung", "leo@portdigital.example", "program manager at Port Digital Campus", [(portDigital, nil, "manager")]
    )
    /// Keeps the department's agreements.
    package static let grace = member(
        "Grace Ho", "grace@border.example", "agreements officer at Border Services Department",
        [(borderServices, nil, "manager")])
    /// Keeps the platform running and sees no tenant's records.
    package static let olga = member(
        "Olga Reyes", "olga@operator.example", "operator of the platform", [(nil, nil, "operator")])

    /// Everybody, the manager first.
    package static let everybody = [
        mei, tom, kenji, ada, ravi, jun, mina, chloe, iris, nora, vera, wing, leo, grace, olga,
    ]

    private static func member(
        _ name: String, _ email: String, _ part: String, _ seats: [(Tenant?, Institution.ID?, String)]
    ) -> Member {
        Member(
            person: Person(id: demoID("person \(email)"), email: email, name: name, locale: "en"),
            seats: seats.map { (tenant: $0, institution: $1, role: $2) }, part: part)
    }
}
