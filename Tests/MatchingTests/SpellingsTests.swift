import Testing

@testable import Matching

@Suite struct SpellingsTests {
    @Test func findsWordsOfAnyLengthAndNoOthers() {
        // Words that differ in one byte, at their start, in their middle, at their end or in their length.
        var words: Set<[UInt8]> = []
        for length in 1...20 {
            words.insert(Array(repeating: 0x61, count: length))
            for place in 0..<length {
                for byte in [0x62, 0xE1, 0xFF] as [UInt8] {
                    var word = [UInt8](repeating: 0x61, count: length)
                    word[place] = byte
                    words.insert(word)
                }
            }
        }
        var (spellings, given): (Spellings, [[UInt8]: Code]) = (Spellings(), [:])
        for (number, word) in words.enumerated() {
            #expect(word.withUnsafeBufferPointer { spellings.number($0) } == nil)
            word.withUnsafeBufferPointer { spellings.insert(Code(number), for: $0) }
            given[word] = Code(number)
        }
        for (word, number) in given {
            #expect(word.withUnsafeBufferPointer { spellings.number($0) } == number)
        }
    }
}
