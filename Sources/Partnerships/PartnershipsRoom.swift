package import API

/// Agreements between institutions: the room's surfaces, for the wiring.
package enum PartnershipsRoom {
    /// What the constraints of agreements mean to a sender.
    package static let constraints: ConstraintProblems = [
        "mous_have_distinct_references": .invalid("/reference", "Another agreement has this reference."),
        "mou_notice_is_not_negative": .invalid("/notice_days", "Notice cannot be less than no days."),
        "mou_parties_tenant_id_institution_id_fkey": .invalid(
            "/parties", "A party is not an institution of the directory."),
        "stream_partner_is_party_to_the_mou": .conflict(
            "A stream's partner takes part under an agreement it is a party to."),
        "mou_takes_effect_after_signing": .invalid(
            "/effective_on", "An agreement takes effect on the day it is signed or later."),
        "mou_ends_after_it_takes_effect": .invalid("/ends_on", "An agreement ends after the day it takes effect."),
        "mou_has_two_parties_when_signed": .conflict("A signed agreement has at least two parties."),
        "mou_is_signed_for_each_party": .invalid("/participants", "Each party needs a signatory."),
        "signatories_sign_for_an_institution": .invalid(
            "/participants", "A signatory signs for an institution of the directory."),
        "mou_participants_tenant_id_institution_id_fkey": .invalid(
            "/participants", "A participant's institution is not in the directory."),
        "mous_tenant_id_signing_event_id_fkey": .invalid("/event_id", "There is no such signing event."),
    ]
}
