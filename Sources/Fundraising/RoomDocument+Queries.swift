internal import API
internal import Accounts
internal import Files
package import Foundation
package import Institutions
package import Postgres
package import Vocabulary

extension Statements {
    /// The documents of a data room by folder and title: all for the startup, for an investor those it may read now.
    package func roomDocuments(of startup: Startup.ID) async throws -> [RoomDocument] {
        try await rows(
            """
            -- roomDocuments
            \(fragment: .documents) AND d.startup_id = \(startup)
            ORDER BY d.folder, d.title, d.id
            """
        ).map(RoomDocument.init)
    }

    /// A document that was not removed; nil when it does not exist or the seat may not read it.
    package func roomDocument(_ id: RoomDocument.ID, of startup: Startup.ID? = nil) async throws -> RoomDocument? {
        try await first(
            """
            -- roomDocument
            \(fragment: .documents) AND d.id = \(id) \(given: startup, { "AND d.startup_id = \($0)" })
            """
        ).map(RoomDocument.init)
    }

    /// All versions of a document, the latest first. For the startup alone.
    package func versions(of id: RoomDocument.ID, in startup: Startup.ID) async throws -> [RoomDocument.Version] {
        try await rows(
            """
            -- versions of a room document
            SELECT v.number, v.name, v.media_type, v.bytes, v.state, v.unmarkable, v.uploaded_at, v.damaged_at
            FROM data_room_versions AS v
            WHERE v.tenant_id = acting_tenant() AND v.startup_id = \(startup) AND v.document_id = \(id)
              AND (acts_as('system') OR acts_as('founder') AND v.startup_id = acting_institution())
            ORDER BY v.number DESC
            """
        ).map(RoomDocument.Version.init)
    }

    /// The grants of a data room that were not revoked, or of one document in it, the latest first. For the startup alone.
    package func roomGrants(of startup: Startup.ID, document: RoomDocument.ID? = nil) async throws -> [RoomGrant] {
        try await rows(
            """
            -- roomGrants
            SELECT g.id, g.document_id, g.investor_id, i.names AS investor_names, g.may_download, g.expires_on,
                   g.granted_at, coalesce(g.expires_on < (now() AT TIME ZONE 'UTC')::date, false) AS has_expired
            FROM data_room_grants AS g
            LEFT JOIN institutions AS i ON i.tenant_id = g.tenant_id AND i.id = g.investor_id
            WHERE g.tenant_id = acting_tenant() AND g.startup_id = \(startup) AND g.revoked_at IS NULL
              AND (acts_as('system') OR acts_as('founder') AND g.startup_id = acting_institution())
              \(given: document, { "AND g.document_id = \($0)" })
            ORDER BY g.granted_at DESC, g.id DESC
            """
        ).map { row in
            try RoomGrant(
                id: row("id"), document: row("document_id"), investor: row("investor_id"),
                investorName: row("investor_names"), mayDownload: row("may_download"), expiresOn: row("expires_on"),
                grantedAt: row("granted_at"), hasExpired: row("has_expired"))
        }
    }

    /// Who was shown documents of the acting startup or took them away, the latest first.
    package func roomAccesses(after cursor: RoomAccessPosition? = nil, limit: Int) async throws -> [RoomAccess] {
        try await rows(
            """
            -- roomAccesses
            SELECT a.id, a.document_id, d.title, a.number, a.person_name, a.firm_name,
                   a.institution_id = a.startup_id AS is_own, a.deed, a.watermarked, a.at
            FROM data_room_accesses AS a
            JOIN data_room_documents AS d
                ON d.tenant_id = a.tenant_id AND d.startup_id = a.startup_id AND d.id = a.document_id
            WHERE a.tenant_id = acting_tenant() AND acts_as('founder') AND a.startup_id = acting_institution()
              \(given: cursor, { "AND (a.at, a.id) < (\($0.at), \($0.id))" })
            ORDER BY a.at DESC, a.id DESC
            LIMIT \(limit)
            """
        ).map { row in
            try RoomAccess(
                id: row("id"), document: row("document_id"), title: row("title"), version: row("number"),
                personName: row("person_name"), firmName: row("firm_name"), isOwn: row("is_own"), deed: row("deed"),
                watermarked: row("watermarked"), at: row("at"))
        }
    }

