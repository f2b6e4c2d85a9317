/// What is known of a segment's startups, block by block, and in each block column by column: the numbers that occur in it,
/// and for each row which of them it has.
///
/// Sorted as they are, the rows of a block mostly agree in a column, which then takes no room in them; and what a number is
/// worth is looked up once for a block, not once for a row (pages of columns with a dictionary each, after PAX of Ailamaki
/// and others 2001).
struct Columns: Sendable {
    /// How many areas a row has, doubled, and one more where their weights differ.
    static let shape = 0
    static let length = 1
    /// The answers that a mandate can declare, then those that only a past tells of. An answer is its code plus one, 0 where
    /// there is none.
    static let declarable = 2
    static let told = declarable + Field.declarableCount
    static let count = declarable + Field.singleCount

    /// The column of a place in ``Field/single``.
    @inline(__always)
    static func column(_ place: Int) -> Int { declarable + place }

    /// Of areas with larger codes than this the code stands with the rest of the row.
    static let largestArea = Int(UInt16.max) - 2

    /// For each column of a block how many numbers occur, these, and where they are more than one a byte for each row. After
    /// the first column the areas, place by place as many as the rows have, but for those beyond ``Blocks/places``: one or two
    /// for the bytes that follow, for each row the lower byte of the code plus one, and after all places the upper ones.
    let bytes: [UInt8]
    /// Where each block's bytes start, and where the last end.
    let starts: [UInt32]
    /// For each row what few have: weights that differ, areas of large codes and further ones, tags and backers.
    let rest: [UInt8]
    let restStarts: [UInt32]

    /// Bytes held.
    var size: Int { bytes.count + 4 * starts.count + rest.count + 4 * restStarts.count }

    /// The columns, where they lie in memory while `body` runs.
    @inline(__always)
    func withView(_ body: (View) -> Void) {
        bytes.withUnsafeBufferPointer { bytes in
            starts.withUnsafeBufferPointer { starts in
                rest.withUnsafeBufferPointer { rest in
                    restStarts.withUnsafeBufferPointer { restStarts in
                        if let bytes = bytes.baseAddress, let rest = rest.baseAddress {
                            body(View(bytes: bytes, starts: starts, rest: rest, restStarts: restStarts))
                        }
                    }
                }
            }
        }
    }

    /// What a search goes through, without counting who holds it.
    struct View {
        let bytes: UnsafePointer<UInt8>
        let starts: UnsafeBufferPointer<UInt32>
        let rest: UnsafePointer<UInt8>
        let restStarts: UnsafeBufferPointer<UInt32>

        /// Where the bytes of a block lie.
        @inline(__always)
        func bytes(of block: Int) -> Range<Int> { Int(starts[block])..<Int(starts[block + 1]) }
    }

    struct Builder {
        private var bytes: [UInt8] = []
        private var starts: [UInt32] = [0]
        private var rest: [UInt8] = []
        private var restStarts: [UInt32] = []
        /// The rows of the block at hand: for each column the numbers that occur, and for each row which it has.
        private var numbers: [[Code]] = Array(repeating: [], count: Columns.count)
        private var rows: [[UInt8]] = Array(repeating: [], count: Columns.count)
        private var areas: [[UInt16]] = Array(repeating: [], count: Blocks.places)
        private var mostAreas = 0
        private var rowCount = 0

        mutating func reserve(_ count: Int) {
            bytes.reserveCapacity(16 * count)
            rest.reserveCapacity(3 * count)
            restStarts.reserveCapacity(count)
        }

