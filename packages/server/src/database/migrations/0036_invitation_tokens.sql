-- Who accepts an invitation shows its token, of which only the digest is kept. No release could make an invitation
-- before this one, so a row without a token is nobody's.
delete from invitations;
-- Better Auth, whose table it is, asks that its own inserts could pass; hence a check and not "not null".
alter table invitations
  add column token_hash text unique,
  add constraint invitations_pending_has_token check (status <> 'pending' or token_hash is not null);

-- One open invitation for an address in a workspace.
create unique index invitations_open_key on invitations (workspace_id, email) where status = 'pending';
