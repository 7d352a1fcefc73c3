create table users (
	id uuid primary key,
	provider text not null check (provider in ('twitch', 'local')),
	provider_id text,
	name text not null,
	display_name text,
	avatar_url text,
	overlay_settings jsonb not null default '{}',
	created_at timestamptz not null default now(),
	last_seen_at timestamptz not null default now()
);
create unique index users_provider_name on users (provider, lower(name));

-- Device sessions (cookie) and API tokens: only a SHA-256 of the secret is kept.
create table tokens (
	id uuid primary key,
	user_id uuid not null references users on delete cascade,
	kind text not null check (kind in ('device', 'api')),
	label text not null,
	hash bytea not null unique,
	created_at timestamptz not null default now(),
	last_used_at timestamptz not null default now(),
	expires_at timestamptz
);
create index tokens_user on tokens (user_id);

create table seeds (
	id uuid primary key,
	pool text not null,
	slug text not null,
	-- Relative to the pool folder's root; the row outlives the file.
	file text not null,
	file_size bigint not null,
	file_mtime_ms bigint not null,
	status text not null check (status in ('available', 'consumed', 'discarded', 'vanished')),
	version text not null,
	total_layers integer not null,
	total_nodes integer not null,
	total_paths bigint,
	-- Minified JSON as text: sent as it is, never re-serialised.
	graph_json text not null,
	graph_sha256 bytea not null,
	warnings jsonb not null default '[]',
	created_at timestamptz not null default now(),
	unique (pool, slug)
);
create index seeds_pool_status on seeds (pool, status);

create table training_sessions (
	id uuid primary key,
	user_id uuid not null references users on delete cascade,
	seed_id uuid not null references seeds,
	status text not null check (status in ('active', 'finished', 'abandoned')) default 'active',
	simulated boolean not null default false,
	igt_ms integer not null default 0,
	deaths integer not null default 0,
	deaths_highest integer not null default 0,
	-- How often the IGT fell (an older save was loaded).
	era integer not null default 0,
	-- The visit the pointer stands on; null before the first gameplay message.
	current_seq integer,
	-- Highest layer reached, 0-based; total_layers when finished. Kept for lists.
	current_layer integer not null default 0,
	-- The last seq applied of a client that asked for ack.
	ack_seq bigint not null default 0,
	mod_changed_at timestamptz,
	-- The player's overlay settings when the run was made: the pack's bytes follow from them.
	overlay_settings jsonb not null default '{}',
	pack_downloaded_at timestamptz,
	share_hash bytea,
	created_at timestamptz not null default now(),
	finished_at timestamptz
);
create index training_sessions_user_newest on training_sessions (user_id, created_at desc, id desc);
create index training_sessions_user_active on training_sessions (user_id) where status = 'active';
create index training_sessions_user_seed on training_sessions (user_id, seed_id);
create index training_sessions_seed on training_sessions (seed_id);

create table visits (
	session_id uuid not null references training_sessions on delete cascade,
	seq integer not null,
	era integer not null,
	node_id text not null,
	from_node_id text,
	flag_id bigint,
	igt_ms integer not null,
	deaths integer not null,
	primary key (session_id, seq)
);

-- The journal: every accepted fact, numbered within its session from 0 so that a commit that is tried
-- again after a lost connection stores nothing twice. A re-sent flag cannot be stored twice either.
create table run_events (
	session_id uuid not null references training_sessions on delete cascade,
	number integer not null,
	connection_id uuid,
	kind text not null,
	flag_id bigint,
	igt_ms integer,
	node_id text,
	detail jsonb,
	received_at timestamptz not null,
	primary key (session_id, number)
);
create unique index run_events_flag_once on run_events (session_id, flag_id, igt_ms) where flag_id is not null;
