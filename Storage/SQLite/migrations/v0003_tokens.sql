-- Tokens of the gateway's own issuer, and tokens that are refused by whose they are.

-- What `token issue` gave out: never the token, only what names it. `digest` is that of
-- `revoked_tokens`; `scopes` are joined by spaces, `roles` by newlines. Rows go some time after their
-- end.
create table issued_tokens (
  tenant text not null references tenants (id),
  id blob not null check (length(id) = 16),
  digest blob not null check (length(digest) = 32),
  subject text not null,
  scopes text not null,
  roles text not null,
  issued_at integer not null,
  expires_at integer not null,
  primary key (tenant, id)
) strict, without rowid;

-- Issued tokens that are over, to be removed.
create index issued_tokens_end on issued_tokens (expires_at);

-- Tokens of an issuer, or of one subject of it, are refused if they were issued before a moment.
-- An empty tenant stands for all tenants, an empty subject for all subjects.
create table token_cutoffs (
  tenant text not null,
  issuer text not null,
  subject text not null,
  before integer not null,
  primary key (tenant, issuer, subject)
) strict, without rowid;
