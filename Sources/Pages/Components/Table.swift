/// A list page's table: rows that lead to what they name, and become stacked entries on a narrow screen.
public struct Table: ViewModel {
    /// What the table lists, for those who cannot see it.
    public var caption: String
    /// Its columns.
    public var columns: [Column]
    /// Its rows.
    public var rows: [Row]
    /// Whether there are any.
    public var hasRows: Bool
    /// What stands there while there are none.
    public var empty: EmptyState
    /// The way to the next rows.
    public var pager: Pager?

    /// A table, and what it says while it is empty. The cells of each row stand in the order of the columns.
    public init(caption: String, columns: [Column], rows: [[Cell]], empty: EmptyState, pager: Pager? = nil) {
        self.caption = caption
        self.columns = columns
        self.rows = rows.map { cells in
            let cells = zip(columns, cells).map { column, cell in
                var cell = cell
                cell.column = column.label
                cell.isNumber = column.isNumber
                return cell
            }
            return Row(head: cells.first, cells: Array(cells.dropFirst()))
        }
        hasRows = !rows.isEmpty
        self.empty = empty
        self.pager = pager
    }

    /// A column's heading.
    public struct Column: ViewModel {
        /// The heading.
        public var label: String
        /// Whether its cells are figures, which line up on the right.
        public var isNumber: Bool
        /// The same list sorted by it.
        public var sortURL: SafeURL?
        /// `ascending` or `descending` where the list is sorted by it.
        public var sorted: String?

        /// A heading.
        public init(_ label: String, isNumber: Bool = false, sortURL: SafeURL? = nil, sorted: String? = nil) {
            self.label = label
            self.isNumber = isNumber
            self.sortURL = sortURL
            self.sorted = sorted
        }
    }

    /// One row.
    public struct Row: ViewModel {
        /// The cell that names it.
        public var head: Cell?
        /// The others, one a column.
        public var cells: [Cell]
    }

    /// What stands in a column of a row: words, a link, a badge, money or a time.
    public struct Cell: ViewModel {
        /// The column's heading, repeated on narrow screens.
        public var column: String
        /// Whether it lines up on the right.
        public var isNumber: Bool
        /// The words.
        public var text: String?
        /// Words below the words.
        public var note: String?
        /// Words that lead somewhere.
        public var link: LinkText?
        /// What is neither words nor a link.
        public var piece: Piece?

        /// What few cells hold. Apart, so that a template asks the many others once and not for each kind of it.
        public struct Piece: ViewModel {
            /// A state.
            public var badge: Badge?
            /// An amount.
            public var money: MoneyText?
            /// An instant.
            public var time: TimeText?
            /// What one can do with the row.
            public var action: Action?
        }

        /// Words, with others below them.
        public static func text(_ text: String, note: String? = nil) -> Cell { Cell(text: text, note: note) }
        /// A figure, or any number as it is read.
        public static func number(_ number: Int) -> Cell { Cell(text: Figures.grouped(number)) }
        /// The name of the row, leading to it.
        public static func link(_ label: String, _ url: SafeURL, note: String? = nil) -> Cell {
            Cell(note: note, link: LinkText(label, url))
        }
        /// A state.
        public static func badge(_ badge: Badge, note: String? = nil) -> Cell {
            Cell(note: note, piece: Piece(badge: badge))
        }
        /// An amount.
        public static func money(_ money: MoneyText, note: String? = nil) -> Cell {
            Cell(note: note, piece: Piece(money: money))
        }
        /// An instant.
        public static func time(_ time: TimeText) -> Cell { Cell(piece: Piece(time: time)) }
        /// What one can do with the row.
        public static func action(_ action: Action) -> Cell { Cell(piece: Piece(action: action)) }

        init(text: String? = nil, note: String? = nil, link: LinkText? = nil, piece: Piece? = nil) {
            column = ""
            isNumber = false
            self.text = text
            self.note = note
            self.link = link
            self.piece = piece
        }
    }
}

/// What a list says while it is empty: why, and what to do.
public struct EmptyState: ViewModel {
    /// That there is nothing, and why.
    public var title: String
    /// What would bring something here.
    public var text: String
    /// The first step.
    public var action: LinkText?

    /// A title that says why, a sentence that teaches, and the first step.
    public init(title: String, text: String, action: LinkText? = nil) {
        self.title = title
        self.text = text
        self.action = action
    }
}

/// The way to the rows before and after.
public struct Pager: ViewModel {
    /// “25 of 3,012”.
    public var summary: String?
    /// The beginning of the list, once one has left it.
    public var firstURL: SafeURL?
    /// The next rows.
    public var nextURL: SafeURL?

    /// A pager; without addresses it only says how many there are.
    public init(summary: String? = nil, firstURL: SafeURL? = nil, nextURL: SafeURL? = nil) {
        self.summary = summary
        self.firstURL = firstURL
        self.nextURL = nextURL
    }
}

/// The filters of a list. They are its address: sent by GET, shared by copying.
public struct Filters: ViewModel {
    /// The list itself.
    public var action: SafeURL
    /// What is searched for, if the list can be searched.
    public var search: Search?
    /// The choices.
    public var choices: [Choice]
    /// What is sent along, such as the order.
    public var hidden: [HiddenField]
    /// The list without any filter, while there is one.
    public var clearURL: SafeURL?

    /// The filters of a list.
    public init(
        action: SafeURL, search: Search? = nil, choices: [Choice] = [], hidden: [HiddenField] = [],
        clearURL: SafeURL? = nil
    ) {
        self.action = action
        self.search = search
        self.choices = choices
        self.hidden = hidden
        self.clearURL = clearURL
    }

    /// A box to search in.
    public struct Search: ViewModel {
        /// The name it is sent under.
        public var name: String
        /// What it searches.
        public var label: String
        /// What was searched for.
        public var value: String

        /// A box, and what was searched for.
        public init(name: String = "q", label: String, value: String) {
            self.name = name
            self.label = label
            self.value = value
        }
    }

    /// A list to choose from.
    public struct Choice: ViewModel {
        /// The name it is sent under.
        public var name: String
        /// What it filters by.
        public var label: String
        /// What there is, the first standing for all.
        public var options: [Option]

        /// A list; `chosen` is the value in the address, empty for all.
        public init(name: String, label: String, all: String, options: [(value: String, label: String)], chosen: String)
        {
            self.name = name
            self.label = label
            self.options = ([("", all)] + options).map {
                Option(value: $0.0, label: $0.1, isChosen: $0.0 == chosen)
            }
        }
    }

    /// One value of a filter.
    public struct Option: ViewModel {
        /// What is sent.
        public var value: String
        /// What it says.
        public var label: String
        /// Whether it is the one in the address.
        public var isChosen: Bool
    }
}
