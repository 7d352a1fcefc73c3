-- The servers that share this database. One whose lease has run out is gone, and what it held is free.
create table replicas (
	id uuid primary key,
	lease_until timestamptz not null
);

alter table training_sessions
	-- The server that has the session's mod and writes the run; null when none has.
	add column mod_holder uuid,
	-- Goes up whenever the session changes hands. A write that names an older one is refused.
	add column mod_fence bigint not null default 0;
