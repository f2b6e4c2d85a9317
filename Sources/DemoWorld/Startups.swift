internal import Institutions
internal import Vocabulary

/// The invented startups of Harbour Science Park.
struct DemoStartup {
    let slug: String
    let name: String
    let pitch: String
    let country: String
    let city: String
    let founded: String
    let focus: [(String, Int)]
    let staff: (all: Int, technical: Int)
    let stage: String?
    let seeking: String
    let askUSD: Int
    let optedIn: Bool

    var profile: StartupProfile {
        get throws {
            var profile = StartupProfile()
            profile.country = Country(country)
            profile.city = try Name(city)
            profile.region = try Name(city)
            profile.pitch = try ShortText(pitch)
            profile.foundedOn = CalendarDate(founded)
            profile.focusAreas = focus.compactMap { slug, weight in
                FocusArea.ID(slug).map { WeightedFocusArea($0, weight: weight) }
            }
            profile.markets = ["HK", "JP"].compactMap { Country($0) }
            profile.fullTimeStaff = staff.all
            profile.technicalStaff = staff.technical
            profile.stage = stage.flatMap { FundingStage($0) }
            profile.seeking = FundingStage(seeking)
            profile.ask = Money(minor: askUSD * 100, currency: .usd)
            return profile
        }
    }

    private init(
        _ name: String, _ pitch: String, _ country: String, _ city: String, _ founded: String,
        _ focus: [(String, Int)], staff: (Int, Int), stage: String?, seeking: String, ask: Int, optedIn: Bool = true
    ) {
        slug = name.lowercased().filter { $0.isLetter || $0.isNumber }
        self.name = name
        self.pitch = pitch
        self.country = country
        self.city = city
        self.founded = founded
        self.focus = focus
        self.staff = (staff.0, staff.1)
        self.stage = stage
        self.seeking = seeking
        askUSD = ask
        self.optedIn = optedIn
    }

