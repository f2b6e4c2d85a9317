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
        "shared_agreements_name_their_coordinators": MoURefusal.noCoordinator.problem,
        "shared_agreements_name_a_legal_reviewer": MoURefusal.noLegalReviewer.problem,
        "who_answered_stands_once_it_is_over": MoURefusal.whoAnsweredStands.problem,
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
        "agreements_renew_one_that_exists": .invalid("/renews", "There is no such agreement."),
        "agreements_are_renewed_once": .invalid("/renews", "Another agreement renews this one."),
        "agreements_do_not_renew_themselves": .invalid("/renews", "An agreement renews an earlier one."),
        "clauses_are_a_reasonable_number": .invalid("/clauses", "Name at most 100 clauses."),
        "texts_are_frozen_once_agreed": .conflict("The text of this agreement is agreed, and stands."),
        "amendment_ends_after_it_takes_effect": .invalid("/ends_on", "Choose an end after the day it takes effect."),
        "amendment_takes_effect_after_signing": .invalid(
            "/signed_on", "An amendment is signed by all on the day it takes effect or before."),
        "amended_notice_is_not_negative": .invalid("/notice_days", "Notice cannot be less than no days."),
        "parties_sign_amendments": .conflict("Only parties sign the agreement."),
        "group_members_are_of_a_party": .invalid("/members", "A member comes from a party of the agreement."),
        "groups_have_one_chair": .invalid("/members", "One member takes the chair."),
        "ended_groups_stand": .conflict("The group has ended. It stands as it was."),
        "ended_groups_do_not_meet": .invalid("/held_on", "The group had ended by then. Choose a day before that."),
        "groups_end_after_they_met": .invalid("/ended_on", "Choose a day from the group's last meeting to today."),
        "areas_live_while_signed": .conflict("Areas go on while the agreement is signed and not terminated."),
        "areas_stay_as_signed": .conflict("A signed area stays as it is worded."),
        "areas_change_on_a_day_that_has_come": .invalid("/since", "Choose a day from the signature to today."),
        "dropped_areas_bind_nothing_new": .invalid(
            "/area", "This area is paused or dropped. Choose another one, or take it up again first."),
        "sessions_name_an_area_of_their_agreement": .invalid("/area", "Choose an area of the agreement."),
        "sessions_are_held_in_force": .invalid("/held_on", "Choose a day on which the agreement was in force."),
        "sessions_are_recorded_once_held": .invalid(
            "/held_on", "Record a session once it is held: choose today or an earlier day."),
        "sessions_have_some_hosts": .invalid("/hosts", "Name 1 to 20 hosts."),
        "session_attendance_is_reasonable": .invalid("/attendance", "Give a number from 0 to 100,000."),
        "parties_sign_what_is_agreed": .conflict("The text is not agreed yet."),
        "parties_are_asked_to_sign": .invalid("/seat", "Choose somebody who has a seat at a party of the agreement."),
        "signatories_are_staff_of_their_party": .invalid(
            "/seat", "Choose somebody who has a seat at a party of the agreement."),
        "signatories_are_asked_once_a_text_is_agreed": .conflict(
            "People are asked to sign once the text is agreed, and until all have signed."),
        "signatories_are_asked_while_an_amendment_can_count": .conflict(
            "People are asked to sign an amendment until all have signed, and no later than the day from which it counts."
        ),
        "signatories_are_asked_about_an_amendment": .conflict("There is no such amendment any more."),
        "mou_amendment_signatures_pkey": .conflict("This party has signed already."),
        "signatories_are_asked_before_their_party_signs": .conflict("This party has signed already."),
        "signatories_know_from_when_it_binds": .invalid(
            "/effective_on", "Say from which day the agreement binds before you ask anybody to sign it."),
        "signed_dates_stand": MoURefusal.datesAreSigned.problem,
        "signed_amendments_are_not_withdrawn": MoURefusal.amendmentIsSigned.problem,
        "signed_texts_are_not_reopened": MoURefusal.partiesHaveSigned.problem,
        "notice_is_recorded_once_it_is_given": MoURefusal.noticeIsToCome.problem,
        "notice_is_given_of_the_last_term": MoURefusal.isRenewed.problem,
        "parties_sign": .conflict("Only parties sign the agreement."),
        "mou_signatures_pkey": .conflict("This party has signed already."),
        "parties_sign_at_an_event_that_is_known": .invalid("/event_id", "There is no such signing event."),
        "targets_name_an_area_of_their_agreement": .invalid("/area", "Choose an area of the agreement."),
        "deliverables_name_an_area_of_their_agreement": .invalid("/area", "Choose an area of the agreement."),
        "links_name_an_area_of_their_agreement": .invalid("/area", "Choose an area of the agreement."),
        "target_is_due_after_it_begins": .invalid("/due_on", "A target is due after the day it counts from."),
        "target_number_is_reasonable": .invalid("/number", "Give a number from 0 to 1,000,000."),
        "target_baseline_is_not_negative": .invalid("/baseline", "Give a number from 0 to 1,000,000."),
        "deliverable_is_dated_when_settled": .invalid("/settled_on", "Say on which day that was so."),
        "deliverables_are_met_with_evidence": .invalid("/evidence", "Say what shows that it is met."),
        "agreements_have_one_fast_track": .invalid("/kind", "The agreement grants a fast track already."),
        "benefits_concern_a_program": .invalid("/program", "There is no such program."),
        "benefit_quota_is_reasonable": .invalid("/quota", "Give a number from 1 to 100,000."),
        "benefits_have_uses_left": .conflict("The benefit was used as often as was agreed."),
        "fast_tracks_are_used_by_their_codes": .conflict(
            "A fast track is used by its codes, which count by themselves."),
        "benefits_are_used_by_startups": .invalid("/startup", "There is no such startup."),
        "links_rest_on_a_signature": .conflict("Nothing is done under an agreement before it is signed."),
        "links_are_made_once": .conflict("This is linked to the agreement already."),
        "links_lead_to_a_program": .invalid("/program", "There is no such program."),
        "links_lead_to_a_stream": .invalid("/stream", "There is no such stream."),
        "links_lead_to_a_call": .invalid("/call", "There is no such call."),
        "links_lead_to_a_cohort": .invalid("/cohort", "There is no such cohort."),
        "links_lead_to_a_demo_day": .invalid("/demo_day", "There is no such demo day."),
        "links_lead_to_an_introduction": .invalid("/introduction", "There is no such introduction."),
        "links_lead_to_an_investment": .invalid("/investment", "There is no such investment."),
        "links_lead_to_an_enrolment": .invalid("/enrolment", "There is no such enrolment."),
        "notice_is_given_before_the_end": .invalid("/given_on", "Notice is given before the agreement ends."),
        "abandoned_agreements_take_no_files": .conflict("The agreement was given up. It takes no more files."),
        "agreements_have_at_most_200_mib_of_files": .conflict(
            "An agreement has at most 100 files, of 200 MiB together. Withdraw one first."),
        "agreement_files_are_given_once": .conflict("The agreement has this file already."),
    ]
}
