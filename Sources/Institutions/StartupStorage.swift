package import API
package import Pages
internal import Wording

/// How much a startup has stored of what its workspace lets it: the files of its applications and its data room, all versions.
package struct StartupStorage: Codable, Sendable, Equatable {
    /// Bytes that are kept.
    package let used: Int
    /// Bytes that the workspace lets each of its startups store.
    package let limit: Int

    /// Of these bytes.
    package init(used: Int, limit: Int) {
        self.used = used
        self.limit = limit
    }

    /// Bytes that may still come; none where the limit was lowered below what was there.
    package var left: Int { max(0, limit - used) }

    /// How much is used and how much is left, beside where files are uploaded.
    package func words(in language: Pages.Language) -> String {
        let t = PageKit.institutions.texts(in: language)
        return t(
            "storage.left",
            ["used": FileSize.text(used), "limit": FileSize.text(limit), "left": FileSize.text(left)])
    }
}

/// Why a file is not stored.
package enum StorageRefusal: Refusal, Equatable {
    /// It would take the files of its startup over what they may have together.
    case full(StartupStorage)

    package var problem: Problem {
        switch self {
        case .full(let storage):
            .conflict(
                "The files of the startup take \(FileSize.text(storage.used)) of \(FileSize.text(storage.limit)). Remove some first."
            )
        }
    }
}

/// What a workspace lets each of its startups store.
package struct StorageLimit: Codable, Sendable, Equatable {
    /// In bytes: 200 MiB to 1 TiB.
    package let bytes: Int

    /// So many bytes.
    package init(bytes: Int) { self.bytes = bytes }
}
