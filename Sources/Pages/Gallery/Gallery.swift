/// Every component on one page, with a made-up world in it: what `/design` shows while one develops.
public struct Gallery: ViewModel {
    var header: PageHeader
    var tabs: Tabs
    var stats: StatTiles
    var filters: Filters
    var table: Table
    var emptyTable: Table
    var timeline: Timeline
    var milestones: Milestones
    var facts: Facts
    var badges: [Badge]
    var actions: [Action]
    var saved: SaveState
    var deadline: TimeText
    var amounts: [MoneyText]
    var form: Form
    var confirmation: Confirmation
    var cards: [ShortlistCard]

    /// The page itself.
    public static let template = PageTemplate<Gallery>("design/gallery", in: .base)

    /// The frame around it, in a language, as a program manager sees it.
    public static func frame(in language: Language) -> Frame {
        let manager = Viewer.Seat(id: "1", role: "manager", label: "Harbour Science Park · Program manager")
        let viewer = Viewer(
            name: "Ada Leung", seat: manager,
            otherSeats: [Viewer.Seat(id: "2", role: "mentor", label: "Kamo Bridge · Mentor")], language: language)
        var frame = Frame(
            title: "Design", site: Site(languageURL: "/design"), viewer: viewer,
            breadcrumbs: [Breadcrumb("Design", "/design")],
            flash: FlashNotice("Application submitted.", link: LinkText("Download your copy", "/design")))
        frame.navigation = [
            NavigationGroup(items: [
                NavigationItem(label: "Today", url: "/design", count: "4"),
                NavigationItem(label: "Applications", url: "/design", isCurrent: true, count: "128"),
                NavigationItem(label: "Calls", url: "/design"),
            ]),
            NavigationGroup(
                label: "Programme",
                items: [
                    NavigationItem(label: "Startups", url: "/design"),
                    NavigationItem(label: "Milestones", url: "/design", count: "3"),
                    NavigationItem(label: "Shortlists", url: "/design"),
                ]),
            NavigationGroup(
                label: "Network",
                items: [
                    NavigationItem(label: "Partners", url: "/design"),
                    NavigationItem(label: "Investors", url: "/design"),
                ]),
        ]
        frame.hasNavigation = true
        return frame
    }

    /// The samples, with the kit's own words in a language.
    public init(in language: Language) {
        let t = PageKit.base.texts(in: language)
        header = PageHeader(
            title: "Lantau Photonics", kind: "Application to the Deep Tech Incubation call",
            badge: Badge("In review", .info),
            lede: "Two of three reviewers have scored it. The panel meets on 4 December; the founders hear by the 8th.",
            actions: [
                .post("Record decision", "/design", style: .primary), .link("Ask for changes", "/design"),
                .link("Download", "/design"),
            ])
        tabs = Tabs(
            label: "Parts of the application",
            items: [
                NavigationItem(label: "Overview", url: "/design", isCurrent: true),
                NavigationItem(label: "Answers", url: "/design"),
                NavigationItem(label: "Reviews", url: "/design", count: "2"),
                NavigationItem(label: "History", url: "/design"),
            ])
        stats = StatTiles([
            .init("Applications", figure: "128", note: "of 140 started", url: "/design"),
            .init("Waiting for review", figure: "17", note: "4 overdue", url: "/design"),
            .init("Admitted", figure: "23", note: "quota 30", url: "/design"),
            .init("Committed", figure: "HK$18.4M", note: "31 introductions", url: "/design"),
        ])
        filters = Filters(
            action: "/design", search: Filters.Search(label: "Search", value: "photon"),
            choices: [
                Filters.Choice(
                    name: "state", label: "State", all: "Any state",
                    options: [("submitted", "Submitted"), ("review", "In review")], chosen: "review"),
                Filters.Choice(
                    name: "stream", label: "Stream", all: "Every stream", options: [("fintech", "Fintech")], chosen: ""),
            ],
            clearURL: "/design")
        table = Gallery.table
        emptyTable = Table(
            caption: "Shortlists", columns: [], rows: [],
            empty: EmptyState(
                title: "No shortlists yet",
                text: "A shortlist pairs one investor's thesis with the startups that fit it. "
                    + "Add an investor's thesis, and the first list is made overnight.",
                action: LinkText("Add a thesis", "/design")))
        timeline = Gallery.timeline
        milestones = Milestones(
            "First year", summary: "2 of 4 milestones",
            milestones: [
                .init("Prototype on the bench", .done, time: Gallery.time("14 Mar 2026")),
                .init("First paying customer", .done, time: Gallery.time("2 Jul 2026")),
                .init("Pilot with a hospital", .current, time: Gallery.time("30 Nov 2026", relative: "in 3 days")),
                .init("Series A opened", .next, time: Gallery.time("31 Mar 2027")),
            ])
        facts = Gallery.facts
        badges = [
            Badge("Draft"), Badge("In review", .info), Badge("Admitted", .success),
            Badge("Changes requested", .warning),
            Badge("Declined", .danger), Badge("New", .accent),
        ]
        actions = [
            .link("Submit application", "/design", style: .primary), .link("Save and close", "/design"),
            .post("Withdraw application", "/design", style: .danger),
        ]
        saved = SaveState("Saved at 14:02", instant: "2026-11-24T06:02:00Z")
        deadline = TimeText(
            instant: "2026-11-27T10:00:00Z", text: "Fri 27 Nov 2026, 18:00", zone: "Hong Kong",
            viewer: "19:00 in Tokyo", relative: "in 3 days")
        amounts = [
            MoneyText(minor: 125_000_000, digits: 2, currency: "HK$"),
            MoneyText(minor: 24_000_000, digits: 0, currency: "¥", note: "≈ HK$1,250,000 at 0.0521, 23 Nov"),
        ]
        form = Gallery.form(t)
        confirmation = Confirmation(
            title: "Withdraw this application?",
            consequences: [
                "Reviewers lose sight of it at once, and their two scores are kept but not counted.",
                "You may apply again until the call closes on 27 November, 18:00 in Hong Kong.",
                "This cannot be undone.",
            ],
            form: Form(
                action: "/design", fields: [], submit: "Withdraw application", texts: t,
                cancel: LinkText("Keep it", "/design"), isDangerous: true))
        cards = [Gallery.card(t, answered: false), Gallery.card(t, answered: true)]
    }
}

