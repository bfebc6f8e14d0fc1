-- A key that a command line was given lives on only if the command line says that it keeps it: one whose login ended
-- badly after a person confirmed it would stay valid and be nobody's.

-- Null: not said yet. False: not said in time, and the key was revoked.
alter table cli_logins add column key_kept boolean;
update cli_logins set key_kept = true where status = 'confirmed';
alter table cli_logins add check (key_kept is null or status = 'confirmed');
create index cli_logins_to_keep on cli_logins (decided_at) where status = 'confirmed' and key_kept is null;
