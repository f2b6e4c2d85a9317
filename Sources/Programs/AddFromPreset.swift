package import Accounts
package import Postgres
package import Vocabulary

extension Transaction {
    /// Adds the program of a preset with its streams and their designs. Nothing of it is announced.
    ///
    /// - Parameter name: what the program is called; nil for what the preset calls it.
    package func addProgram(
        from preset: Preset, named name: LocalizedName? = nil, as id: Program.ID, in tenant: Tenant.ID
    ) async throws -> Program {
        let program = try await addProgram(
            NewProgram(kind: preset.kind, name: name ?? preset.name, summary: preset.summary), as: id, in: tenant)
        for stream in preset.streams {
            let branch = ProgramStream.ID()
            _ = try await addStream(
                NewStream(program: id, name: stream.name, focusAreas: stream.focusAreas ?? []), as: branch, in: tenant)
            _ = try await designStream(branch, as: stream.design, in: tenant)
        }
        return program
    }
}
