/// One startup on an investor's shortlist, with everything needed to answer.
public struct ShortlistCard: ViewModel {
    /// The anchor of the card.
    public var id: String
    /// Its place on the list.
    public var rank: Int
    /// The startup.
    public var name: String
    /// Its whole profile.
    public var url: SafeURL
    /// What it does, in a line.
    public var pitch: String
    /// What is new since the last list.
    public var change: String?
    /// The stage of its round.
    public var stage: String
    /// What it asks for.
    public var ask: MoneyText
    /// What the investor usually writes.
    public var cheque: MoneyText?
    /// Where it is and where it sells.
    public var place: String
    /// What it works on.
    public var focusAreas: [String]
    /// The programme it is in.
    public var program: String?
    /// Why it is here.
    public var score: ScoreExplanation
    /// What the investor demanded, and that it is met.
    public var gates: [Gate]
    /// The answer that was given.
    public var answered: Badge?
    /// The form to answer with, until there is an answer.
    public var answer: AnswerForm?
    /// A box by which the card is chosen, in the form that the card stands in.
    public var choice: Choice?

    /// A demand of the investor.
    public struct Gate: ViewModel {
        /// What is demanded.
        public var label: String
        /// Whether it is met.
        public var isMet: Bool
        /// Whether nobody knows yet.
        public var isUnknown: Bool

        /// A demand: met, or not, or not known.
        public init(_ label: String, isMet: Bool?) {
            self.label = label
            self.isMet = isMet == true
            isUnknown = isMet == nil
        }
    }

    /// A box to tick, for a form around several cards.
    public struct Choice: ViewModel {
        /// The id of the box.
        public var id: String
        /// The name it is sent under.
        public var field: String
        /// What is sent.
        public var value: String
        /// What ticking it means, with the name of what is ticked.
        public var label: String
        /// Whether it is ticked.
        public var isChosen: Bool

        /// A box, its words, and whether it is ticked.
        public init(id: String, field: String, value: String, label: String, isChosen: Bool) {
            self.id = id
            self.field = field
            self.value = value
            self.label = label
            self.isChosen = isChosen
        }
    }

    /// Interested, pass with a reason, or later.
    public struct AnswerForm: ViewModel {
        /// Where it is sent.
        public var action: SafeURL
        /// Why one would pass.
        public var reasons: FormField
        /// Until when one would wait.
        public var until: FormField
        /// A word to the programme.
        public var note: FormField
        /// What is sent along.
        public var hidden: [HiddenField]

        /// The three answers. Sent as `answer` with `interested`, `pass` or `later`.
        public init(action: SafeURL, reasons: FormField, until: FormField, note: FormField, hidden: [HiddenField] = [])
        {
            self.action = action
            self.reasons = reasons
            self.until = until
            self.note = note
            self.hidden = hidden
        }
    }

    /// A card.
    public init(
        id: String, rank: Int, name: String, url: SafeURL, pitch: String, stage: String, ask: MoneyText,
        place: String, score: ScoreExplanation, cheque: MoneyText? = nil, change: String? = nil,
        focusAreas: [String] = [],
        program: String? = nil, gates: [Gate] = [], answered: Badge? = nil, answer: AnswerForm? = nil,
        choice: Choice? = nil
    ) {
        self.id = id
        self.rank = rank
        self.name = name
        self.url = url
        self.pitch = pitch
        self.stage = stage
        self.ask = ask
        self.place = place
        self.score = score
        self.cheque = cheque
        self.change = change
        self.focusAreas = focusAreas
        self.program = program
        self.gates = gates
        self.answered = answered
        self.answer = answer
        self.choice = choice
    }
}