    /// How much there is in the data rooms of a park, by the startups' names.
    package func roomCounts() async throws -> [RoomCount] {
        try await rows(
            """
            -- roomCounts
            SELECT c.startup_id, i.names, c.documents, c.grants, c.views, c.downloads, c.firms
            FROM data_rooms_counted(acting_role()) AS c
            JOIN institutions AS i ON i.tenant_id = acting_tenant() AND i.id = c.startup_id
            WHERE acts_as('manager', 'system')
            ORDER BY i.names ->> 'en', c.startup_id
            """
        ).map { row in
            try RoomCount(
                startup: row("startup_id"), startupName: row("names"), documents: row("documents"),
                grants: row("grants"), views: row("views"), downloads: row("downloads"), firms: row("firms"))
        }
    }

    /// Firms that a startup may name in a grant: those that asked to be introduced to it or would put something in.
    package func firmsToGrant(to startup: Startup.ID) async throws -> [(id: Institution.ID, name: LocalizedName)] {
        try await rows(
            """
            -- firmsToGrant
            SELECT i.id, i.names FROM institutions AS i
            WHERE i.tenant_id = acting_tenant() AND acts_as('founder') AND \(startup)::uuid = acting_institution()
              AND i.id IN (
                  SELECT n.investor_id FROM introductions AS n
                  WHERE n.tenant_id = acting_tenant() AND n.startup_id = \(startup)
                  UNION SELECT g.investor_id FROM round_indications AS g
                  JOIN funding_rounds AS r ON r.tenant_id = g.tenant_id AND r.id = g.round_id
                  WHERE g.tenant_id = acting_tenant() AND r.startup_id = \(startup))
            ORDER BY i.names ->> 'en', i.id
            """
        ).map { (try $0("id"), try $0("names")) }
    }

    /// Whether a document may still be had in this way by the seat: asked with every piece of it.
    func maySend(_ id: RoomDocument.ID, of startup: Startup.ID, as right: RoomDocument.Right) async throws -> Bool {
        try await first(
            """
            -- maySend
            SELECT 1 AS may FROM data_room_documents AS d
            WHERE d.tenant_id = acting_tenant() AND d.startup_id = \(startup) AND d.id = \(id) AND d.removed_at IS NULL
              AND (acts_as('founder') AND d.startup_id = acting_institution()
                   OR acts_as('investor') AND acting_right_to(d.startup_id, d.id) IN ('download', \(right)))
            """) != nil
    }

    /// One piece of a version; nil after the last, and once the seat may not read it any more.
    func piece(
        _ index: Int, of number: Int, of document: RoomDocument.ID, in startup: Startup.ID
    ) async throws -> [UInt8]? {
        try await first(
            """
            -- piece of a room document
            SELECT p.bytes FROM data_room_pieces AS p
            WHERE p.tenant_id = acting_tenant() AND p.startup_id = \(startup) AND p.document_id = \(document)
              AND p.number = \(number) AND p.seq = \(index)
              AND (acts_as('system') OR acts_as('founder') AND p.startup_id = acting_institution()
                   OR acts_as('investor') AND acting_right_to(p.startup_id, p.document_id) IS NOT NULL)
            """
        ).map { try $0("bytes") }
    }
}

/// Where a list of accesses goes on.
package struct RoomAccessPosition: Codable, Sendable {
    /// When the last one of the page was.
    package let at: Date
    /// That one.
    package let id: RoomAccess.ID

    /// Behind an access.
    package init(_ access: RoomAccess) {
        at = access.at
        id = access.id
    }
}

extension Query {
    /// What is not removed and the seat reaches, the query's own answer to what row-level security says again.
    fileprivate static var documents: Query {
        """
        SELECT d.id, d.startup_id, d.folder, d.title, d.watermarked, v.number, v.name, v.media_type, v.bytes, v.state,
               v.unmarkable, v.uploaded_at, v.damaged_at,
               CASE WHEN acts_as('investor') THEN acting_right_to(d.startup_id, d.id) ELSE 'download' END AS right
        FROM data_room_documents AS d
        LEFT JOIN LATERAL (
            SELECT l.number, l.name, l.media_type, l.bytes, l.state, l.unmarkable, l.uploaded_at, l.damaged_at
            FROM data_room_versions AS l
            WHERE l.tenant_id = d.tenant_id AND l.startup_id = d.startup_id AND l.document_id = d.id
              AND (acts_as('founder', 'system') OR l.state = 'clean')
            ORDER BY l.number DESC LIMIT 1) AS v ON true
        WHERE d.tenant_id = acting_tenant() AND d.removed_at IS NULL
          AND (acts_as('system') OR acts_as('founder') AND d.startup_id = acting_institution()
               OR acts_as('investor') AND v.number IS NOT NULL AND acting_right_to(d.startup_id, d.id) IS NOT NULL)
        """
    }
}

