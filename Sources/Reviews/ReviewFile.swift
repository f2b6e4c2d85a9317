package import Applications
package import Forms
package import Foundation
package import Programs
package import Vocabulary

/// An application as a round reads it, frozen when it entered: without the startup's name where the round is blind, and
/// without the answers its reviewers may not read.
///
/// It is the one projection for reviewers. What is not in it cannot be shown, exported, searched or counted.
package struct ReviewFile: Sendable {
    /// One answer, with what was asked.
    package struct Answer: Codable, Sendable, Equatable {
        /// The question.
        package let question: CallForApplications.Question.ID
        /// What was asked.
        package let prompt: LocalizedLine
        /// What the startup wrote; nil where it wrote nothing.
        package let text: LongText?
        /// What kind of answer was asked for; nil in files of before there were kinds.
        package var kind: Field.Kind?
        /// What narrowed the answers.
        package var settings: Field.Settings?
        /// The files it consisted of, those among them that wait for their scan; nil where none were asked for.
        package var documents: [Document.ID]?

        /// What the answer is read by.
        package var takes: Field { Field(kind ?? .longText, settings ?? Field.Settings()) }
        /// Whether it is prose, from which one can tell the language somebody writes in.
        var isProse: Bool { [nil, .shortText, .longText].contains(kind) }
    }

    /// The application.
    package let application: Application.ID
    /// What everybody calls it in this round, such as `K7PQ4M`.
    package let code: String
    /// Who applies; nil in a blind round.
    package let startupName: LocalizedName?
    /// The language most of it is written in.
    package let language: Language
    /// The answers, in the order of the form.
    package let answers: [Answer]
    /// When it was frozen; the distant future for one that is about to be.
    package internal(set) var enteredAt = Date.distantFuture
    /// When it was frozen anew, after the startup had handed in changes that were asked for.
    package internal(set) var renewedAt: Date?
}

extension ReviewFile {
    /// A name for an application in a round that tells nothing about it: six characters out of thirty that are not taken
    /// for each other. The same round and application always give the same name, unless it is taken.
    ///
    /// - Parameter taken: the names of the round so far.
    static func code(of application: Application.ID, in round: ReviewRound.ID, besides taken: Set<String>) -> String {
        let alphabet = Array("23456789ABCDEFGHJKMNPQRSTVWXYZ".unicodeScalars)
        var attempt: UInt64 = 0
        while true {
            // FNV-1a, 64 bits: stable over processes and versions, unlike Swift's own hashes.
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325 &+ attempt
            for byte in (round.description + application.description).utf8 {
                hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
            }
            var scalars = String.UnicodeScalarView()
            for _ in 0..<6 {
                scalars.append(alphabet[Int(hash % 30)])
                hash /= 30
            }
            let code = String(scalars)
            if !taken.contains(code) { return code }
            attempt += 1
        }
    }
}

extension Language {
    /// The language most of a text is written in: Japanese where there is kana among the ideographs, Chinese where there
    /// are ideographs alone, English otherwise.
    ///
    /// An ideograph says about as much as a short word, which is three letters or so; hence the weights. Kana decides from
    /// one in twenty on: a Chinese text quotes a Japanese name now and then, no Japanese text does without.
    package init(mostOf texts: some Sequence<String>) {
        var (kana, ideographs, letters) = (0, 0, 0)
        for text in texts {
            for scalar in text.unicodeScalars {
                switch scalar.value {
                case 0x3041...0x30FF, 0x31F0...0x31FF, 0xFF66...0xFF9D: kana += 1
                case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x323AF: ideographs += 1
                case 0x41...0x5A, 0x61...0x7A, 0xC0...0x24F: letters += 1
                default: break
                }
            }
        }
        self =
            if (kana + ideographs) * 3 <= letters {
                .english
            } else if kana * 20 >= kana + ideographs {
                .japanese
            } else {
                .traditionalChinese
            }
    }
}
