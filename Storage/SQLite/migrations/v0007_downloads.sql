-- Downloads through the gateway that have begun and not ended. Each has its event already; what a
-- gateway leaves here when it stops at work, the next one ends in the log.

create table downloads (
  tenant text not null,
  delivery blob not null check (length(delivery) = 16),
  link blob not null,
  version blob not null,
  started_at integer not null,
  first_byte integer not null check (first_byte >= 0),
  byte_count integer not null check (byte_count >= 0),
  status integer not null,
  primary key (tenant, delivery)
) strict, without rowid;

-- The running downloads of one link.
create index downloads_link on downloads (tenant, link);
