internal import Foundation
internal import Pages
internal import Vocabulary

extension PageKit {
    static let reviews = PageKit("reviews", bundle: .module)
}

extension ReviewRound {
    /// What the batch that it judges is called; nil where it judges all.
    func batchName(for language: Vocabulary.Language) -> String? {
        guard let batch else { return nil }
        let t = PageKit.reviews.texts(in: Pages.Language(tag: language.rawValue) ?? .english)
        return t("round.batch_number", ["number": "\(batch)"])
    }
}
