public import API
public import Pages
internal import Postgres
internal import Vocabulary

extension FormCall {
    /// Who reads the page, for its frame: name, seat, the seats they may change to, language, the secret of forms.
    public func viewer() async throws -> Viewer {
        let language = Pages.Language(tag: locale) ?? .english
        guard let principal = visitor else { return Viewer(language: language, csrf: csrf) }
        let t = PageKit.accounts.texts(in: language)
        let seats = try await reader.seats(of: principal.personID).map { seat in
            (seat.id.uuid, Viewer.Seat(id: seat.id.description, role: seat.role, label: seat.label(in: language, t)))
        }
        return Viewer(
            name: principal.name, seat: seats.first { $0.0 == principal.membership }?.1,
            otherSeats: seats.filter { $0.0 != principal.membership }.map(\.1), language: language, csrf: csrf,
            page: page.flatMap { SafeURL(path: $0) })
    }
}

extension Seat {
    fileprivate func label(in language: Pages.Language, _ t: Texts) -> String {
        let spoken = Vocabulary.Language(rawValue: language.tag) ?? .english
        let place = institutionName?.text(for: spoken) ?? tenantName
        let role = t("role.\(role)")
        return place.map { "\($0) · \(role)" } ?? role
    }
}
