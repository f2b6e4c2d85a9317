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

    /// Where the error summary leads: the control, or the first of a group.
    var target: String {
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
