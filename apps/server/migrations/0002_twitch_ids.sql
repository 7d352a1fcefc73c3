-- Twitch's ids stay when names change hands: one account each.
create unique index users_provider_id on users (provider, provider_id) where provider_id is not null;
