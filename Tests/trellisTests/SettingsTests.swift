import API
import Testing

@testable import trellis

@Suite("Settings")
struct SettingsTests {
    private let complete = [
        "TRELLIS_SMTP_URL": "smtp://office:secret@relay.example:587", "TRELLIS_MAIL_FROM": "Park <office@park.example>",
        "TRELLIS_URL": "https://trellis.example",
    ]

    @Test("without a mail server there is no post, and nothing else is asked for")
    func none() throws {
        #expect(try Settings([:]).post == nil)
        #expect(try Settings(["TRELLIS_SMTP_URL": "", "TRELLIS_MAIL_FROM": "nobody"]).post == nil)
    }

    @Test("a mail server comes with a sender and the address that links lead to")
    func together() throws {
        #expect(try Settings(complete).post != nil)
        for name in ["TRELLIS_MAIL_FROM", "TRELLIS_URL"] {
            var settings = complete
            settings[name] = nil
            #expect(throws: Settings.Refused.self) { try Settings(settings) }
        }
    }

    @Test("documents come from another name than pages, and not less safely")
    func documents() throws {
        #expect(try Settings(complete).documentsURL == nil)
        var settings = complete
        settings["TRELLIS_DOCUMENTS_URL"] = "https://files.trellis.example"
        #expect(try Settings(settings).documentsURL == "https://files.trellis.example")
        for wrong in [
            "https://trellis.example:8443", "https://TRELLIS.example", "http://files.example", "files.example",
            "https://files.example/a", "ftp://files.example", "https://a@files.example",
        ] {
            settings["TRELLIS_DOCUMENTS_URL"] = wrong
            #expect(throws: Settings.Refused.self, "\(wrong)") { try Settings(settings) }
        }
        #expect(throws: Settings.Refused.self) {
            try Settings(["TRELLIS_DOCUMENTS_URL": "https://files.trellis.example"])
        }
    }

    @Test("proxies are named by their addresses, and none is believed unless it is named")
    func proxies() throws {
        #expect(try Settings([:]).proxies == [])
        #expect(try Settings(["TRELLIS_PROXIES": ""]).proxies == [])
        #expect(try Settings(["TRELLIS_PROXIES": "127.0.0.1, 2001:db8::1"]).proxies == ["127.0.0.1", "2001:db8::1"])
        for wrong in ["proxy.example", "127.0.0.1, ", "10", "10.0.0.0/8"] {
            #expect(throws: Settings.Refused.self, "\(wrong)") { try Settings(["TRELLIS_PROXIES": wrong]) }
        }
    }

    @Test("what is expensive is limited as signing in is, each by its own setting")
    func rates() throws {
        #expect(
            try Settings([:]).rates == [
                .signIn: Rate(perSecond: 0.5, burst: 30), .expensive: Rate(perSecond: 1, burst: 60),
            ])
        let few = ["TRELLIS_SIGN_INS_PER_MINUTE": "0", "TRELLIS_EXPENSIVE_PER_MINUTE": "6"]
        #expect(try Settings(few).rates == [.expensive: Rate(perSecond: 0.1, burst: 10)])
    }

    @Test(
        "what is no mail server, no mailbox and no number is refused, and the password is not repeated",
        arguments: [
            ("TRELLIS_SMTP_URL", "http://office:secret@relay.example"),
            ("TRELLIS_SMTP_URL", "smtp://office:secret@h?x=1"),
            ("TRELLIS_SIGN_INS_PER_MINUTE", "many"), ("TRELLIS_EXPENSIVE_PER_MINUTE", "-1"),
            ("TRELLIS_MAIL_FROM", "Park"), ("TRELLIS_MAIL_REPLY_TO", "a@b\r\nBcc: c@d.example"),
        ])
    func refused(name: String, value: String) {
        var settings = complete
        settings[name] = value
        let error = #expect(throws: Settings.Refused.self) { try Settings(settings) }
        #expect(error?.description.contains(name) == true)
        #expect(error?.description.contains("secret") == false)
    }
}