extension RoomDocument.State: PostgresCodable {}
extension RoomDocument.Right: PostgresCodable {}
extension Watermarker.Fault: PostgresCodable {}

extension RoomDocument {
    fileprivate init(_ row: Row) throws {
        let version = try row.value("number", as: Int?.self) == nil ? nil : Version(row)
        try self.init(
            id: row("id"), startup: row("startup_id"), folder: row("folder"), title: row("title"),
            watermarked: row("watermarked"), latest: version, right: row("right"))
    }
}

extension RoomDocument.Version {
    fileprivate init(_ row: Row) throws {
        try self.init(
            number: row("number"), name: FileName(cleaning: row("name")).text, mediaType: row("media_type"),
            bytes: row("bytes"), state: row("state"), unmarkable: row("unmarkable"), uploadedAt: row("uploaded_at"),
            damagedAt: row("damaged_at"))
    }
}

extension Transaction {
    func insert(
        _ new: NewRoomDocument, as id: RoomDocument.ID, of startup: Startup.ID, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- addRoomDocument
            INSERT INTO data_room_documents (tenant_id, startup_id, id, folder, title, watermarked, added_by)
            VALUES (acting_tenant(), \(startup), \(id), \(new.folder), \(new.title), \(new.watermarked), \(person))
            """)
    }

    /// The document's startup, with its row locked; nil when it was removed or is not the seat's.
    func lockRoomDocument(_ id: RoomDocument.ID) async throws -> RoomDocument? {
        let locked = try await first(
            """
            -- lockRoomDocument
            SELECT id FROM data_room_documents
            WHERE tenant_id = acting_tenant() AND startup_id = acting_institution() AND id = \(id) AND removed_at IS NULL
            FOR UPDATE
            """)
        return locked == nil ? nil : try await roomDocument(id)
    }

    func insert(
        _ checked: CheckedFile, as number: Int, of document: RoomDocument.ID, in startup: Startup.ID,
        as state: RoomDocument.State, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- addRoomVersion
            INSERT INTO data_room_versions
                (tenant_id, startup_id, document_id, number, name, media_type, bytes, sha256, state, checked_at, uploaded_by)
            VALUES (acting_tenant(), \(startup), \(document), \(number), \(checked.name.text), \(checked.kind.mediaType),
                    \(checked.file.count), \(checked.file.sha256), \(state),
                    CASE WHEN \(state)::text = 'clean' THEN now() END, \(person))
            """)
        var index = 0
        while let bytes = try await checked.piece(index) {
            try await execute(
                """
                -- addRoomVersion: piece
                INSERT INTO data_room_pieces (tenant_id, startup_id, document_id, number, seq, bytes)
                VALUES (acting_tenant(), \(startup), \(document), \(number), \(index), \(bytes))
                """)
            index += 1
        }
    }

    func countVersions(of document: RoomDocument.ID, in startup: Startup.ID) async throws -> Int {
        try await one(
            """
            -- countVersions
            SELECT count(*) AS versions FROM data_room_versions
            WHERE tenant_id = acting_tenant() AND startup_id = \(startup) AND document_id = \(document)
            """)("versions")
    }

    func remove(_ document: RoomDocument, by person: Person.ID) async throws {
        try await execute(
            """
            -- removeRoomDocument
            UPDATE data_room_documents SET removed_at = now(), removed_by = \(person)
            WHERE tenant_id = acting_tenant() AND startup_id = \(document.startup) AND id = \(document.id)
            """)
    }

    func insert(
        _ new: NewRoomGrant, as id: RoomGrant.ID, of document: RoomDocument, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- grantReading: replaces
            UPDATE data_room_grants SET revoked_at = now(), revoked_by = \(person)
            WHERE tenant_id = acting_tenant() AND startup_id = \(document.startup) AND document_id = \(document.id)
              AND investor_id IS NOT DISTINCT FROM \(new.investor) AND revoked_at IS NULL
            """)
        try await execute(
            """
            -- grantReading
            INSERT INTO data_room_grants
                (tenant_id, startup_id, document_id, id, investor_id, may_download, expires_on, granted_by)
            VALUES (acting_tenant(), \(document.startup), \(document.id), \(id), \(new.investor), \(new.mayDownload),
                    \(new.expiresOn), \(person))
            """)
    }

    /// Revokes a grant; false where it was revoked already, nil where there is none.
    func revoke(_ id: RoomGrant.ID, of document: RoomDocument, by person: Person.ID) async throws -> Bool? {
        let found: Bool? = try await first(
            """
            -- revokeGrant: lock
            SELECT revoked_at IS NULL AS stands FROM data_room_grants
            WHERE tenant_id = acting_tenant() AND startup_id = \(document.startup) AND document_id = \(document.id)
              AND id = \(id)
            FOR UPDATE
            """
        ).map { try $0("stands") }
        guard found == true else { return found }
        try await execute(
            """
            -- revokeGrant
            UPDATE data_room_grants SET revoked_at = now(), revoked_by = \(person)
            WHERE tenant_id = acting_tenant() AND startup_id = \(document.startup) AND document_id = \(document.id)
              AND id = \(id)
            """)
        return true
    }

    func insert(_ signature: RoomSignature) async throws {
        try await execute(
            """
            -- signAccess
            INSERT INTO data_room_accesses
                (tenant_id, startup_id, id, document_id, number, person_id, institution_id, person_name, firm_name, deed,
                 watermarked)
            VALUES (acting_tenant(), \(signature.startup), \(signature.id), \(signature.document), \(signature.version),
                    acting_person(), acting_institution(), \(signature.personName), \(signature.firmName),
                    \(signature.deed), \(signature.watermarked))
            """)
    }

    func recordScan(
        _ state: RoomDocument.State, of number: Int, of document: RoomDocument.ID, in startup: Startup.ID,
        by scanner: String, because reason: String?
    ) async throws {
        try await execute(
            """
            -- scanRoomDocument
            UPDATE data_room_versions
            SET state = \(state), scanner = \(scanner), reason = \(reason), checked_at = now()
            WHERE tenant_id = acting_tenant() AND startup_id = \(startup) AND document_id = \(document)
              AND number = \(number) AND state = 'quarantined'
            """)
        guard state == .rejected else { return }
        try await execute(
            """
            -- scanRoomDocument: pieces
            DELETE FROM data_room_pieces
            WHERE tenant_id = acting_tenant() AND startup_id = \(startup) AND document_id = \(document)
              AND number = \(number)
            """)
    }

    /// Notes why a version takes no watermark; whether that is news.
    func recordFault(
        _ fault: Watermarker.Fault, of number: Int, of document: RoomDocument.ID, in startup: Startup.ID
    ) async throws -> Bool {
        try await first(
            """
            -- recordFault
            UPDATE data_room_versions SET unmarkable = \(fault)
            WHERE tenant_id = acting_tenant() AND startup_id = \(startup) AND document_id = \(document)
              AND number = \(number) AND unmarkable IS NULL
            RETURNING number
            """) != nil
    }

    /// Whether a firm can read a document by a grant that names it. Only for the service.
    func lets(_ investor: Institution.ID, read document: RoomDocument.ID, of startup: Startup.ID) async throws -> Bool {
        try await first(
            """
            -- lets read
            SELECT 1 AS may FROM data_room_grants AS g
            JOIN data_room_documents AS d
                ON d.tenant_id = g.tenant_id AND d.startup_id = g.startup_id AND d.id = g.document_id
            WHERE g.tenant_id = acting_tenant() AND acts_as('system') AND g.startup_id = \(startup)
              AND g.document_id = \(document) AND g.investor_id = \(investor) AND g.revoked_at IS NULL
              AND (g.expires_on IS NULL OR g.expires_on >= (now() AT TIME ZONE 'UTC')::date) AND d.removed_at IS NULL
              AND is_verified(g.investor_id) AND NOT is_blocked(g.startup_id, g.investor_id)
              AND EXISTS (SELECT FROM data_room_versions AS v
                          WHERE v.tenant_id = d.tenant_id AND v.startup_id = d.startup_id AND v.document_id = d.id
                            AND v.state = 'clean')
            """) != nil
    }

    /// The firm of an indication. Only for the service.
    func firm(of id: Indication.ID, of round: FundingRound.ID) async throws -> Institution.ID? {
        try await first(
            """
            -- firm of an indication
            SELECT investor_id FROM round_indications
            WHERE tenant_id = acting_tenant() AND acts_as('system') AND round_id = \(round) AND id = \(id)
            """
        ).map { try $0("investor_id") }
    }
}
