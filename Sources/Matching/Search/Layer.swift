/// A segment without the startups that have left it.
struct Layer: Sendable {
    let segment: Segment
    /// A bit for each row that has left; empty while none has.
    private var gone: [UInt64] = []
    private(set) var count: Int

    init(_ segment: Segment) {
        self.segment = segment
        count = segment.count
    }

    @inline(__always)
    func has(_ row: Int) -> Bool { gone.isEmpty || gone[row >> 6] >> UInt64(row & 63) & 1 == 0 }

    /// The row of a startup that has not left.
    func row(_ startup: Key) -> Int? { segment.row(startup).flatMap { has($0) ? $0 : nil } }

    mutating func remove(_ row: Int) {
        guard has(row) else { return }
        if gone.isEmpty { gone = [UInt64](repeating: 0, count: (segment.count + 63) / 64) }
        gone[row >> 6] |= 1 << UInt64(row & 63)
        count -= 1
    }

    /// Adds what has not left to other rows.
    func append(to rows: inout Rows) {
        let words = segment.wordsOfRows()
        var sheet = Sheet()
        segment.read(0..<segment.count, into: &sheet) { row, sheet in
            if has(row) { rows.append(segment.keys[row], sheet, words: words[row]) }
        }
    }
}

extension [Layer] {
    /// Puts new rows of a kind on top. A layer that is not twice as large as the one above is made one with it, so that
    /// there are few, and each startup is moved a number of times that grows with the logarithm of all.
    mutating func add(_ rows: Rows, _ kind: Segment.Kind) {
        guard rows.count > 0 else { return }
        var rows = rows
        var own = indices.filter { self[$0].segment.kind == kind }
        while let top = own.last, self[top].count < 2 * rows.count {
            self[top].append(to: &rows)
            remove(at: top)
            own.removeLast()
        }
        append(Layer(Segment(rows, kind)))
    }
}