    static let all: [DemoStartup] = [
        DemoStartup(
            "KelpSense", "Low-cost buoys that read water quality along a harbour every ten minutes", "HK", "Hong Kong",
            "2025-03-14", [("environmental-monitoring", 60), ("sensors", 40)], staff: (4, 3), stage: "pre-seed",
            seeking: "seed", ask: 800_000),
        DemoStartup(
            "LedgerLeaf", "Reads trade documents and finances the invoices of small exporters", "HK", "Hong Kong",
            "2025-01-20", [("trade-finance", 70), ("credit-technology", 30)], staff: (6, 4), stage: "pre-seed",
            seeking: "seed", ask: 1_200_000),
        DemoStartup(
            "Borderlight", "Checks travel documents by a phone's camera in a second, offline", "HK", "Hong Kong",
            "2024-11-02", [("travel-documents", 50), ("face-recognition", 50)], staff: (7, 6), stage: "seed",
            seeking: "series-a", ask: 4_000_000),
        DemoStartup(
            "Tsuru Robotics", "Two-armed helpers that work beside nurses without a cage", "JP", "Tokyo", "2023-06-30",
            [("collaborative-robotics", 60), ("medical-robots", 40)], staff: (12, 10), stage: "seed",
            seeking: "series-a", ask: 5_000_000),
        DemoStartup(
            "Pavement", "Finds a free parking bay before you turn the corner", "HK", "Hong Kong", "2024-09-09",
            [("smart-parking", 70), ("intelligent-transport", 30)], staff: (5, 4), stage: "pre-seed", seeking: "seed",
            ask: 900_000),
        DemoStartup(
            "Mirasaki Bio", "Cell therapy made in a closed box the size of a fridge", "JP", "Osaka", "2022-04-01",
            [("cell-and-gene-therapy", 80), ("regenerative-medicine", 20)], staff: (18, 15), stage: "series-a",
            seeking: "series-b", ask: 15_000_000),
        DemoStartup(
            "Lantern Care", "Notices from a wall socket when an elderly person has fallen", "HK", "Hong Kong",
            "2025-02-17", [("gerontechnology", 60), ("internet-of-things", 40)], staff: (3, 3), stage: nil,
            seeking: "pre-seed", ask: 300_000),
        DemoStartup(
            "Halyard", "Keeps the know-your-customer files of a bank correct by themselves", "HK", "Hong Kong",
            "2024-05-21", [("regulatory-technology", 70), ("natural-language-processing", 30)], staff: (9, 7),
            stage: "seed", seeking: "series-a", ask: 3_500_000),
        DemoStartup(
            "Gridfellow", "Trades the spare minutes of office air-conditioning as grid reserve", "HK", "Hong Kong",
            "2024-01-15", [("smart-grid", 50), ("energy-efficiency", 50)], staff: (8, 6), stage: "seed",
            seeking: "series-a", ask: 4_500_000),
        DemoStartup(
            "Koi Diagnostics", "A paper strip that tells dengue from influenza in nine minutes", "JP", "Kyoto",
            "2024-08-08", [("point-of-care-testing", 80), ("diagnostics", 20)], staff: (6, 5), stage: "pre-seed",
            seeking: "seed", ask: 1_500_000),
        DemoStartup(
            "Quayside", "One bill and one ticket for ferry, tram, bike and bus", "HK", "Hong Kong", "2025-04-28",
            [("mobility-as-a-service", 100)], staff: (4, 3), stage: nil, seeking: "pre-seed", ask: 400_000),
        DemoStartup(
            "Sealwax", "Signs and proves a contract between companies that do not trust each other's clouds", "HK",
            "Hong Kong", "2024-10-10", [("digital-identity", 50), ("legal-technology", 50)], staff: (5, 4),
            stage: "pre-seed", seeking: "seed", ask: 1_000_000),
        DemoStartup(
            "Umami Protein", "Fermented protein that noodle shops can cook without new equipment", "JP", "Nagoya",
            "2023-12-12", [("alternative-protein", 80), ("food-safety", 20)], staff: (10, 6), stage: "seed",
            seeking: "series-a", ask: 6_000_000),
        DemoStartup(
            "Stairwell", "Plans the retrofit of an old tower floor by floor, from scans", "HK", "Hong Kong",
            "2024-07-07", [("construction-technology", 60), ("digital-twin", 40)], staff: (6, 5), stage: "pre-seed",
            seeking: "seed", ask: 1_100_000),
        DemoStartup(
            "Paperlantern", "Teaches Cantonese reading to six-year-olds by games that adapt", "HK", "Hong Kong",
            "2025-05-05", [("education-technology", 100)], staff: (4, 2), stage: nil, seeking: "pre-seed",
            ask: 250_000),
        DemoStartup(
            "Nebula Yard", "Rents out idle graphics cards of universities to research groups", "HK", "Hong Kong",
            "2024-12-01", [("cloud-and-edge-computing", 70), ("machine-learning", 30)], staff: (5, 5),
            stage: "pre-seed", seeking: "seed", ask: 1_400_000),
        DemoStartup(
            "Typhoon Desk", "Tells a shop or a port what a storm will stop, hour by hour", "HK", "Hong Kong",
            "2024-06-18", [("urban-resilience", 60), ("big-data-analytics", 40)], staff: (6, 5), stage: "seed",
            seeking: "series-a", ask: 2_500_000),
        DemoStartup(
            "Cicada Voice", "Knows a caller by voice and a cloned voice by its flaws", "HK", "Hong Kong", "2024-03-03",
            [("voice-biometrics", 60), ("fraud-detection", 40)], staff: (7, 6), stage: "seed", seeking: "series-a",
            ask: 3_000_000),
        DemoStartup(
            "Plumbline", "Hears a leaking main before the street is wet", "HK", "Hong Kong", "2024-02-29",
            [("water-technology", 80), ("sensors", 20)], staff: (5, 4), stage: "pre-seed", seeking: "seed",
            ask: 950_000),
        DemoStartup(
            "Orchid Rehab", "A glove that retrains a hand after a stroke, at home", "HK", "Hong Kong", "2023-10-23",
            [("rehabilitation-technology", 70), ("telemedicine", 30)], staff: (8, 6), stage: "seed",
            seeking: "series-a", ask: 3_200_000),
        DemoStartup(
            "Coinshore", "Keeps client digital assets where a regulator can look", "HK", "Hong Kong", "2024-04-16",
            [("digital-assets", 80), ("regulatory-technology", 20)], staff: (9, 7), stage: "seed", seeking: "series-a",
            ask: 5_500_000),
        DemoStartup(
            "Hinoki", "Cross-laminated timber joints printed to order", "JP", "Sapporo", "2024-09-30",
            [("sustainable-materials", 60), ("additive-manufacturing", 40)], staff: (5, 3), stage: "pre-seed",
            seeking: "seed", ask: 1_000_000),
        DemoStartup(
            "Skylark Inspect", "Drones that inspect lifts' shafts while the lift runs", "HK", "Hong Kong", "2024-11-11",
            [("drones", 70), ("computer-vision", 30)], staff: (4, 4), stage: "pre-seed", seeking: "seed", ask: 700_000),
        DemoStartup(
            "Tideglass", "Recycles the glass of a district into its own paving stones", "HK", "Hong Kong", "2025-01-08",
            [("circular-economy", 60), ("waste-management", 40)], staff: (6, 2), stage: nil, seeking: "pre-seed",
            ask: 350_000),
        DemoStartup(
            "Asagao Health", "A diary that tells a cardiologist what changed since the last visit", "JP", "Fukuoka",
            "2024-10-01", [("digital-health", 60), ("health-data", 40)], staff: (6, 4), stage: "pre-seed",
            seeking: "seed", ask: 1_300_000),
        DemoStartup(
            "Brightwharf", "Insures a container for the hours it is really at risk", "HK", "Hong Kong", "2024-08-27",
            [("insurance-technology", 70), ("logistics-technology", 30)], staff: (7, 4), stage: "seed",
            seeking: "series-a", ask: 2_800_000),
        DemoStartup(
            "Junk Boat Pay", "Lets a street stall take every wallet with one printed code", "HK", "Hong Kong",
            "2025-03-31", [("digital-payments", 100)], staff: (5, 4), stage: nil, seeking: "pre-seed", ask: 500_000),
        DemoStartup(
            "Mosscell", "Solid-state cells from electrolytes that stay soft in winter", "JP", "Sendai", "2022-11-20",
            [("energy-storage", 50), ("battery-materials", 50)], staff: (14, 12), stage: "series-a",
            seeking: "series-b", ask: 12_000_000),
        DemoStartup(
            "Foglamp", "Shows a hospital which of its devices talk to strangers", "HK", "Hong Kong", "2024-05-30",
            [("cybersecurity", 70), ("medical-devices", 30)], staff: (6, 6), stage: "pre-seed", seeking: "seed",
            ask: 1_600_000),
        DemoStartup(
            "Rice Paper Labs", "Writes and checks bilingual prospectuses with their sources", "HK", "Hong Kong",
            "2025-02-02", [("generative-ai", 60), ("natural-language-processing", 40)], staff: (5, 5), stage: nil,
            seeking: "pre-seed", ask: 600_000),
        DemoStartup(
            "Ferryman", "Moves parts between the machines of a small factory by night", "HK", "Hong Kong", "2024-01-31",
            [("autonomous-mobile-robots", 70), ("smart-factory", 30)], staff: (8, 7), stage: "seed",
            seeking: "series-a", ask: 3_800_000),
        DemoStartup(
            "Quiet Quarter", "Maps the noise of a city from buses that pass anyway", "HK", "Hong Kong", "2025-04-04",
            [("environmental-monitoring", 50), ("spatial-data-infrastructure", 50)], staff: (3, 3), stage: nil,
            seeking: "pre-seed", ask: 280_000, optedIn: false),
        DemoStartup(
            "Vermilion", "Finds the one shipment in a thousand that a sanctions list means", "HK", "Hong Kong",
            "2024-03-19", [("regulatory-technology", 50), ("supply-chain-technology", 50)], staff: (6, 5),
            stage: "seed", seeking: "series-a", ask: 2_600_000),
        DemoStartup(
            "Snowpea", "Grows salad in the basement of the supermarket that sells it", "HK", "Hong Kong", "2024-12-20",
            [("precision-agriculture", 80), ("retail-technology", 20)], staff: (7, 3), stage: "pre-seed",
            seeking: "seed", ask: 900_000, optedIn: false),
    ]
}
