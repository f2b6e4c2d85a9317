internal import Mustache

/// The frame around a page.
public enum Layout: String, Sendable {
    /// Header, navigation and footer: where people work.
    case page = "layouts/page"
    /// The name of the product and nothing to wander off to: sign-in, errors, confirmations by mail.
    case quiet = "layouts/quiet"
}

/// A template together with the view model it prints.
///
///     extension PageTemplate<ShowApplication> {
///         static let show = PageTemplate("applications/show", in: .applications)
///     }
///     let html = try PageTemplate.show.render(page, in: frame)
public struct PageTemplate<Page: ViewModel>: Sendable {
    /// The template's name, with the prefix of its kit.
    public let name: String
    /// Where the template and the words it prints are kept.
    public let kit: PageKit
    /// What stands around it.
    public let layout: Layout

    /// Names a template; that it exists and fits the view model is proved by the kit's check.
    public init(_ name: String, in kit: PageKit, layout: Layout = .page) {
        self.name = name
        self.kit = kit
        self.layout = layout
    }

    /// The whole page, as the bytes to send.
    ///
    /// - Throws: ``TemplateFault`` or ``CatalogError`` where the kit cannot be read.
    public func render(_ page: Page, in frame: Frame) throws -> [UInt8] {
        let contents = try kit.contents
        return try Array(contents.render(Framed(frame: frame, page: page), body: name, in: layout.rawValue).utf8)
    }

    /// The template without a layout, for mail and for parts that a script fetches.
    public func renderAlone(_ page: Page, in language: Language) throws -> [UInt8] {
        let contents = try kit.contents
        return try Array(contents.renderAlone(page, named: name, in: language).utf8)
    }
}

extension PageKit.Contents {
    func render(_ framed: some Encodable, body: String, in layout: String) throws -> String {
        let object = try Rendered.object(of: framed)
        let language = (object["lang"] as? String).flatMap { Language(tag: $0) } ?? .english
        return try render(object, body: body, in: layout, language: language)
    }

    func renderAlone(_ page: some Encodable, named name: String, in language: Language) throws -> String {
        try render(try Rendered.object(of: page), body: name, in: name, language: language)
    }

    func render(_ object: RenderedObject, body: String, in layout: String, language: Language) throws -> String {
        object["t"] = catalog.plainTexts[language]
        object["layout_body"] = body
        guard let text = library.render(object, withTemplate: layout), sources[body] != nil else {
            throw TemplateFault(template: body, line: 0, message: "there is no such template")
        }
        return text
    }
}

/// A page inside its frame: the frame's names outside, the page's own as `page`.
struct Framed<Page: ViewModel>: ViewModel {
    let frame: Frame
    let page: Page

    enum CodingKeys: String, CodingKey {
        case page
    }

    init(frame: Frame, page: Page) {
        self.frame = frame
        self.page = page
    }

    init(from decoder: any Decoder) throws {
        frame = try Frame(from: decoder)
        page = try decoder.container(keyedBy: CodingKeys.self).decode(Page.self, forKey: .page)
    }

    func encode(to encoder: any Encoder) throws {
        try frame.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(page, forKey: .page)
    }
}
