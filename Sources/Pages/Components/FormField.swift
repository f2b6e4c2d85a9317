/// One question of a form: label above, hint, control, and what is wrong with the answer.
///
/// Made by ``FormInput``, which knows what was typed and what was wrong with it.
public struct FormField: ViewModel {
    /// The name it is sent under.
    public var name: String
    /// The id of its control.
    public var id: String
    /// The question.
    public var label: String
    /// How to answer it.
    public var hint: String?
    /// What is wrong with the answer, and what to do.
    public var error: String?
    /// The ids of hint and error, for the control.
    public var describedBy: String?
    /// Whether it must be answered.
    public var isRequired: Bool
    /// Whether it may stay empty, which is what the label then says.
    public var isOptional: Bool
    /// Whether it is several controls under one question.
    public var isGroup: Bool
    /// A line of text.
    public var input: Input?
    /// Several lines.
    public var area: Area?
    /// One of a list.
    public var select: Choices?
    /// One of a few, all in sight.
    public var radios: Choices?
    /// Several of a few.
    public var checkboxes: Choices?
    /// The same text in each language.
    public var translations: Translations?
    /// An amount with its currency.
    public var money: Amount?
    /// Rows of cells.
    public var grid: Grid?

    /// Where the error summary leads: the control, or the first of a group.
    var target: String {
        if let first = grid?.rows.first?.cells.first { return first.id }
        if let first = (radios ?? checkboxes)?.choices.first { return first.id }
        return translations?.parts.first?.id ?? id
    }

    /// A line of text.
    public struct Input: ViewModel {
        /// `text`, `email`, `password`, `url`, `tel`, `date`.
        public var type: String
        /// What is in it.
        public var value: String
        /// What the browser may fill in.
        public var autocomplete: String?
        /// Which keys a phone shows.
        public var inputmode: String?
        /// The most scalars the server takes.
        public var limit: Int?
        /// How wide: `short`, `medium` or `wide`.
        public var width: String
        /// What stands behind it: a unit.
        public var suffix: String?
    }

    /// Several lines.
    public struct Area: ViewModel {
        /// What is in it.
        public var value: String
        /// How high.
        public var rows: Int
        /// The most scalars the server takes, and how many there are.
        public var counter: Counter?
    }

    /// How much room is left, counted as the server counts: in Unicode scalars.
    public struct Counter: ViewModel {
        /// The most that is taken.
        public var limit: Int
        /// “120 of 500 characters”, until a script takes over.
        public var text: String
        /// The sentence for a script, with `{count}` and `{limit}`.
        public var pattern: String
        /// Whether there is too much.
        public var isOver: Bool
    }

    /// A choice of several.
    public struct Choices: ViewModel {
        /// What a list shows while nothing is chosen.
        public var prompt: String?
        /// What there is to choose.
        public var choices: [Choice]
    }

    /// One answer to choose.
    public struct Choice: ViewModel {
        /// The id of its control.
        public var id: String
        /// What is sent.
        public var value: String
        /// What it says.
        public var label: String
        /// What it means.
        public var hint: String?
        /// Whether it is chosen.
        public var isChosen: Bool
    }

    /// The same text in each language, one below the other.
    public struct Translations: ViewModel {
        /// The languages, the reader's first.
        public var parts: [Translation]
    }

    /// A text in one language.
    public struct Translation: ViewModel {
        /// The id of its control.
        public var id: String
        /// The name it is sent under: the field's with a dot and the language.
        public var name: String
        /// The language's tag.
        public var lang: String
        /// The language's own name.
        public var label: String
        /// What is in it.
        public var value: String
        /// Whether the text is there in another language but not in this one.
        public var isMissing: Bool
        /// How many lines, for a text of several.
        public var rows: Int?
    }

    /// Rows of cells, with an empty one to be filled.
    public struct Grid: ViewModel {
        /// The rows, the empty ones last.
        public var rows: [GridRow]
        /// The words of the button that asks for another row; none where there may be no more.
        public var add: String?
    }

    /// One row.
    public struct GridRow: ViewModel {
        /// What it is called: “Person 2”.
        public var label: String
        /// What the button that takes it away sends as `remove`: the field's name with a dot and the row's number from 0.
        public var row: String
        /// The words of that button; none for an empty row.
        public var remove: String?
        /// Its cells.
        public var cells: [Cell]
    }

    /// One cell.
    public struct Cell: ViewModel {
        /// The id of its control.
        public var id: String
        /// The name it is sent under: the row's with a dot and the column's key.
        public var name: String
        /// The column's label.
        public var label: String
        /// `text` or `date`.
        public var type: String
        /// What is in it.
        public var value: String
        /// Which keys a phone shows.
        public var inputmode: String?
        /// Whether a row may do without it.
        public var isOptional: Bool
        /// What is wrong with it.
        public var error: String?
        /// Whether the page begins here.
        public var isFirst: Bool
    }

    /// A column of a grid.
    public struct Column: Sendable {
        /// Names it in what is sent.
        public let key: String
        /// What is read beside each of its cells.
        public let label: String
        /// `text` or `date`; a value that a date control would not show has to be text.
        public let type: String
        /// Which keys a phone shows.
        public let inputmode: String?
        /// Whether a row may do without it.
        public let isOptional: Bool

        /// A column.
        public init(
            _ key: String, label: String, type: String = "text", inputmode: String? = nil, isOptional: Bool = false
        ) {
            self.key = key
            self.label = label
            self.type = type
            self.inputmode = inputmode
            self.isOptional = isOptional
        }
    }

    /// What the rows of a grid, counted from 1, and its buttons are called.
    public struct GridWords: Sendable {
        let row: @Sendable (Int) -> String
        let add: String
        let remove: @Sendable (Int) -> String

        /// Words such as “Person 2”, “Add a person” and “Remove person 2”.
        public init(row: @escaping @Sendable (Int) -> String, add: String, remove: @escaping @Sendable (Int) -> String)
        {
            self.row = row
            self.add = add
            self.remove = remove
        }
    }

    /// An amount with its currency.
    public struct Amount: ViewModel {
        /// What is in the box of the amount.
        public var value: String
        /// The name the amount is sent under: the field's with `.amount`.
        public var amountName: String
        /// The id of the list of currencies.
        public var currencyID: String
        /// The name the currency is sent under: the field's with `.currency`.
        public var currencyName: String
        /// What a screen reader calls the list.
        public var currencyLabel: String
        /// The currencies to choose from.
        public var currencies: [Choice]
    }
}
