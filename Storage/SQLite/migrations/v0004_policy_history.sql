-- Every policy that a tenant had, so that it can be compared. `event` is the audit event of the change;
-- the first rows are those of before there was a history.
create table policy_history (
  tenant text not null references tenants (id),
  version integer not null check (version > 0),
  body text not null,
  changed_at integer,
  event blob check (length(event) = 16),
  primary key (tenant, version)
) strict, without rowid;

insert into policy_history (tenant, version, body) select tenant, version, body from policies;