        mutating func append(_ sheet: Sheet) {
            let isEven = sheet.isEven
            append(Code(sheet.areas.count) << 1 | (isEven ? 0 : 1), Columns.shape)
            append(Code(sheet.length), Columns.length)
            for place in 0..<Field.singleCount { append(sheet.single[place], Columns.column(place)) }
            for place in 0..<Blocks.places {
                areas[place].append(
                    place < sheet.areas.count
                        ? UInt16(min(Int(sheet.areas[place].code), Columns.largestArea + 1)) + 1 : 0)
            }
            mostAreas = max(mostAreas, min(sheet.areas.count, Blocks.places))
            restStarts.append(UInt32(rest.count))
            if !isEven { for area in sheet.areas { Varint.append(area.percent, to: &rest) } }
            for (place, area) in sheet.areas.enumerated()
            where place >= Blocks.places || area.code > Columns.largestArea {
                Varint.append(area.code, to: &rest)
            }
            Varint.append(Code(sheet.tags.count), to: &rest)
            for tag in sheet.tags { Varint.append(tag, to: &rest) }
            Varint.append(Code(sheet.backers.count), to: &rest)
            var last = 0
            for backer in sheet.backers {
                Varint.append(Code(backer - last), to: &rest)
                last = backer
            }
            rowCount += 1
            if rowCount == Blocks.rows { close() }
        }

        private mutating func append(_ number: Code, _ column: Int) {
            if let known = numbers[column].firstIndex(of: number) {
                rows[column].append(UInt8(known))
            } else {
                rows[column].append(UInt8(numbers[column].count))
                numbers[column].append(number)
            }
        }

        private mutating func close() {
            for column in numbers.indices {
                bytes.append(UInt8(numbers[column].count))
                for number in numbers[column] { Varint.append(number, to: &bytes) }
                if numbers[column].count > 1 { bytes += rows[column] }
                numbers[column].removeAll(keepingCapacity: true)
                rows[column].removeAll(keepingCapacity: true)
                guard column == Columns.shape else { continue }
                let isWide = areas.contains { $0.contains { $0 > 0xFF } }
                bytes.append(isWide ? 2 : 1)
                for place in 0..<mostAreas { for code in areas[place] { bytes.append(UInt8(code & 0xFF)) } }
                if isWide { for place in 0..<mostAreas { for code in areas[place] { bytes.append(UInt8(code >> 8)) } } }
                for place in areas.indices { areas[place].removeAll(keepingCapacity: true) }
            }
            mostAreas = 0
            starts.append(UInt32(bytes.count))
            rowCount = 0
        }

        consuming func finish() -> Columns {
            if rowCount > 0 { close() }
            return Columns(bytes: bytes, starts: starts, rest: rest, restStarts: restStarts)
        }
    }
}

/// The columns of one block, laid open, with room for what its rows are worth: used again for the next.
struct Page {
    /// The numbers of a column that occur, and for each row which of them it has.
    struct Column {
        var count: Int
        var numbers: UnsafePointer<Code>
        var rows: UnsafePointer<UInt8>

        @inline(__always)
        subscript(row: Int) -> Code { numbers[Int(rows[row])] }
    }

    /// Bytes of a block that hold its areas, mostly.
    static let head = 3 + Blocks.places * Blocks.rows

    /// What each row is worth, and the strength of its words.
    let sums: UnsafeMutablePointer<Double>
    let words: UnsafeMutablePointer<Double>
    /// Rows that were found.
    let found: UnsafeMutablePointer<Int>
    /// What the areas of each row are worth.
    let areas: UnsafeMutablePointer<Double>
    /// How much each row has of what is asked for.
    let portions: UnsafeMutablePointer<UInt8>
    /// What one area of many counts, by the number of a shape.
    let shares: UnsafeMutablePointer<Float>
    private let columns: UnsafeMutablePointer<Column>
    private let numbers: UnsafeMutablePointer<Code>
    /// The first number, for every row.
    private let first: UnsafeMutablePointer<UInt8>
    private var next: UnsafePointer<UInt8>
    private var opened = 0
    private(set) var count = 0
    /// What every row is worth before anything is added.
    private(set) var start = 0.0
    private var slots: UnsafePointer<UInt8>
    private var isWide = false
    /// How many areas a row has at most, those beyond ``Blocks/places`` left out.
    private(set) var areaPlaces = 0

