// swift-tools-version:6.2
import PackageDescription

// Every import states its visibility, every existential says `any`, and a warning fails the build.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    // An async function goes on where its caller runs instead of moving to the shared threads and back.
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// A module of `Sources/`, with the modules below it.
func module(
    _ name: String, on dependencies: [Target.Dependency] = [], resources: [Resource] = []
) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

/// The tests of a module, in the folder that mirrors it.
func tests(of name: String, with dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.byName(name: name)] + dependencies, resources: resources,
        swiftSettings: settings)
}

/// What a room of the domain may stand on.
let core: [Target.Dependency] = ["Postgres", "Jobs", "API", "Pages", "Vocabulary", "Wording", "Accounts"]
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let rooms = [
    "Letters", "Institutions", "Partnerships", "Programs", "Applications", "Reviews", "Decisions", "Incubation",
    "Investment", "DemoDays", "Fundraising", "Imports",
]
/// What the tests of a room may use beside it.
func besides(_ room: String) -> [Target.Dependency] {
    core + rooms.filter { $0 != room }.map { .byName(name: $0) }
        + [
            "TestWorld", "TestMail", "DemoWorld", "Matching", "Tabular", "Delivery", "Files", "Eligibility", logging,
            crypto,
        ]
}
let hummingbird: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")

