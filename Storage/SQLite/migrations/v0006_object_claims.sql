-- When it was decided that an object goes: a hold that comes later finds it gone already.

alter table versions add column object_claimed_at integer;
