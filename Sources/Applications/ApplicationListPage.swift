internal import API
internal import Pages

/// Applications as a table or as a board.
struct ApplicationListPage: ViewModel {
    var header: PageHeader
    var tabs: Tabs
    var stats: StatTiles?
    var filters: Filtering
    var saved: Saved
    var table: Rows?
    var board: Board?
    var bulk: Bulk?
    var pager: Pager?
    var empty: EmptyState?

    /// A table whose rows can be ticked.
    struct Rows: ViewModel {
        var caption: String
        var columns: [Table.Column]
        var rows: [Line]
    }

    struct Line: ViewModel {
        var id: String
        var url: SafeURL
        var name: String
        var cells: [Table.Cell]
    }

    struct Board: ViewModel {
        var stages: [Stage]
        /// What has ended, counted, each with the table of it.
        var ended: [Ended]
        var hasEnded: Bool
    }

    /// A state that nothing follows.
    struct Ended: ViewModel {
        var title: String
        var count: String
        var url: SafeURL
    }

    /// A column of the board.
    struct Stage: ViewModel {
        var title: String
        var count: String
        var overdue: Badge?
        var cards: [Card]
        var hasCards: Bool
        var more: LinkText?
    }

    struct Card: ViewModel {
        var id: String
        var url: SafeURL
        var name: String
        var call: String
        var stood: String
        /// What it waits for in review.
        var waits: String?
        /// What it might be funded twice with.
        var overlaps: Badge?
        var overdue: Badge?
    }

    /// The filter as a form: what is asked often, and more.
    struct Filtering: ViewModel {
        var action: SafeURL
        var search: Filters.Search
        var usual: [Filters.Choice]
        var more: [Filters.Choice]
        var days: [Box]
        var columns: [Tick]
        var clearURL: SafeURL?
    }

    struct Tick: ViewModel {
        var value: String
        var label: String
        var isChosen: Bool
    }

    struct Box: ViewModel {
        var name: String
        var label: String
        var type: String
        var value: String
    }

    /// Filters that have a name, and the form that gives this one a name.
    struct Saved: ViewModel {
        var items: [Item]
        var hasItems: Bool
        var hidden: [HiddenField]

        struct Item: ViewModel {
            var name: String
            var url: SafeURL
            var note: String?
            var renameURL: SafeURL?
            var forgetURL: SafeURL?
        }
    }

    /// The step for what is ticked.
    struct Bulk: ViewModel {
        var hidden: [HiddenField]
        var fields: [FormField]
        /// Offers all that the filter lets through.
        var all: String?
        /// Says that they are too many for one step.
        var tooMany: String?
    }
}

extension PageTemplate<ApplicationListPage> {
    static let applicationList = PageTemplate("applications/list", in: .applications)
}
