import Testing

@testable import Matching

@Suite struct ColumnsTests {
    /// Codes on both sides of where they take another byte, or stand elsewhere.
    private static let edges: [Code] = [
        0, 1, 126, 127, 253, 254, 255, 256, 510, 511, 65_532, 65_533, 65_534, 65_535, 65_536, 3_000_000,
    ]

    @Test(arguments: [0, 1, 2, 3, 9])
    func rowsComeBackAsTheyWereAppended(mostAreas: Int) {
        for seed in worlds(40, long: 2000) {
            var inventor = Inventor(seed: seed)
            // Blocks of small codes alone are kept in another way than blocks of all.
            let codes = seed % 2 == 0 ? Self.edges : Array(Self.edges.prefix(6))
            let sheets = (0..<Int.random(in: 1...200, using: &inventor)).map { _ in
                sheet(of: codes, mostAreas: mostAreas, &inventor)
            }
            var builder = Columns.Builder()
            for sheet in sheets { builder.append(sheet) }
            let columns = builder.finish()
            var (page, read, wrong) = (Page(), Sheet(), 0)
            defer { page.deallocate() }
            columns.withView { columns in
                for (number, sheet) in sheets.enumerated() {
                    let (block, row) = number.quotientAndRemainder(dividingBy: Blocks.rows)
                    if row == 0 {
                        let count = min(Blocks.rows, sheets.count - number)
                        page.turn(to: block, of: columns, rows: count, worth: 0)
                    }
                    page.read(row, number, of: columns, into: &read)
                    if !isSame(read, sheet) { wrong += 1 }
                }
            }
            #expect(wrong == 0)
        }
    }

    private func sheet(of codes: [Code], mostAreas: Int, _ inventor: inout Inventor) -> Sheet {
        var sheet = Sheet()
        let isEven = Bool.random(using: &inventor)
        for code in codes.shuffled(using: &inventor).prefix(Int.random(in: 0...mostAreas, using: &inventor)) {
            sheet.areas.append((code, isEven ? 100 : Code.random(in: 1...100, using: &inventor)))
        }
        for place in sheet.single.indices { sheet.single[place] = codes.randomElement(using: &inventor) ?? 0 }
        sheet.tags = Array(codes.shuffled(using: &inventor).prefix(Int.random(in: 0...3, using: &inventor)))
        sheet.backers = codes.shuffled(using: &inventor).prefix(Int.random(in: 0...3, using: &inventor)).map(Int.init)
            .sorted()
        sheet.length = Int.random(in: 0...300, using: &inventor)
        return sheet
    }

    private func isSame(_ left: Sheet, _ right: Sheet) -> Bool {
        left.areas.elementsEqual(right.areas) { $0.code == $1.code && $0.percent == $1.percent }
            && left.tags == right.tags && left.single == right.single && left.backers == right.backers
            && left.length == right.length
    }
}
