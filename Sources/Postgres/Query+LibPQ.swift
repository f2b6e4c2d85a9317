extension Query {
    /// Lends the arrays that libpq wants, for the duration of `body`.
    func withParameters<R>(
        _ body: (Int32, UnsafePointer<UnsafePointer<CChar>?>?, [Int32], [Int32]) -> R
    ) -> R {
        let count = parameters.types.count
        guard count > 0 else { return body(0, nil, [], []) }
        // An empty value still needs an address, because a missing one means NULL.
        let nothing: [CChar] = [0]
        return nothing.withUnsafeBufferPointer { nothing in
            parameters.bytes.withUnsafeBytes { bytes in
                withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: count) { pointers in
                    var offset = 0
                    for (index, length) in parameters.lengths.enumerated() {
                        let start =
                            switch length {
                            case Parameters.null: nil as UnsafePointer<CChar>?
                            case 0: nothing.baseAddress
                            default: bytes.baseAddress?.advanced(by: offset).assumingMemoryBound(to: CChar.self)
                            }
                        pointers.initializeElement(at: index, to: start)
                        offset += Int(max(0, length))
                    }
                    let formats =
                        count <= Self.binary.count ? Self.binary : Array(repeating: 1, count: count)
                    return body(Int32(count), UnsafePointer(pointers.baseAddress), parameters.lengths, formats)
                }
            }
        }
    }

    /// The format of every parameter, for as many as most statements have.
    private static let binary = [Int32](repeating: 1, count: 64)
}
