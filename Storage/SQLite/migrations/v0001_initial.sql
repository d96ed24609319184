-- The first schema. Identifiers are 16 bytes (UUIDv7), moments are milliseconds since 1970 in UTC.
-- Every table of a tenant's things begins its key with the tenant, so that a query without one
-- cannot be quick by accident.

-- Customer organisations whose data is kept apart.
create table tenants (
  id text not null primary key,
  name text not null,
  object_prefix text not null unique,
  created_at integer not null
) strict, without rowid;

-- The rules of a tenant: one JSON document, replaced as a whole by the next version.
create table policies (
  tenant text not null primary key references tenants (id),
  version integer not null check (version > 0),
  body text not null
) strict, without rowid;

-- Who may do what to which documents. `holder` is `everyone`, `role:NAME` or `user:SUBJECT`; `reach`
-- is `all`, `type:SLUG`, `label:SLUG` or `document:ID`, and `document` the last once more as a key;
-- `rights` is read 1 + issue 2 + write 4.
create table grants (
  tenant text not null references tenants (id),
  id blob not null check (length(id) = 16),
  holder text not null,
  reach text not null,
  document blob,
  rights integer not null check (rights between 0 and 7),
  valid_until integer,
  created_at integer not null,
  primary key (tenant, id),
  foreign key (tenant, document) references documents (tenant, id)
) strict, without rowid;

-- The question of every link: which grants of these holders reach this document? Covers the answer.
create index grants_lookup on grants (tenant, holder, reach, rights, valid_until);

-- Named things. `labels` has them joined by spaces for reading; `document_labels` is for searching.
create table documents (
  tenant text not null references tenants (id),
  id blob not null check (length(id) = 16),
  title text not null,
  type text not null,
  labels text not null,
  created_at integer not null,
  updated_at integer not null,
  primary key (tenant, id)
) strict, without rowid;

-- Listing by type, and finding what a grant on a type reaches.
create index documents_type on documents (tenant, type, id);

-- Listing by label, and finding what a grant on a label reaches.
create table document_labels (
  tenant text not null,
  label text not null,
  document blob not null,
  primary key (tenant, label, document),
  foreign key (tenant, document) references documents (tenant, id)
) strict, without rowid;

-- Immutable contents. `object_state` is 0 kept, 1 waiting for deletion, 2 deleted.
create table versions (
  tenant text not null,
  id blob not null check (length(id) = 16),
  document blob not null,
  number integer not null check (number > 0),
  filename text not null,
  media_type text not null,
  size integer not null check (size >= 0),
  sha256 blob not null check (length(sha256) = 32),
  object_key text not null,
  receipt text not null,
  created_at integer not null,
  valid_from integer not null,
  valid_until integer,
  released_issuer text not null,
  released_subject text not null,
  replaced_by blob,
  withdrawn_at integer,
  object_state integer not null default 0 check (object_state between 0 and 2),
  unique (tenant, document, number),
  unique (tenant, id),
  foreign key (tenant, document) references documents (tenant, id)
) strict;

-- Objects that wait for deletion, over all tenants.
create index versions_waiting on versions (id) where object_state = 1;

-- Attempts to publish a version; `state` is received, ready, refused or failed.
create table uploads (
  tenant text not null,
  id blob not null check (length(id) = 16),
  document blob not null,
  version blob not null check (length(version) = 16),
  object_key text not null unique,
  filename text not null,
  started_issuer text not null,
  started_subject text not null,
  started_at integer not null,
  state text not null check (state in ('received', 'ready', 'refused', 'failed')),
  reason text,
  primary key (tenant, id),
  unique (tenant, version),
  foreign key (tenant, document) references documents (tenant, id)
) strict, without rowid;

-- Uploads that have not ended, over all tenants, for cleaning up after a crash.
create index uploads_pending on uploads (id) where state = 'received';

-- Links. The token is not here, only its keyed digest; `authority_subject` is null for an operator,
-- `authority_roles` has the roles joined by newlines; `pinned` is null for the current version.
create table links (
  tenant text not null,
  id blob not null check (length(id) = 16),
  document blob not null,
  pinned blob,
  landing text not null,
  disposition text not null,
  filename text,
  pepper text not null,
  digest blob not null check (length(digest) = 32),
  created_at integer not null,
  expires_at integer not null,
  downloads_max integer,
  uses_left integer check (uses_left >= 0),
  authority_subject text,
  authority_roles text not null,
  issued_issuer text not null,
  issued_subject text not null,
  recipient_issuer text,
  recipient_subject text,
  revoked_at integer,
  last_url_expires_at integer,
  unique (digest, pepper),
  unique (tenant, id),
  foreign key (tenant, document) references documents (tenant, id)
) strict;

-- The links to one document, newest first.
create index links_document on links (tenant, document, id);

-- Open sessions of counted links: who shows the cookie downloads again without another use.
create table link_sessions (
  tenant text not null,
  link blob not null,
  digest blob not null check (length(digest) = 32),
  expires_at integer not null,
  primary key (tenant, link, digest)
) strict, without rowid;

-- Sessions that are over, to be removed.
create index link_sessions_end on link_sessions (expires_at);

-- Tokens that are refused before they expire. The digest covers the issuer, not a tenant.
create table revoked_tokens (
  digest blob not null primary key check (length(digest) = 32),
  expires_at integer not null
) strict, without rowid;

-- Revocations that are over, to be removed.
create index revoked_tokens_end on revoked_tokens (expires_at);

-- Answers to repeated requests. `tenant` is empty for routes without one; `response` is sealed by
-- the caller and null while the first request is at work, until `expires_at`.
create table idempotency_keys (
  tenant text not null,
  client text not null,
  route text not null,
  key_digest blob not null check (length(key_digest) = 32),
  body blob not null check (length(body) = 32),
  response blob,
  expires_at integer not null,
  primary key (tenant, client, route, key_digest)
) strict, without rowid;

-- Answers that are over, to be removed.
create index idempotency_keys_end on idempotency_keys (expires_at);

-- Audit logs: one a tenant, and `_system`. `size` is the number of leaves.
create table logs (
  number integer not null primary key,
  name text not null unique,
  size integer not null check (size between 0 and 1099511627776)
) strict;

-- Leaves of all logs. `place` is the log's number times 2^40 plus the index in the log, so that the
-- table itself is in the order of the logs. `leaf` is hashed as stored: `hash` is SHA-256(0 ‖ leaf).
create table leaves (
  place integer not null primary key,
  event blob not null check (length(event) = 16),
  kind text not null,
  document blob,
  link blob,
  leaf blob not null,
  hash blob not null check (length(hash) = 32)
) strict;

-- An event by its identifier.
create unique index leaves_event on leaves (event);

-- What happened to a document, in the order of one log.
create index leaves_document on leaves (document, place) where document is not null;

-- What happened to a link, in the order of one log.
create index leaves_link on leaves (link, place) where link is not null;

-- Personal data of events, apart from the leaf so that it can be erased.
create table personal_data (
  place integer not null primary key references leaves (place),
  salt blob not null check (length(salt) = 32),
  data blob not null
) strict;

-- Random names for people in one log; erasing a row leaves the log as it is.
create table pseudonyms (
  log integer not null references logs (number),
  issuer text not null,
  subject text not null,
  pseudonym text not null,
  primary key (log, issuer, subject),
  unique (log, pseudonym)
) strict, without rowid;

-- Where each node's event counter stands, and the time of its last event.
create table nodes (
  name text not null primary key,
  counter integer not null,
  last_time integer not null
) strict, without rowid;
