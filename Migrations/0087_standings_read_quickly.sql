-- From which reviews a round's scores are calibrated, as before: of a round's assignments alone, whatever else the workspace
-- has, and by a plan that the connection keeps, which a function in SQL does not.
CREATE OR REPLACE FUNCTION calibration_inputs(tenant uuid, round uuid) RETURNS text LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system'
    AS $$
BEGIN
    -- In no order, since to sort thousands takes longer than all else.
    RETURN (
        SELECT count(*) || ' ' || coalesce(bit_xor(uuid_hash_extended(
            w.assignment_id, (extract(epoch FROM w.submitted_at) * 1000000)::bigint)), 0)
        FROM reviews AS w
        JOIN review_assignments AS s ON s.tenant_id = w.tenant_id AND s.round_id = w.round_id AND s.id = w.assignment_id
            AND s.state = 'assigned'
        WHERE w.tenant_id = tenant AND w.round_id = round AND w.submitted_at IS NOT NULL);
END $$;
