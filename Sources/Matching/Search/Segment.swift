/// Startups of one kind in memory: never changed, searched from the most promising block down.
///
/// A startup takes its key, some twenty bytes of facts and one or two for each of its words.
final class Segment: Sendable {
    let kind: Kind
    let keys: [Key]
    let columns: Columns
    /// The rows in the order of their keys.
    private let byKey: [UInt32]
    let words: Postings
    /// The rows that have each tag.
    let tags: Postings
    /// The rows that each investor backs.
    let backers: Postings
    let blocks: Blocks

    /// What is the same for all startups of a segment.
    enum Kind: CaseIterable, Sendable {
        /// They want to be proposed, and nobody has funded them yet.
        case cold
        /// They want to be proposed, and have backers.
        case warm
        /// They do not want to be proposed.
        case closed
    }

    init(_ rows: Rows, _ kind: Kind) {
        self.kind = kind
        let count = rows.count
        // Equal startups by key, so that the same startups make the same segment.
        let order = Self.sorted(rows.keys) { rows.order[$0] }
        keys = order.map { rows.keys[$0] }
        var (words, wordStarts): ([Code], [UInt32]) = ([], [0])
        words.reserveCapacity(rows.words.count)
        var (columns, blocks) = (Columns.Builder(), Blocks.Builder())
        columns.reserve(count)
        var (tags, tagStarts): ([Code], [UInt32]) = ([], [0])
        var (backers, backerStarts): ([Code], [UInt32]) = ([], [0])
        var sheet = Sheet()
        for row in order {
            rows.read(row, into: &sheet)
            columns.append(sheet)
            blocks.append(sheet)
            words += rows.words[Int(rows.wordStarts[row])..<Int(rows.wordStarts[row + 1])]
            wordStarts.append(UInt32(words.count))
            tags += sheet.tags
            tagStarts.append(UInt32(tags.count))
            backers += sheet.backers.map(Code.init)
            backerStarts.append(UInt32(backers.count))
        }
        self.columns = columns.finish()
        let keys = keys
        byKey = Self.sorted(keys) { _ in 0 }.map(UInt32.init)
        self.words = Postings(words, starts: wordStarts)
        self.tags = Postings(tags, starts: tagStarts)
        self.backers = Postings(backers, starts: backerStarts)
        self.blocks = blocks.finish()
    }

    /// The numbers of some keys in order: first by a number of theirs, then by themselves. What is compared is kept
    /// together, since looking it up for each comparison takes longer than comparing.
    private static func sorted(_ keys: [Key], by order: (Int) -> UInt64) -> [Int] {
        var items = keys.indices.map { (order: order($0), key: keys[$0], number: $0) }
        items.sort { $0.order != $1.order ? $0.order < $1.order : $0.key < $1.key }
        return items.map(\.number)
    }

    var count: Int { keys.count }

    /// The row of a startup.
    func row(_ key: Key) -> Int? {
        var (low, high) = (0, byKey.count)
        while low < high {
            let middle = (low + high) / 2
            if keys[Int(byKey[middle])] < key { low = middle + 1 } else { high = middle }
        }
        guard low < byKey.count, keys[Int(byKey[low])] == key else { return nil }
        return Int(byKey[low])
    }

    func read(_ row: Int, into sheet: inout Sheet) {
        read(row..<row + 1, into: &sheet) { _, _ in }
    }

    /// Tells the sheets of some rows one after the other.
    @inline(__always)
    func read(_ rows: Range<Int>, into sheet: inout Sheet, _ body: (Int, inout Sheet) -> Void) {
        guard !rows.isEmpty else { return }
        var page = Page()
        defer { page.deallocate() }
        columns.withView { columns in
            for block in rows.lowerBound / Blocks.rows...(rows.upperBound - 1) / Blocks.rows {
                let all = blocks.rows(block)
                page.turn(to: block, of: columns, rows: all.count, worth: 0)
                for row in all.clamped(to: rows) {
                    page.read(row - all.lowerBound, row, of: columns, into: &sheet)
                    body(row, &sheet)
                }
            }
        }
    }

    /// For each row its own words, by number.
    func wordsOfRows() -> [[Code]] {
        var found = [[Code]](repeating: [], count: count)
        words.forEach { number, row in found[row].append(number) }
        return found
    }

    /// Bytes held.
    var size: Int {
        16 * keys.count + 4 * byKey.count + columns.size + words.size + tags.size + backers.size + blocks.size
    }
}
