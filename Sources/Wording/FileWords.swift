package import Files
package import Pages

extension FileFault {
    /// What to do about a file that is not taken, beside its field.
    package func words(in language: Pages.Language) -> String {
        let t = PageKit.wording.texts(in: language)
        return t("file.fault.\(rawValue)")
    }
}

/// How large a file is.
package enum FileSize {
    /// “2.4 MB”, in steps of a thousand as file managers count.
    package static func text(_ bytes: Int) -> String {
        if bytes < 1_000 { return "\(bytes) B" }
        if bytes < 1_000_000 { return "\((bytes + 500) / 1_000) kB" }
        let isLarge = bytes >= 1_000_000_000
        let tenths = isLarge ? bytes / 100_000_000 : (bytes + 50_000) / 100_000
        return "\(tenths / 10).\(tenths % 10) \(isLarge ? "GB" : "MB")"
    }
}
