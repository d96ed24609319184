-- Each link costs the write of as many pages as it touches, and an index in random order is a page of
-- its own for every row. A token begins with its time now, so that the index of tokens grows at its
-- end; what happened to a document is found through its links. Links that were issued with the older
-- tokens, which have no time, end here: no release has issued any.

-- Links. The token is not here, only its keyed digest; `created_at` is the token's time.
-- `authority_subject` is null for an operator, `authority_roles` has the roles joined by newlines;
-- `pinned` is null for the current version.
create table links_anew (
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
  unique (created_at, digest, pepper),
  unique (tenant, id),
  foreign key (tenant, document) references documents (tenant, id)
) strict;

insert into links_anew select * from links;
drop table links;
alter table links_anew rename to links;

-- The links to one document, newest first.
create index links_document on links (tenant, document, id);

-- What happened to a document beside its links, in the order of one log.
drop index leaves_document;
create index leaves_document on leaves (document, place) where document is not null and link is null;
