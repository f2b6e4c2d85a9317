internal import Institutions
internal import Vocabulary

/// An invented institution that is not a startup, by the path of its workspace and slug.
struct DemoInstitution {
    let path: String
    let new: NewInstitution

    private init(
        _ path: String, _ kind: Institution.Kind, _ name: LocalizedName?, _ country: String,
        _ registration: Institution.Registration? = nil
    ) throws {
        self.path = path
        guard let name else { throw TextRefusal.empty }
        new = NewInstitution(
            kind: kind, name: name, country: Country(country), registrations: registration.map { [$0] })
    }

    static var all: [DemoInstitution] {
        get throws {
            try [
                DemoInstitution(
                    "harbour/kitagawa", .techCompany, LocalizedName(en: "Kitagawa Devices", ja: "北川デバイス"), "JP"),
                DemoInstitution(
                    "harbour/sakuragi", .bank, LocalizedName(en: "Sakuragi Bank Group", ja: "桜木銀行グループ"), "JP"),
                DemoInstitution("harbour/tidewater", .investor, LocalizedName(en: "Tidewater Capital"), "HK"),
                DemoInstitution("harbour/lion-peak", .investor, LocalizedName(en: "Lion Peak Angels"), "HK"),
                DemoInstitution(
                    "harbour/sakuragi-ventures", .investor,
                    LocalizedName(en: "Sakuragi Ventures", ja: "桜木ベンチャーズ"), "JP"),
                DemoInstitution("harbour/green-ferry", .investor, LocalizedName(en: "Green Ferry Impact Fund"), "HK"),
                DemoInstitution("harbour/kasumi", .investor, LocalizedName(en: "Kasumi Life Sciences"), "JP"),
                DemoInstitution(
                    "port-digital/sakuragi", .bank, LocalizedName(en: "Sakuragi Bank Group", ja: "桜木銀行グループ"), "JP"),
                DemoInstitution(
                    "border-services/lantau", .rdInstitute,
                    LocalizedName(en: "Lantau Applied Research Institute", zhHant: "大嶼山應用科技研究院"), "HK"),
            ]
        }
    }
}
