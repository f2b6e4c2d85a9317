import DemoWorld
import Postgres
import TestWorld
import Testing

@Suite("Analysts of a firm")
struct AnalystTests {
    @Test("bind it in no room: neither on a demo day nor in a round")
    func bindNobody() async throws {
        let world = try await World()
        let (mina, jun) = (world.context(Cast.mina), world.context(Cast.jun))
        let role: String = try await world.database.reader(as: mina).value("SELECT firm_role_of(acting_membership())")
        #expect(role == "analyst")
        let deeds: [Query] = [
            """
            UPDATE demo_day_participants SET state = 'cancelled', answered_at = now(), answered_by = acting_person()
            WHERE institution_id = acting_institution()
            """,
            """
            INSERT INTO round_indications (
                tenant_id, round_id, id, investor_id, given_by, amount_minor, binding, stands_until, told)
            SELECT tenant_id, id, gen_random_uuid(), acting_institution(), acting_person(), 100, false, closes_on, 'contacts'
            FROM funding_rounds
            """,
        ]
        for deed in deeds {
            let error = await #expect(throws: DatabaseError.self, "\(deed.sql)") {
                try await world.database.write(as: mina) { _ = try await $0.execute(deed) }
            }
            #expect(error?.constraint == "analysts_do_not_answer_for_the_firm", "\(deed.sql)")
            // A principal may, which shows that there was something to refuse.
            let done = try await world.database.write(as: jun) { try await $0.execute(deed) }
            #expect(done > 0, "\(deed.sql)")
        }
    }
}
