import Foundation
import Testing

@testable import Postgres

@Suite struct QueryTests {
    @Test func bindsEveryValue() {
        let name = "Robert'); DROP TABLE students;--"
        let query: Query = "SELECT \(name), \(7), \(true)"
        #expect(query.sql == "SELECT $1, $2, $3")
        #expect(query.parameterCount == 3)
        #expect(query.parameters.types == [25, 20, 16])
    }

    @Test func bindsNothingAsTypedNull() {
        let missing: UUID? = nil
        let query: Query = "SELECT \(missing)"
        #expect(query.parameters.types == [2950])
        #expect(query.parameters.lengths == [-1])
    }

    @Test func renumbersSplicedFragments() {
        let inner: Query = "b = \(2) AND c = '$1' AND d = \(3)"
        let query: Query = "a = \(1) AND (\(fragment: inner)) AND e = \(4)"
        #expect(query.sql == "a = $1 AND (b = $2 AND c = '$1' AND d = $3) AND e = $4")
        let twice: Query = "\(fragment: query) OR \(fragment: query)"
        #expect(
            twice.sql
                == "a = $1 AND (b = $2 AND c = '$1' AND d = $3) AND e = $4"
                + " OR a = $5 AND (b = $6 AND c = '$1' AND d = $7) AND e = $8")
        #expect(twice.parameters.bytes.count == 64)
    }

    @Test func joinsConditions() {
        let conditions: [Query] = ["a = \(1)", "b = \("x")", "c"]
        #expect(conditions.joined(separator: " AND ").sql == "a = $1 AND b = $2 AND c")
        #expect([Query]().joined(separator: " AND ").sql == "")
    }

    @Test func renumbersBeyondTenParameters() {
        let many: Query = "\((0..<11).map { index -> Query in "x = \(index)" }.joined(separator: ",").parameterCount)"
        #expect(many.parameterCount == 1)
        let eleven = (0..<11).map { index -> Query in "\(index)" }.joined(separator: ",")
        let shifted: Query = "\(0), \(fragment: eleven) end"
        #expect(shifted.sql == "$1, $2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12 end")
    }

    @Test func quotesIdentifiers() {
        let query: Query = "SELECT \(identifier: "we\"ird") FROM \(identifier: SQLIdentifier("public", "t"))"
        #expect(query.sql == #"SELECT "we""ird" FROM "public"."t""#)
    }

    @Test func keepsTheLastOfTwoSettings() {
        let context = Context([(name: "a.b", value: "1"), (name: "a.b", value: "2")]).setting("a.c", to: "3")
        #expect(context.settings.map(\.value) == ["2", "3"])
        #expect(context["a.b"] == "2")
        #expect(Context.none["a.b"] == nil)
    }
}
