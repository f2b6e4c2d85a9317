import Foundation
import Testing

@testable import API

@Suite struct SchemaTests {
    struct Tree: Described {
        var name: String
        var children: [Tree]
        var parent: UUID?
        var sizes: [String: Int]
        var small: Int16
        var when: Date
        var flag: Bool?
    }

    struct Awkward: Codable, Sendable {
        init(from decoder: any Decoder) throws {
            _ = try decoder.unkeyedContainer()
        }
        func encode(to encoder: any Encoder) throws {}
    }

    private func published(_ type: any Decodable.Type) throws -> String {
        let schema = SchemaRecorder.shared.schema(of: type)
        var names = ComponentNames()
        names.collect(schema)
        names.settle()
        let members = names.published.sorted { $0.name < $1.name }
        return String(decoding: JSON.object(members).bytes, as: UTF8.self)
    }

    @Test func recordsStructsWithAllKindsOfFields() throws {
        let schema = SchemaRecorder.shared.schema(of: NewNote.self)
        #expect(schema.failures == [])
        #expect(schema.properties.map(\.name) == ["title", "label", "mood", "amount", "tags", "names", "urgent"])
        #expect(schema.properties.filter(\.required).map(\.name) == ["title", "mood"])
        let text = try published(NewNote.self)
        let string = ##"{"type":"string","maxLength":10000,"pattern":"^[^\\u0000]*$","examples":["text"]}"##
        let expected = [
            ##"{"Amount":{"type":"object","properties":{"amount_minor":{"type":"integer","##,
            ##""minimum":-9223372036854775808,"maximum":9223372036854775807,"##,
            ##""description":"In the currency's smallest unit.","examples":[1]},"currency":"##, string,
            ##"},"required":["amount_minor","currency"],"additionalProperties":false},"##,
            ##""Mood":{"type":"string","enum":["calm","stormy"]},"NewNote":{"type":"object","properties":{"title":"##,
            string,
            ##","label":{"type":"string","minLength":2,"maxLength":12,"pattern":"^[a-z]+$","examples":["harbour"]},"##,
            ##""mood":{"$ref":"#/components/schemas/Mood"},"amount":{"$ref":"#/components/schemas/Amount"},"##,
            ##""tags":{"type":"array","items":"##, string, ##","maxItems":1000},"##,
            ##""names":{"type":"object","additionalProperties":"##, string,
            ##","propertyNames":{"pattern":"^[^\\u0000]*$"},"maxProperties":100},"##,
            ##""urgent":{"type":"boolean","examples":[false]}},"required":["title","mood"],"##,
            ##""additionalProperties":false}}"##,
        ]
        #expect(text == expected.joined())
    }

    @Test func recordsRecursion() throws {
        let schema = SchemaRecorder.shared.schema(of: Tree.self)
        #expect(schema.failures == [])
        let tree = try JSON(
            parsing: Array(
                #"{"name":"a","children":[{"name":"b","children":[],"sizes":{},"small":40000,"when":"now"}],"sizes":{"x":1.5},"small":1,"when":"2026-03-01T09:30:00Z"}"#
                    .utf8))
        #expect(
            schema.check(tree).map(\.pointer).sorted() == ["/children/0/small", "/children/0/when", "/sizes/x"])
    }

    @Test func saysWhatCannotBeRecorded() {
        let schema = SchemaRecorder.shared.schema(of: Awkward.self)
        #expect(schema.failures.count == 1)
    }

    @Test func exampleFitsItsSchema() {
        for type in [NewNote.self, Tree.self, Page<Note>.self, ListNotes.self] as [any Decodable.Type] {
            let schema = SchemaRecorder.shared.schema(of: type)
            #expect(schema.check(schema.exampleValue) == [])
        }
    }

    @Test func collectsEveryErrorWithItsPointer() throws {
        let tree = try JSON(
            parsing: Array(
                #"{"title":5,"label":"X1","mood":"sunny","amount":{"amount_minor":1.5,"a/b~c":1},"tags":["ok",1],"names":{"en":2},"extra":true}"#
                    .utf8))
        let errors = SchemaRecorder.shared.schema(of: NewNote.self).check(tree)
        #expect(
            errors.map { "\($0.pointer) \($0.code.rawValue)" } == [
                "/title type", "/label invalid", "/mood not_allowed", "/amount/amount_minor out_of_range",
                "/amount/currency required", "/amount/a~1b~0c unknown", "/tags/1 type", "/names/en type",
                "/extra unknown",
            ])
        #expect(errors.first { $0.pointer == "/label" }?.detail == "takes small letters only")
    }

    @Test func refusesNullForAbsent() throws {
        let tree = try JSON(parsing: Array(#"{"title":"a","mood":"calm","label":null}"#.utf8))
        #expect(SchemaRecorder.shared.schema(of: NewNote.self).check(tree).map(\.pointer) == ["/label"])
    }

    @Test func limitsLengthInScalarsAndNumbersOfErrors() throws {
        let long = String(repeating: "\u{301}", count: 10_001)
        let schema = SchemaRecorder.shared.schema(of: String.self)
        #expect(schema.check(.string(long)).map(\.code) == [.tooLong])
        let strangers = JSON.object((0..<500).map { JSON.Member("x\($0)", 1) })
        #expect(SchemaRecorder.shared.schema(of: NewNote.self).check(strangers).count <= 101)
    }
}

@Suite struct FormFieldsTests {
    private func decode(_ text: String) throws -> (JSON, [String]) {
        let schema = SchemaRecorder.shared.schema(of: NewNote.self)
        let (tree, errors) = try FormFields(parsing: Array(text.utf8)).tree(for: schema, asForm: true)
        return (tree, (errors + schema.check(tree)).map { "\($0.pointer) \($0.code.rawValue)" })
    }

    @Test func turnsTextsIntoWhatTheSchemaWants() throws {
        let (tree, errors) = try decode(
            "title=Caf%C3%A9+au+lait&mood=calm&amount.amount_minor=12&amount.currency=HKD&tags=a&tags=b&names.en=x&names.ja=&urgent=on"
        )
        #expect(errors == [])
        let note = try tree.decode(NewNote.self)
        #expect(note.title == "Café au lait")
        #expect(note.amount?.amountMinor == 12)
        #expect(note.tags == ["a", "b"])
        #expect(note.names == ["en": "x"])
        #expect(note.urgent == true)
    }

    @Test func leavesEmptyOptionalFieldsOut() throws {
        let (tree, errors) = try decode("title=a&mood=calm&label=&amount.amount_minor=&amount.currency=&tags=")
        #expect(errors == [])
        let note = try tree.decode(NewNote.self)
        #expect(note.label == nil)
        #expect(note.amount == nil)
    }

    @Test func pointsToWhatIsWrong() throws {
        let (_, errors) = try decode(
            "title=&mood=&amount.amount_minor=12x&amount.currency=HKD&title=b&stranger=1&names=x")
        #expect(
            Set(errors) == [
                "/title repeated", "/mood required", "/amount/amount_minor type", "/stranger unknown",
            ])
    }

    @Test(arguments: ["a=%", "a=%4", "a=%zz", "%ff=1", "a=%00", "a=%ED%A0%80", "a=%C3"])
    func refusesBrokenEncoding(_ text: String) {
        #expect(throws: FormFields.Malformed.self) { try FormFields(parsing: Array(text.utf8)) }
    }
}
