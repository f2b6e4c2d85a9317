/// Startups one after the other, as bytes, on their way into a ``Segment``.
struct Rows: Sendable {
    private(set) var keys: [Key] = []
    private(set) var bytes: [UInt8] = []
    /// Where each startup's bytes start.
    private(set) var starts: [UInt32] = []
    /// What puts startups that ranking sees alike next to each other.
    private(set) var order: [UInt64] = []
    private(set) var words: [Code] = []
    private(set) var wordStarts: [UInt32] = [0]

    var count: Int { keys.count }

    mutating func append(_ key: Key, _ sheet: Sheet, words: [Code]) {
        keys.append(key)
        starts.append(UInt32(bytes.count))
        sheet.write(to: &bytes)
        order.append(sheet.order)
        self.words += words
        wordStarts.append(UInt32(self.words.count))
    }

    /// The same startups, their words with their numbers in a lexicon and without those that areas and places say by
    /// themselves.
    func renumbered(_ numbers: [Code?], _ lexicon: Lexicon) -> Rows {
        var (kept, starts): ([Code], [UInt32]) = ([], [0])
        kept.reserveCapacity(words.count)
        starts.reserveCapacity(wordStarts.count)
        var row = 0
        forEach { sheet in
            let implied = lexicon.implied(sheet)
            for word in words[Int(wordStarts[row])..<Int(wordStarts[row + 1])] {
                if let number = numbers[Int(word)], !implied.contains(number) { kept.append(number) }
            }
            starts.append(UInt32(kept.count))
            row += 1
        }
        var rows = self
        (rows.words, rows.wordStarts) = (kept, starts)
        return rows
    }

    func read(_ row: Int, into sheet: inout Sheet) {
        bytes.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return }
            var next = base + Int(starts[row])
            sheet.read(&next)
        }
    }

    func forEach(_ body: (Sheet) -> Void) {
        var sheet = Sheet()
        bytes.withUnsafeBufferPointer { bytes in
            guard var next = bytes.baseAddress else { return }
            for _ in keys { sheet.read(&next); body(sheet) }
        }
    }
}

extension Sheet {
    /// Facts from the most telling to the least, a few bits of each: sorted by it, startups that ranking sees alike stand
    /// together, and a block of them can be passed over at once.
    fileprivate var order: UInt64 {
        func code(_ field: Field, _ bits: UInt64) -> (UInt64, UInt64) {
            (UInt64(field.place.map { single[$0] } ?? 0), bits)
        }
        func area(_ place: Int, _ bits: UInt64) -> (UInt64, UInt64) {
            (place < areas.count ? UInt64(areas[place].code) + 1 : 0, bits)
        }
        return [
            code(.roundKind, 5), code(.country, 8), code(.region, 9), code(.state, 11), area(0, 10),
            area(1, 9), code(.roundSize, 4), code(.previousStage, 4), code(.age, 4),
        ].reduce(0) { $0 << $1.1 | ($1.0 & (1 << $1.1 - 1)) }
    }
}
