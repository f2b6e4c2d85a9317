import Foundation
import Matching
import Testing

@Suite struct KeyTests {
    @Test func keysAreUUIDs() throws {
        for _ in 0..<200 {
            let uuid = UUID()
            let key = Key(uuid.uuid)
            #expect(UUID(uuid: key.bytes) == uuid)
            #expect(key.description == uuid.uuidString.lowercased())
            #expect(Key(uuid.uuidString) == key)
        }
    }

    @Test func keysAreOrderedAsTheirBytes() {
        let uuids = (0..<200).map { _ in UUID() }
        #expect(uuids.sorted().map { Key($0.uuid) } == uuids.map { Key($0.uuid) }.sorted())
    }

    @Test(arguments: ["", "0b7e4d2a5c1f4a3b9d8e6f7a8b9c0d1e", "0b7e4d2a-5c1f-4a3b-9d8e-6f7a8b9c0d1g", "é"])
    func refusesOtherForms(text: String) {
        #expect(Key(text) == nil)
    }

    @Test func explanationsAreKeptAsTheyAre() throws {
        var inventor = Inventor(seed: 8)
        let world = inventor.world()
        let index = Index(world, model: everySignal)
        for mandate in index.mandates {
            for item in index.propose(mandate, limit: 20)?.items ?? [] {
                let json = try JSONEncoder().encode(item.explanation)
                #expect(try JSONDecoder().decode(Explanation.self, from: json) == item.explanation)
            }
        }
    }
}
