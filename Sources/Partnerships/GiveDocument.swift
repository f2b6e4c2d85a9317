package import API
package import Accounts
internal import Files
internal import Foundation
internal import Jobs
package import Postgres
internal import Vocabulary

extension Transaction {
    /// Gives a file to an agreement. The same bytes are the file that is there already.
    ///
    /// Not found when there is no such agreement; refused by `abandoned_agreements_take_no_files`,
    /// `agreements_have_at_most_200_mib_of_files` and `agreement_files_are_given_once`.
    ///
    /// - Parameter waitsForScanner: whether a scanner has the next word; without one the look at its structure was the last.
    package func giveDocument(
        _ new: NewMoUDocument, as id: MoUDocument.ID, to mou: MoU.ID, waitsForScanner: Bool, in tenant: Tenant.ID,
        by person: Person.ID
    ) async throws -> MoUDocument {
        guard try await self.mou(mou) != nil else { throw Problem.notFound }
        let digits = new.file.file.sha256.hexadecimal
        let present = try await documents(of: mou).first { document in
            document.sha256 == digits && document.isConfidential == new.isConfidential && document.state != .rejected
                && document.damagedAt == nil
        }
        if let present { return present }
        try await insert(new, as: id, of: mou, waitsForScanner ? .quarantined : .clean, in: tenant, by: person)
        if waitsForScanner { _ = try await enqueue(ScanMoUDocument(mou: mou.uuid, document: id.uuid)) }
        guard let given = try await document(id, of: mou) else { throw Problem.notFound }
        return given
    }

    /// Takes a file away: a manager every one, a party's staff what they gave. That it was there, and its hash, stay known;
    /// its bytes are gone. Not found when there is none that the principal may withdraw.
    package func withdrawDocument(_ id: MoUDocument.ID, of mou: MoU.ID, by person: Person.ID) async throws {
        guard try await withdraw(id, of: mou, by: person) else { throw Problem.notFound }
    }
}

extension Database {
    /// A file to be sent, which its reader has signed for on the trail. Each piece is read with the rights of that moment:
    /// whoever loses them gets no more. Not found when the reader may not open it.
    ///
    /// - Parameter headOnly: whether only the head of the answer is asked for: then nothing is read, and nothing signed for.
    package func download(
        _ id: MoUDocument.ID, of mou: MoU.ID, by principal: Principal, as context: Postgres.Context,
        headOnly: Bool = false
    ) async throws -> StreamedDownload {
        let (tenant, reader) = (try principal.workspace, self.reader(as: context))
        guard let document = try await reader.document(id, of: mou),
            document.isReadable(by: .init(try principal.actsFor))
        else { throw Problem.notFound }
        if !headOnly {
            try await write(as: context) { transaction in
                try await transaction.recordDownload(of: document, in: tenant, by: principal.personID)
            }
        }
        return StreamedDownload(
            mediaType: document.mediaType, filename: document.name.text, count: document.bytes
        ) { index in
            try await reader.piece(index, of: document)
        }
    }
}

extension [UInt8] {
    fileprivate var hexadecimal: String {
        map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }
}