extension Gallery {
    private static func time(_ text: String, relative: String? = nil) -> TimeText {
        TimeText(instant: "2026-11-24T06:02:00Z", text: text, relative: relative)
    }

    private static var table: Table {
        let rows: [(String, String, Badge, Int, String, String)] = [
            (
                "Lantau Photonics", "Optical sensing for dialysis", Badge("In review", .info), 120_000_000, "82",
                "24 Nov"
            ),
            (
                "Kwun Tong Robotics", "Elevator inspection by climbing robots", Badge("Submitted", .accent), 45_000_000,
                "76", "23 Nov"
            ),
            (
                "晨光生物科技", "Rapid assays for aquaculture", Badge("Changes requested", .warning), 80_000_000, "71",
                "21 Nov"
            ),
            (
                "東京グリッド株式会社", "Battery dispatch for small grids", Badge("Admitted", .success), 200_000_000, "69",
                "18 Nov"
            ),
            (
                "Peng Chau Carbon", "Mineralisation of cement kiln gas", Badge("Declined", .danger), 15_000_000, "44",
                "17 Nov"
            ),
        ]
        return Table(
            caption: "Applications",
            columns: [
                .init("Startup", sortURL: "/design"), .init("State"), .init("Stream"),
                .init("Asks for", isNumber: true, sortURL: "/design"),
                .init("Score", isNumber: true, sortURL: "/design", sorted: "descending"), .init("Last change"),
            ],
            rows: rows.map { name, pitch, badge, ask, score, date in
                [
                    .link(name, "/design", note: pitch), .badge(badge), .text("Deep tech"),
                    .money(MoneyText(minor: ask, digits: 2, currency: "HK$")), .text(score), .time(time(date)),
                ]
            },
            empty: EmptyState(title: "", text: ""), pager: Pager(summary: "5 of 128", nextURL: "/design"))
    }

    private static var timeline: Timeline {
        Timeline(
            title: "What happened",
            [
                .init("Started", .done, who: "Mei Tanaka", time: time("3 Nov 2026, 10:12")),
                .init("Submitted", .done, who: "Mei Tanaka", time: time("18 Nov 2026, 17:40")),
                .init(
                    "In review", .current, who: "Panel A", time: time("by 4 Dec 2026", relative: "in 10 days"),
                    note: "Two of three reviewers have scored it."),
                .init("Decision", .next, who: "Ada Leung", time: time("by 8 Dec 2026")),
            ])
    }

    private static var facts: Facts {
        Facts(
            title: "At a glance",
            [
                .link("Startup", LinkText("Lantau Photonics Ltd", "/design")), .text("Stream", "Deep tech"),
                .badge("Round", Badge("Seed")),
                .money("Asks for", MoneyText(minor: 120_000_000, digits: 2, currency: "HK$")),
                .time(
                    "Closes",
                    TimeText(
                        instant: "2026-11-27T10:00:00Z", text: "Fri 27 Nov 2026, 18:00", zone: "Hong Kong",
                        viewer: "19:00 in Tokyo")),
                .tags("Focus areas", ["Photonics", "Medical devices", "Sensors"]),
                .text("Founders", "Mei Tanaka\nJonas Ip"),
            ])
    }

