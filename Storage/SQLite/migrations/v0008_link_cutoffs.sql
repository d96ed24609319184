-- Many links are revoked at once, and until when works what was handed out before is known.

-- All links of a tenant that were issued before a place in its log are revoked: those to a document,
-- those that hang on a subject's grants, or every one. An empty document stands for any document, an
-- empty subject for any subject. `before_index` is the index of the revocation's own event: it orders
-- the revocation among the links whatever the clocks say. Rows go some time after the last link that
-- they revoke has ended.
create table link_cutoffs (
  tenant text not null references tenants (id),
  document blob not null check (length(document) in (0, 16)),
  subject text not null,
  before_index integer not null check (before_index >= 0),
  revoked_at integer not null,
  primary key (tenant, document, subject, before_index)
) strict, without rowid;

-- Whether a link is older than any cutoff of its tenant: one look for almost every link. And the oldest
-- cutoffs, to be removed.
create index link_cutoffs_order on link_cutoffs (tenant, before_index);

-- The index of the event that issued a link. What was issued before there were cutoffs comes before
-- all of them.
alter table links add column issued_index integer not null default -1;

-- When the last presigned URL of a version dies; null if none was handed out.
alter table version_deliveries add column url_expires_at integer;

update version_deliveries set url_expires_at = (
  select max(l.last_url_expires_at) from links l
  where l.tenant = version_deliveries.tenant and l.document = version_deliveries.document);

-- Presigned URLs that were handed out by themselves and may still work: when they die, and on whose
-- account they were issued (empty for an operator's).
create table presigned_urls (
  tenant text not null,
  expires_at integer not null,
  subject text not null,
  primary key (tenant, expires_at, subject)
) strict, without rowid;
