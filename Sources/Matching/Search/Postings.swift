/// For each number of a kind the rows that have it, ascending: differences in one to five bytes.
struct Postings: Sendable {
    /// The numbers that any row has, ascending.
    private let numbers: [Code]
    /// Where the rows of each start, and where the last end.
    private let starts: [UInt32]
    private let bytes: [UInt8]

    /// - Parameter lists: the numbers of each row, each once, row after row.
    init(_ numbers: [Code], starts rows: [UInt32]) {
        var pairs = [UInt64]()
        pairs.reserveCapacity(numbers.count)
        for row in 0..<max(0, rows.count - 1) {
            for place in Int(rows[row])..<Int(rows[row + 1]) {
                pairs.append(UInt64(numbers[place]) << 32 | UInt64(row))
            }
        }
        Self.sort(&pairs)
        var (found, starts, bytes): ([Code], [UInt32], [UInt8]) = ([], [], [])
        var (number, last): (Code?, Code) = (nil, 0)
        for pair in pairs {
            let (next, row) = (Code(pair >> 32), Code(pair & 0xFFFF_FFFF))
            if next != number {
                found.append(next)
                starts.append(UInt32(bytes.count))
                (number, last) = (next, 0)
            }
            Varint.append(row - last, to: &bytes)
            last = row
        }
        starts.append(UInt32(bytes.count))
        (self.numbers, self.starts, self.bytes) = (found, starts, bytes)
    }

    /// Sorts by the upper half, pairs that agree in it staying in their order.
    private static func sort(_ pairs: inout [UInt64]) {
        guard pairs.count > 4096 else { return pairs.sort() }
        var other = [UInt64](repeating: 0, count: pairs.count)
        for shift in [32, 43, 54] as [UInt64] {
            var starts = [Int](repeating: 0, count: 2049)
            for pair in pairs { starts[Int(pair >> shift & 2047) + 1] += 1 }
            if starts.contains(pairs.count) { continue }
            for bucket in 1..<2049 { starts[bucket] += starts[bucket - 1] }
            for pair in pairs {
                let bucket = Int(pair >> shift & 2047)
                other[starts[bucket]] = pair
                starts[bucket] += 1
            }
            swap(&pairs, &other)
        }
    }

    /// How many bytes the rows that have a number take: about as many as there are, and never less.
    func size(of number: Code) -> Int { place(number).map { Int(starts[$0 + 1] - starts[$0]) } ?? 0 }

    private func place(_ number: Code) -> Int? {
        var (low, high) = (0, numbers.count)
        while low < high {
            let middle = (low + high) / 2
            if numbers[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low < numbers.count && numbers[low] == number ? low : nil
    }

    /// Tells every number with every row that has it, number by number.
    func forEach(_ body: (Code, Int) -> Void) { for number in numbers { rows(number) { body(number, $0) } } }

    /// Tells the rows that have a number.
    @inline(__always)
    func rows(_ number: Code, _ body: (Int) -> Void) {
        guard let low = place(number) else { return }
        bytes.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return }
            var next = base + Int(starts[low])
            let end = base + Int(starts[low + 1])
            var row = 0
            while next < end {
                row += Int(Varint.next(&next))
                body(row)
            }
        }
    }

    /// Bytes held.
    var size: Int { 4 * numbers.count + 4 * starts.count + bytes.count }
}