    private static func form(_ t: Texts) -> Form {
        let input = FormInput(
            values: [
                "name": ["Lantau Photonics"], "stage": ["seed"], "market": ["jp"], "ask.amount": ["1,200,000"],
                "ask.currency": ["HKD"], "areas": ["photonics"], "starts": ["2026-12-01"],
                "title.en": ["Trouble seen an hour early"], "team.0.name": ["Mei Tanaka"], "team.0.email": ["mei"],
                "pitch": ["Optical sensing that tells a dialysis nurse of trouble an hour before it shows."],
            ],
            errors: [
                ("/email", "Enter an e-mail address like name@example.org"),
                ("/team/0/email", "Enter an e-mail address like name@example.org"),
                ("/seats", "Enter how many seats you need, as a number such as 4"),
            ], texts: t)
        return Form(
            action: "/design",
            sections: [
                FormSection(
                    title: "Your startup", intro: "Reviewers see exactly what you write here.",
                    fields: [
                        input.text("name", label: "Registered name", limit: 200),
                        input.text(
                            "email", label: "E-mail for decisions", hint: "Decisions are sent here and nowhere else.",
                            type: "email", autocomplete: "email"),
                        input.area(
                            "pitch", label: "What you do, in a few sentences", hint: "Say it as to a neighbour.",
                            limit: 500),
                        input.select(
                            "stage", label: "Stage of your round",
                            options: [("preseed", "Pre-seed"), ("seed", "Seed"), ("a", "Series A")]),
                    ]),
                FormSection(
                    title: "Your plan",
                    fields: [
                        input.radios(
                            "market", label: "Where do you want to sell first?",
                            options: [
                                ("hk", "Hong Kong", nil), ("jp", "Japan", "A partner in Kyoto can host you."),
                                ("other", "Elsewhere", nil),
                            ]),
                        input.checkboxes(
                            "areas", label: "Focus areas",
                            options: [("photonics", "Photonics", nil), ("medical", "Medical devices", nil)]),
                        input.localized("title", label: "Headline for the directory"),
                        input.date("starts", label: "When would you move in?"),
                        input.money("ask", label: "How much do you ask for?", currencies: ["HKD", "USD", "JPY"]),
                        input.number("seats", label: "Seats", suffix: "desks"),
                        input.grid(
                            "team", label: "Who will do it?",
                            columns: [
                                .init("name", label: "Name"), .init("role", label: "Role"),
                                .init("email", label: "E-mail", inputmode: "email", isOptional: true),
                            ],
                            words: .init(
                                row: { "Person \($0)" }, add: "Add a person", remove: { "Remove person \($0)" }),
                            fewest: 1, most: 5),
                        input.text("website", label: "Website", isOptional: true, width: "medium"),
                    ]),
            ], submit: "Submit application", texts: t, cancel: LinkText("Back to the call", "/design"),
            draft: "gallery", saved: SaveState("Saved at 14:02", instant: "2026-11-24T06:02:00Z"))
    }

    private static func card(_ t: Texts, answered: Bool) -> ShortlistCard {
        let score = ScoreExplanation(
            figure: answered ? "64" : "82", scale: "of 100",
            summary: answered
                ? "Fits your markets; the round is larger than you usually join."
                : "Four things speak for it, one against: the cheque is below what the round needs.",
            parts: [
                .init("Focus areas", points: 38, evidence: "Photonics and medical devices are both in your thesis."),
                .init("Stage", points: 24, evidence: "Seed, the stage of 9 of your 14 investments."),
                .init("Place", points: 16, evidence: "Hong Kong, selling in Japan: both are in your mandate."),
                .init("Traction", points: 10, evidence: "Two paid pilots since March."),
                .init("Cheque", points: -6, evidence: "You write up to HK$500,000; the round seeks HK$1,200,000."),
            ])
        let input = FormInput([:], texts: t)
        let id = answered ? "card-2" : "card-1"
        return ShortlistCard(
            id: id, rank: answered ? 2 : 1, name: answered ? "東京グリッド株式会社" : "Lantau Photonics",
            url: "/design",
            pitch: answered
                ? "Battery dispatch for small grids, run from a phone."
                : "Optical sensing that tells a dialysis nurse of trouble an hour before it shows.",
            stage: "Seed", ask: MoneyText(minor: 120_000_000, digits: 2, currency: "HK$"), place: "Hong Kong → Japan",
            score: score, cheque: MoneyText(currency: "HK$", figure: "200,000–500,000"),
            change: answered ? nil : "New since your last list: a second paid pilot.",
            focusAreas: ["Photonics", "Medical devices", "Sensors"], program: "Deep Tech Incubation 2026",
            gates: [
                .init("Incorporated in Hong Kong or Japan", isMet: true), .init("Seed or Series A", isMet: true),
                .init("Audited accounts", isMet: nil), .init("No exclusive licence", isMet: answered ? false : true),
            ],
            answered: answered ? Badge("Introduction requested", .success) : nil,
            answer: answered
                ? nil
                : ShortlistCard.AnswerForm(
                    action: "/design",
                    reasons: input.select(
                        "\(id)_reason", label: "Why do you pass?",
                        options: [("stage", "Too early"), ("sector", "Outside our sectors"), ("price", "Valuation")]),
                    until: input.date("\(id)_until", label: "Show it again on"),
                    note: input.area("\(id)_note", label: "A word to the programme", isOptional: true, rows: 3)))
    }
}
