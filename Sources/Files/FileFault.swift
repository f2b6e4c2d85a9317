/// Why a file is not taken.
public enum FileFault: String, Error, Codable, Sendable, CaseIterable {
    /// It has no bytes.
    case empty
    /// It has more bytes than a file may have.
    case tooLarge = "too_large"
    /// Its name ends with nothing we take.
    case unknownKind = "unknown_kind"
    /// Its bytes are not what its name says.
    case otherKind = "other_kind"
    /// It is two files in one.
    case polyglot
    /// It cannot be read to its end.
    case damaged
    /// It is protected by a password.
    case encrypted
    /// It carries a program.
    case macros
    /// It carries an archive.
    case nestedArchive = "nested_archive"
    /// An entry of it would be written outside of where it is unpacked.
    case unsafeEntry = "unsafe_entry"
    /// It would be far larger unpacked.
    case bomb
    /// Its picture has more pixels than are shown.
    case tooManyPixels = "too_many_pixels"
    /// Its text is not UTF-8.
    case notText = "not_text"
    /// It is a page or a drawing that could run.
    case active
}
