import Testing

@testable import Matching

@Suite struct FewAreasTests {
    private func few(_ telling: [Int: (worth: Float, words: Float)], least: Float = -2, count: Int = 70_000)
        -> FewAreas?
    {
        var (worths, words) = ([Float](repeating: least, count: count), [Float](repeating: 0, count: count))
        for (code, told) in telling { (worths[code], words[code]) = told }
        return FewAreas(worths: worths, words: words, count: count, least: least)
    }

    @Test func aSetIsWorthItsBestDifferentAreas() throws {
        for seed in worlds(50, long: 5000) {
            var inventor = Inventor(seed: seed)
            let codes = (0..<200).shuffled(using: &inventor).prefix(Int.random(in: 1...8, using: &inventor)).sorted()
            let telling = Dictionary(
                uniqueKeysWithValues: codes.map {
                    (
                        $0,
                        (
                            Float(Int.random(in: -1...90, using: &inventor)),
                            Float(Int.random(in: 0...9, using: &inventor))
                        )
                    )
                })
            let few = try #require(self.few(telling))
            #expect(few.areas.count == codes.count)
            for set in few.best.indices {
                let told = codes.indices.filter { set >> $0 & 1 == 1 }.compactMap { telling[codes[$0]] }
                for count in 1...3 {
                    func best(_ all: [Float], _ other: Float) -> Float {
                        (all + [other, other, other]).sorted(by: >).prefix(count).reduce(0, +)
                    }
                    #expect(few.best[set].areas[count - 1] == best(told.map(\.0), -2))
                    #expect(few.best[set].words[count - 1] == best(told.map(\.1), 0))
                }
            }
        }
    }

    @Test func whatAByteCannotTellApartIsNotFew() {
        let told: (Float, Float) = (3, 0)
        #expect(few([3: told, 258: told, 65_533: told]) != nil)
        #expect(few([3: told, 259: told]) == nil, "one byte stands for both")
        #expect(few([65_534: told]) == nil, "a column does not tell it from later ones")
        #expect(few(Dictionary(uniqueKeysWithValues: (0..<8).map { ($0, told) })) != nil)
        #expect(few(Dictionary(uniqueKeysWithValues: (0..<9).map { ($0, told) })) == nil)
        #expect(few([3: (.infinity, 0)]) == nil)
    }
}
