internal import Foundation
internal import Pages
internal import Programs
internal import Vocabulary
internal import Wording

/// The order of streams of a form, as it was typed.
struct TypedChoices: Sendable {
    /// What the name of each place begins with.
    static let field = "choices_streams"
    /// The hidden field that remembers which order the writer saw.
    static let seenField = "seen_streams"

    /// What stands at each place.
    let places: [ProgramStream.ID?]
    /// Which order the writer saw.
    let seen: Fingerprint?
    /// The fields that were sent: a script sends those that changed.
    let fields: [String]
    /// Why the order is not stored, by field.
    var errors: [(field: String, message: String)] = []
    /// What somebody else has put there meanwhile.
    var theirs: [ProgramStream.ID]?

    /// Nil where the form sends no place.
    ///
    /// - Parameter stored: what stands at the places that are not sent.
    init?(_ fields: [String: [String]], to call: CallForApplications, over stored: [ProgramStream.ID]) {
        let names = call.offered.indices.map(Self.name)
        self.fields = names.filter { fields[$0] != nil }
        guard !self.fields.isEmpty else { return nil }
        let unknown = ProgramStream.ID()
        places = names.enumerated().map { place, name in
            guard let typed = fields[name]?.first else { return stored.indices.contains(place) ? stored[place] : nil }
            // What is no stream at all is none that the call offers.
            return typed.isEmpty ? nil : ProgramStream.ID(typed) ?? unknown
        }
        seen = fields[Self.seenField]?.first.flatMap(Fingerprint.init)
    }

    /// The field of a place.
    static func name(_ place: Int) -> String { "\(field).\(place)" }

    /// The same, with why it was not stored.
    func refused(_ refusal: ChoicesRefusal, _ t: Texts) -> TypedChoices {
        var choices = self
        switch refusal {
        case .faults(let faults):
            choices.errors = faults.sorted { $0.key < $1.key }.map { place, fault in
                switch fault {
                case .notOffered: (Self.name(place), t("choices.not_offered"))
                case .repeated: (Self.name(place), t("choices.repeated"))
                case .skipped: (Self.name(place), t("choices.skipped"))
                }
            }
        case .changed(let theirs):
            choices.errors = [(Self.name(0), t("draft.conflict"))]
            choices.theirs = theirs
        case .nothingToChoose: choices.errors = [(Self.name(0), t("choices.not_offered"))]
        }
        return choices
    }
}

extension CallForApplications {
    /// The streams in the order in which they are wanted: a list for each place. Nil where there is nothing to choose.
    func choicesSection(_ input: FormInput, _ t: Texts, in language: Vocabulary.Language) -> FormSection? {
        guard offersChoice else { return nil }
        let options = offered.map { stream -> (value: String, label: String) in
            let name = stream.name.text(for: language)
            let places = stream.places.map { t("choices.places", ["stream": name, "places": Figures.grouped($0)]) }
            let label = places ?? name
            guard stream.closesAt != nil else { return (value: stream.stream.description, label: label) }
            let closes = deadline(of: stream.stream).sentence(in: t.language)
            return (
                value: stream.stream.description, label: t("choices.closes", ["stream": label, "closes": closes])
            )
        }
        return FormSection(
            title: t("choices.title"), intro: t("choices.intro"),
            fields: offered.indices.map { place in
                input.select(
                    TypedChoices.name(place), label: t("choices.place", ["number": "\(place + 1)"]), options: options,
                    prompt: place == 0 ? nil : t("choices.none"), isOptional: place > 0)
            })
    }

    /// What the form of an order begins with.
    func choiceValues(of streams: [ProgramStream.ID]) -> [String: [String]] {
        Dictionary(
            streams.enumerated().map { (TypedChoices.name($0), [$1.description]) },
            uniquingKeysWith: { first, _ in first })
    }

    /// What a page says of the stream that is applied to: the order that was chosen, what there is to choose, or the one.
    func streamFact(_ choices: [ProgramStream.ID], _ t: Texts, in language: Vocabulary.Language) -> Fact {
        guard offersChoice else { return .text(t("fact.stream"), streamName.text(for: language)) }
        guard !choices.isEmpty else {
            return .tags(t("fact.streams"), offered.map { $0.name.text(for: language) })
        }
        return .tags(
            t("fact.choices"),
            choices.enumerated().map { place, stream in
                "\(place + 1). \(name(of: stream)?.text(for: language) ?? "")"
            })
    }
}