    init() {
        func room<Item>(_ item: Item, _ rows: Int = Blocks.rows) -> UnsafeMutablePointer<Item> {
            let room = UnsafeMutablePointer<Item>.allocate(capacity: rows)
            room.initialize(repeating: item, count: rows)
            return room
        }
        (sums, words, areas, found, shares) = (room(0), room(0), room(0), room(0), room(0))
        numbers = room(0, Columns.count * Blocks.rows)
        (first, portions) = (room(0), room(0))
        columns = room(Column(count: 0, numbers: numbers, rows: first), Columns.count)
        next = UnsafePointer(first)
        slots = UnsafePointer(first)
    }

    func deallocate() {
        sums.deallocate()
        words.deallocate()
        areas.deallocate()
        found.deallocate()
        shares.deallocate()
        numbers.deallocate()
        first.deallocate()
        portions.deallocate()
        columns.deallocate()
    }

    /// Turns to a block of so many rows, each of which is worth so much to start with.
    @inline(__always)
    mutating func turn(to block: Int, of columns: Columns.View, rows: Int, worth: Double) {
        (next, opened, count, start) = (columns.bytes + Int(columns.starts[block]), 0, rows, worth)
        sums.update(repeating: worth, count: rows)
        words.update(repeating: 0, count: rows)
    }

    /// Reads the columns before one.
    @inline(__always)
    mutating func open(before end: Int) {
        while opened < end {
            let size = Int(next.pointee)
            next += 1
            let numbers = numbers + opened * Blocks.rows
            for place in 0..<size { numbers[place] = Varint.next(&next) }
            columns[opened] = Column(count: size, numbers: numbers, rows: size > 1 ? next : UnsafePointer(first))
            if size > 1 { next += count }
            if opened == Columns.shape {
                var most: Code = 0
                for place in 0..<size { most = max(most, numbers[place] >> 1) }
                (areaPlaces, isWide) = (min(Int(most), Blocks.places), next.pointee == 2)
                slots = next + 1
                next += 1 + (isWide ? 2 : 1) * areaPlaces * count
            }
            opened += 1
        }
    }

    /// The code of an area of a row plus one, 0 where there is none; more than ``Columns/largestArea`` plus one for one that
    /// stands with the rest of the row.
    ///
    /// - Parameter place: below ``areaPlaces``.
    @inline(__always)
    func area(_ place: Int, _ row: Int) -> Int {
        let slot = Int(slots[place &* count &+ row])
        return isWide ? slot | Int(slots[(areaPlaces &+ place) &* count &+ row]) << 8 : slot
    }

    /// The lower bytes of a place of all rows.
    ///
    /// - Parameter place: below ``areaPlaces``.
    @inline(__always)
    func slots(of place: Int) -> UnsafePointer<UInt8> { slots + place &* count }

    @inline(__always)
    subscript(column: Int) -> Column { columns[column] }

    /// Reads a row over a sheet.
    ///
    /// - Parameter number: that of the row in all of the columns.
    @inline(__always)
    mutating func read(_ row: Int, _ number: Int, of columns: Columns.View, into sheet: inout Sheet) {
        open(before: Columns.count)
        var rest = columns.rest + Int(columns.restStarts[number])
        let shape = self[Columns.shape][row]
        sheet.length = Int(self[Columns.length][row])
        for place in 0..<Field.singleCount { sheet.single[place] = self[Columns.column(place)][row] }
        sheet.areas.removeAll(keepingCapacity: true)
        for place in 0..<Int(shape >> 1) {
            sheet.areas.append((place < areaPlaces ? Code(area(place, row)) - 1 : Code.max, 100))
        }
        if shape & 1 == 1 { for place in sheet.areas.indices { sheet.areas[place].percent = Varint.next(&rest) } }
        for place in sheet.areas.indices where sheet.areas[place].code > Columns.largestArea {
            sheet.areas[place].code = Varint.next(&rest)
        }
        sheet.tags.removeAll(keepingCapacity: true)
        for _ in 0..<Varint.next(&rest) { sheet.tags.append(Varint.next(&rest)) }
        sheet.backers.removeAll(keepingCapacity: true)
        var last = 0
        for _ in 0..<Varint.next(&rest) {
            last += Int(Varint.next(&rest))
            sheet.backers.append(last)
        }
    }
}
