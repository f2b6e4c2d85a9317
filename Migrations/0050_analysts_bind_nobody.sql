-- Nor does an analyst bind its firm on a demo day, or with what it would put into a round.
CREATE TRIGGER analysts_do_not_answer_for_the_firm BEFORE UPDATE ON demo_day_participants
    FOR EACH ROW EXECUTE FUNCTION check_who_answers_for_the_firm();
CREATE TRIGGER analysts_do_not_answer_for_the_firm BEFORE INSERT OR UPDATE ON round_indications
    FOR EACH ROW EXECUTE FUNCTION check_who_answers_for_the_firm();