let package = Package(
    name: "trellis",
    defaultLocalization: "en",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "trellis", targets: ["trellis"]), .executable(name: "watermark", targets: ["watermark"]),
    ],
    dependencies: [
        // The HTTP server: small, on SwiftNIO, with typed request contexts; we declare operations on top of it.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        // Logic-less templates, so that a page cannot hide code. Its HTML escaper is replaced by ours, see `Pages`.
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        // The parts of requests and answers that the server hands along.
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.1"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        // Hashes, sealed cursors and request signatures.
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    ],
    targets: [
        // C libraries of Debian: a module map and a shim, nothing else.
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        // The allocator of the service: glibc's contends and fragments where one thread frees what another took, as a
        // server's threads do. It took six per cent off the processor time of a read.
        .systemLibrary(name: "CJemalloc", pkgConfig: "jemalloc", providers: [.apt(["libjemalloc-dev"])]),
        // The one word of C that a search cannot do without: it asks memory for blocks that it will look into.
        .systemLibrary(name: "CCache"),
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
        .systemLibrary(name: "CICal", pkgConfig: "libical", providers: [.apt(["libical-dev"])]),
        .systemLibrary(name: "CXlsxWriter", pkgConfig: "xlsxwriter", providers: [.apt(["libxlsxwriter-dev"])]),
        .systemLibrary(name: "CQPDF", pkgConfig: "libqpdf", providers: [.apt(["libqpdf-dev"])]),
        .systemLibrary(name: "CPango", pkgConfig: "pangocairo", providers: [.apt(["libpango1.0-dev"])]),

        // Foundations know nothing of incubation.
        module("Postgres", on: ["CLibPQ", logging]),
        module("Tabular"),
        module("Exports", on: ["CXlsxWriter", "Tabular"]),
        module("Files", on: ["CZip", "API"]),
        module("Calendars", on: ["CICal"]),
        module("Matching", on: ["CCache"]),
        module("Assignment"),
        module("Calibration"),
        module("Eligibility"),
        module("Backtest", on: ["Matching", "Tabular"]),
        module("Jobs", on: ["Postgres", logging, lifecycle]),
        module("Delivery", on: ["CCurl"]),
        module(
            "API",
            on: [
                "Postgres", hummingbird, logging, lifecycle, crypto,
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
            ]),
        module(
            "Pages", on: [mustache], resources: [.copy("Templates"), .copy("Assets"), .copy("Translations")]),

        // The core every room speaks with.
        module("Vocabulary", on: ["Postgres", "API"], resources: [.copy("Resources")]),
        // What kinds of answer a form takes, as data.
        module("Forms", on: ["Vocabulary"]),
        // How the vocabulary's values are said on a page.
        module(
            "Wording", on: ["Postgres", "API", "Pages", "Vocabulary", "Forms", "Exports", "Files"],
            resources: [.copy("Templates"), .copy("Translations"), .copy("Refusals")]),
        module(
            "Accounts",
            on: [
                "CSodium", "Postgres", "Jobs", "API", "Pages", "Vocabulary", "Wording", crypto,
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
            ],
            resources: [.copy("Templates"), .copy("Translations")]),

        // Rooms: one capability each.
        module("Letters", on: core + ["Delivery"], resources: [.copy("Templates"), .copy("Translations")]),
        module(
            "Institutions", on: core + ["Tabular"], resources: [.copy("Templates"), .copy("Translations")]),
        module(
            "Partnerships", on: core + ["Exports", "Files", "Letters", "Institutions"],
            resources: [.copy("Templates"), .copy("Translations")]),
        module(
            "Programs", on: core + ["Forms", "Letters", "Institutions", "Partnerships", "Eligibility"],
            resources: [.copy("Templates"), .copy("Translations"), .copy("Presets"), .copy("ConditionTemplates")]),
        module(
            "Applications",
            on: core + [
                "Forms", "Letters", "Institutions", "Programs", "Exports", "Files", "Eligibility",
            ],
            resources: [.copy("Templates"), .copy("Translations")]),
        module(
            "Reviews",
            on: core + [
                "Forms", "Letters", "Institutions", "Programs", "Applications", "Files", "Assignment", "Calibration",
                "Exports", "Tabular",
            ],
            resources: [.copy("Templates"), .copy("Translations")]),
        module(
            "Decisions",
            on: core + [
                "Exports", "Letters", "Institutions", "Programs", "Applications", "Reviews", "Calibration", "Tabular",
            ],
            resources: [.copy("Templates"), .copy("Translations")]),
        module(
            "Incubation", on: core + ["Institutions", "Programs", "Applications"],
            resources: [.copy("Templates"), .copy("Translations")]),
        module(
            "Investment",
            on: core + [
                "Exports", "Letters", "Institutions", "Tabular", "Matching", "Calendars", crypto, logging, lifecycle,
            ],
            resources: [.copy("Templates"), .copy("Translations")]),

        module(
            "DemoDays",
            on: core + ["Exports", "Letters", "Institutions", "Investment", "Matching", "Calendars", crypto],
            resources: [.copy("Templates"), .copy("Translations")]),

        module(
            "Fundraising",
            on: core + ["Exports", "Files", "Letters", "Institutions", "Investment"],
            resources: [.copy("Templates"), .copy("Translations")]),

        module(
            "Imports", on: core + ["Institutions", "Investment", "Tabular"],
            resources: [.copy("Templates"), .copy("Translations")]),

        module(
            "Insight",
            on: core + [
                "Letters", "Institutions", "Partnerships", "Programs", "Applications", "Reviews", "Decisions", crypto,
                logging,
            ],
            resources: [.copy("Templates"), .copy("Translations")]),

        // The invented institutions and people of the demo and of the tests, made by the rooms' own verbs.
        module(
            "DemoWorld",
            on: [
                "Postgres", "Jobs", "API", "Vocabulary", "Accounts", "Letters", "Institutions", "Partnerships",
                "Programs",
                "Applications", "Reviews", "Decisions", "Incubation", "Investment", "DemoDays", "Fundraising",
                "Eligibility", "Forms", "Files",
            ]),

        // The rooms joined: every operation, page and job over one database.
        module(
            "House",
            on: core + [
                "Letters", "Institutions", "Partnerships", "Programs", "Applications", "Reviews", "Decisions",
                "Incubation", "Investment", "DemoDays", "Fundraising",
                "Imports", "Insight", "Files", logging,
            ],
            resources: [.copy("Templates"), .copy("Translations")]),

        // What parses the PDFs of strangers, apart from everything else.
        .executableTarget(name: "watermark", dependencies: ["CQPDF", "CPango"], swiftSettings: settings),

        .executableTarget(
            name: "trellis",
            dependencies: core + [
                "CJemalloc", "House", "Files", "Delivery", "Letters", "Institutions", "Investment", "Imports",
                "DemoWorld",
                "Tabular", "Matching", "Backtest",
                arguments, logging, crypto, lifecycle,
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings),

        // A real PostgreSQL for every test that touches data.
        .target(
            name: "TestWorld",
            dependencies: core + [
                "DemoWorld", "House", "Institutions", "Letters", "Programs", "Applications", "Reviews", "Decisions",
                logging,
                .product(name: "NIOPosix", package: "swift-nio"),
            ], path: "Tests/TestWorld",
            swiftSettings: settings),
        // A real mail server for every test that sends.
        .target(
            name: "TestMail", path: "Tests/TestMail", resources: [.copy("receiver.py")], swiftSettings: settings),
        tests(of: "Postgres", with: [logging], resources: [.copy("FakeServer")]),
        tests(of: "Tabular"),
        tests(of: "Exports"),
        tests(of: "Files", resources: [.copy("clamd.py")]),
        tests(of: "Calendars"),
        tests(of: "Delivery", with: ["TestMail"]),
        tests(of: "Matching"),
        tests(of: "Assignment"),
        tests(of: "Forms", with: ["Vocabulary"]),
        tests(of: "Calibration"),
        tests(of: "Eligibility"),
        tests(of: "Backtest", with: ["Matching"]),
        tests(of: "Jobs", with: ["Postgres", logging, lifecycle]),
        tests(
            of: "API",
            with: [
                "Postgres", logging, lifecycle, .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        tests(of: "Pages"),
        tests(of: "Vocabulary", with: ["Postgres", "API"]),
        tests(
            of: "Accounts",
            with: [
                "TestWorld", "DemoWorld", "Postgres", "API", "Vocabulary",
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        tests(of: "Wording", with: ["API", "Forms", "Pages", "Vocabulary"]),
        tests(of: "trellis", with: ["Investment", "Vocabulary", "Jobs", "Delivery", "Letters", arguments]),
        tests(
            of: "House", with: besides("House") + ["Insight", "Exports", "CZip"],
            resources: [.copy("authorization.matrix")]),
    ] + rooms.map { tests(of: $0, with: besides($0)) }
)
