-- Whoever founds a workspace invites its first manager: there is nobody within yet who could.
CREATE POLICY system_invites_within_the_tenant ON invitations FOR INSERT
    WITH CHECK (acting_role() = 'system' AND tenant_id = acting_tenant());
