/// A form: its fields in sections, what is wrong with them first, and its buttons last.
public struct Form: ViewModel {
    /// Where it is sent, by POST.
    public var action: SafeURL
    /// What is wrong, when it comes back.
    public var errorSummary: ErrorSummary?
    /// What is sent along unseen: a version, an idempotency key.
    public var hidden: [HiddenField]
    /// The fields, in groups with a heading each.
    public var sections: [FormSection]
    /// The verb on the button.
    public var submit: String
    /// Further buttons, each with its own address.
    public var alternatives: [FormButton]
    /// The way out without sending.
    public var cancel: LinkText?
    /// Whether the button does what cannot be undone.
    public var isDangerous: Bool
    /// The name under which a browser keeps what was typed until it has been sent; none where nothing may be kept.
    public var draft: String?
    /// When the server last kept it.
    public var saved: SaveState?
    /// Whether a file is chosen in it, which only a form of parts can carry.
    public var hasFiles: Bool

    /// A form of one section or several; the error summary gathers itself from the fields.
    public init(
        action: SafeURL, sections: [FormSection], submit: String, texts: Texts, hidden: [HiddenField] = [],
        alternatives: [FormButton] = [], cancel: LinkText? = nil, isDangerous: Bool = false, draft: String? = nil,
        saved: SaveState? = nil, problem: String? = nil
    ) {
        self.action = action
        self.sections = sections
        self.submit = submit
        self.hidden = hidden
        self.alternatives = alternatives
        self.cancel = cancel
        self.isDangerous = isDangerous
        self.draft = draft
        self.saved = saved
        hasFiles = sections.contains { $0.fields.contains { $0.input?.type == "file" } }
        errorSummary = ErrorSummary(fields: sections.flatMap(\.fields), problem: problem, texts: texts)
    }

    /// A form of fields without headings.
    public init(
        action: SafeURL, fields: [FormField], submit: String, texts: Texts, hidden: [HiddenField] = [],
        cancel: LinkText? = nil, isDangerous: Bool = false, draft: String? = nil, problem: String? = nil
    ) {
        self.init(
            action: action, sections: [FormSection(fields: fields)], submit: submit, texts: texts, hidden: hidden,
            cancel: cancel, isDangerous: isDangerous, draft: draft, problem: problem)
    }
}

/// Fields that belong together.
public struct FormSection: ViewModel {
    /// Their heading; none for a short form.
    public var title: String?
    /// A sentence below the heading.
    public var intro: String?
    /// The fields.
    public var fields: [FormField]

    /// Fields under a heading.
    public init(title: String? = nil, intro: String? = nil, fields: [FormField]) {
        self.title = title
        self.intro = intro
        self.fields = fields
    }
}

/// A value that is sent along unseen.
public struct HiddenField: ViewModel {
    /// Its name.
    public var name: String
    /// Its value.
    public var value: String

    /// A value under a name.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// A further button of a form, which sends it elsewhere or with a value.
public struct FormButton: ViewModel {
    /// The verb.
    public var label: String
    /// The name sent with `value`, if any.
    public var name: String?
    /// The value sent.
    public var value: String
    /// Where it sends the form, if not where the form goes.
    public var url: SafeURL?
    /// Whether a browser with scripts presses it by itself while the form changes, and shows what the page that comes has in its
    /// element `live` in that of this one, without leaving it.
    public var isLive: Bool

    /// A button that sends the form elsewhere, or with a value.
    public init(_ label: String, name: String? = nil, value: String = "", url: SafeURL? = nil, isLive: Bool = false) {
        self.label = label
        self.name = name
        self.value = value
        self.url = url
        self.isLive = isLive
    }
}

/// What is wrong with a form, in one place, each line leading to its field.
public struct ErrorSummary: ViewModel {
    /// How many things are to be mended.
    public var title: String
    /// What is wrong with the whole.
    public var problem: String?
    /// What is wrong with each field.
    public var items: [Item]

    /// One field's error.
    public struct Item: ViewModel {
        /// The field's id.
        public var field: String
        /// The field's label and what is wrong with it.
        public var message: String
    }

    /// The errors of some fields; none if there are none.
    public init?(fields: [FormField], problem: String? = nil, texts t: Texts) {
        // Errors are written to stand beside their field; up here each has to say which.
        func said(_ error: String, of label: String) -> String {
            t("kit.error_of_field", ["field": label, "error": error])
        }
        items = fields.flatMap { field in
            let own = field.error.map { Item(field: field.target, message: said($0, of: field.label)) }
            let cells = (field.grid?.rows ?? []).flatMap { row in
                row.cells.compactMap { cell in
                    cell.error.map {
                        Item(
                            field: cell.id,
                            message: said(said($0, of: "\(row.label), \(cell.label)"), of: field.label))
                    }
                }
            }
            return [own].compactMap(\.self) + cells
        }
        guard !items.isEmpty || problem != nil else { return nil }
        self.problem = problem
        title = items.isEmpty ? t("kit.problem") : t("kit.errors", count: items.count)
    }
}

/// When a form was last kept.
public struct SaveState: ViewModel {
    /// “Saved at 14:02”.
    public var text: String
    /// The instant for machines, ISO 8601.
    public var instant: String

    /// Words and the instant they speak of.
    public init(_ text: String, instant: String) {
        self.text = text
        self.instant = instant
    }
}
