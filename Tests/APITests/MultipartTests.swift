import Foundation
import Testing

@testable import API

@Suite("Forms with files")
struct MultipartTests {
    private static let head = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n"

    private func read(_ pieces: [[UInt8]], boundary: String = "b") throws -> [MultipartReader.Event] {
        var reader = try #require(MultipartReader(boundary: boundary))
        var events: [MultipartReader.Event] = []
        for piece in pieces {
            for event in try reader.feed(piece) {
                // How data is cut follows how it came.
                if case .data(let more) = event, case .data(let before)? = events.last {
                    events[events.count - 1] = .data(before + more)
                } else {
                    events.append(event)
                }
            }
        }
        try reader.finish()
        return events
    }

    @Test("wherever a form is cut, it is the same form")
    func cuts() throws {
        let tricky = Array("\r\n--\r\n--x\r\r\n-\r\n".utf8) + [0, 255]
        let form =
            Array(Self.head.utf8) + Array("one\r\ntwo".utf8)
            + Array(
                "\r\n--b\r\ncontent-type: application/pdf\r\nContent-Disposition: form-data; name=f; filename=\"a%22;計.pdf\"\r\n\r\n"
                    .utf8)
            + tricky + Array("\r\n--b--\r\n".utf8)
        let whole = try read([form])
        #expect(
            whole == [
                .began(.init(name: "a", filename: nil, mediaType: "application/octet-stream")),
                .data(Array("one\r\ntwo".utf8)), .ended,
                .began(.init(name: "f", filename: "a\";計.pdf", mediaType: "application/pdf")), .data(tricky), .ended,
            ])
        for cut in 0...form.count {
            #expect(try read([Array(form[..<cut]), Array(form[cut...])]) == whole, "cut at \(cut)")
        }
        #expect(try read(form.map { [$0] }) == whole)
    }

    @Test("any bytes come out as they went in", arguments: 0..<200)
    func anything(seed: UInt64) throws {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
        func next(_ bound: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % UInt64(bound))
        }
        // Out of what boundaries are made of, so that near misses are frequent; the whole of one cannot occur.
        let alphabet = Array("\r\n-bc".utf8)
        let data = (0..<next(200)).map { _ in alphabet[next(alphabet.count)] }
        guard !String(decoding: data, as: UTF8.self).utf8.elementsEqual("".utf8),
            data.split(separator: 0x0D).allSatisfy({ !$0.starts(with: "\n--b".utf8) })
        else { return }
        var (rest, pieces) = (Array(Self.head.utf8)[...] + data + Array("\r\n--b--".utf8), [[UInt8]]())
        while !rest.isEmpty {
            let count = Swift.min(rest.count, 1 + next(20))
            pieces.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        #expect(try read(pieces).dropFirst().first == .data(data))
    }

    @Test(
        "what two readers could read differently is refused",
        arguments: [
            "x\(head)1\r\n--b--", "\r\n\(head)1\r\n--b--", "\(head)1\r\n--b", "\(head)1\r\n--bb--",
            "\(head)1\r\n--b--x",
            "--b\r\n\r\n1\r\n--b--", "--b\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--b--",
            "--b\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\n1\r\n--b--",
            "--b\r\nContent-Disposition: form-data; name=a; filename*=utf-8''x\r\n\r\n1\r\n--b--",
            "--b\r\nContent-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64\r\n\r\n1\r\n--b--",
            "--b\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--b--", "--b \r\n",
            "--b\r\nX: " + String(repeating: "y", count: 5_000) + "\r\n\r\n1\r\n--b--",
        ])
    func refusals(_ form: String) {
        #expect(throws: MultipartReader.Malformed.self) { try self.read([Array(form.utf8)]) }
    }

    @Test("a boundary is read from the media type, once and within its bounds")
    func boundaries() {
        #expect(MultipartReader.boundary(in: "multipart/form-data; boundary=\"a b\"") == "a b")
        #expect(MultipartReader.boundary(in: "Multipart/Form-Data;boundary=x") == "x")
        #expect(MultipartReader.boundary(in: "multipart/mixed; boundary=x") == nil)
        #expect(MultipartReader.boundary(in: "multipart/form-data; boundary=x; boundary=y") == nil)
        #expect(MultipartReader(boundary: String(repeating: "x", count: 71)) == nil)
        #expect(MultipartReader(boundary: "a\"b") == nil)
    }
}
