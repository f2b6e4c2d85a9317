public import Postgres

extension CalendarDate: PostgresCodable {
    /// From 1970-01-01 to 2000-01-01, where PostgreSQL begins to count.
    private static let epoch = 10_957

    /// `date`
    public static var postgresType: PostgresType { .date }

    /// Binds the days since 2000-01-01.
    public func encode(into buffer: inout [UInt8]) {
        withUnsafeBytes(of: Int32(daysSince1970 - Self.epoch).bigEndian) { buffer.append(contentsOf: $0) }
    }

    /// Reads `date`; `infinity` and years beyond 9999 are out of range.
    public init(postgres cell: Cell) throws {
        guard cell.type == .date else { throw Cell.Mismatch.type }
        if cell.format == .text {
            guard let date = CalendarDate(try String(postgres: cell)) else { throw Cell.Mismatch.malformed }
            self = date
            return
        }
        let days = try cell.withBytes { bytes in
            guard bytes.count == 4 else { throw Cell.Mismatch.malformed }
            return Int(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
        }
        let date = CalendarDate(daysSince1970: days + Self.epoch)
        guard date.daysSince1970 == days + Self.epoch else { throw Cell.Mismatch.outOfRange }
        self = date
    }
}
