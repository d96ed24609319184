-- The document library: what a document is about, its words for searching and sorting, deletion,
-- legal holds, and how often something was handed out.

-- `period` is a year, a month or a day such as `2026-11`; `revision` counts changes; `words` has the
-- words of the title, each after a space, and is null until a build that makes words has opened the
-- database; `deleted_at` marks what is absent for everybody and waits for its objects to be deleted.
alter table documents add column period text;
alter table documents add column revision integer not null default 1;
alter table documents add column words text;
alter table documents add column deleted_at integer;

-- Listing by title. It also answers whether a word is in the title.
create index documents_title on documents (tenant, words, id);

-- Listing by the last change.
create index documents_updated on documents (tenant, updated_at, id);

-- Finding by period.
create index documents_period on documents (tenant, period, id) where period is not null;

-- Finding by a word of the title or by how it begins.
create table document_words (
  tenant text not null,
  word text not null,
  document blob not null,
  primary key (tenant, word, document),
  foreign key (tenant, document) references documents (tenant, id)
) strict, without rowid;

-- Whether a grant names a document itself, asked for each document of a list.
create index grants_document on grants (tenant, document, holder, rights, valid_until)
  where document is not null;

-- What must be kept because somebody said so.
create table holds (
  tenant text not null,
  id blob not null check (length(id) = 16),
  document blob not null,
  name text not null,
  placed_at integer not null,
  placed_issuer text not null,
  placed_subject text not null,
  primary key (tenant, id),
  foreign key (tenant, document) references documents (tenant, id)
) strict, without rowid;

-- The holds of one document.
create index holds_document on holds (tenant, document, id);

-- The uploads of one document, whose names are forgotten with it.
create index uploads_document on uploads (tenant, document);

-- How often versions were handed out.
create table version_deliveries (
  tenant text not null,
  document blob not null,
  version blob not null,
  count integer not null,
  last_at integer not null,
  primary key (tenant, document, version)
) strict, without rowid;

-- How often a link handed something out.
alter table links add column deliveries integer not null default 0;
