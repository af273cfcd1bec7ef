-- SPDX-License-Identifier: GPL-3.0-or-later
-- A policy changes only under two administrators' signatures, and never backwards in time (identification-rules 0.2,
-- 2.7). What they signed is kept as it came; the new row of `policy` is made from those bytes here and nowhere else.

-- The closed vocabulary: what may be set, and to what.
create table policy_key (
  key      text primary key check (key ~ '^[a-z0-9_]{1,64}$'),
  kind     text not null check (kind in ('flag', 'number', 'word', 'object')),
  minimum  bigint,
  maximum  bigint,
  words    text[] not null default '{}',              -- of a word, or of every member of an object
  members  text[] not null default '{}',              -- an object has exactly these
  check ((kind = 'number') = (minimum is not null and maximum is not null)),
  check (minimum <= maximum),
  check ((kind in ('word', 'object')) = (words <> '{}')),
  check ((kind = 'object') = (members <> '{}'))
);

-- One proposal. The columns after `content` are read from it by the trigger, so that no column can say otherwise.
create table policy_change (
  version     integer primary key check (version > 0),
  content     bytea not null,
  key         text not null,
  before      jsonb,                                  -- null: no value was in force
  value       jsonb not null,
  valid_from  date not null,
  layer       text not null check (layer in ('SEED', 'NORM', 'AC')),
  source      text not null,
  evidence    text not null check (evidence in ('SEED', 'T', 'S', 'V', 'U')),
  reason      text not null,
  not_after   timestamptz not null
);

create table policy_signature (
  version      integer not null references policy_change,
  signer_spki  bytea not null check (length(signer_spki) = 32),
  signer       text not null,
  cms          bytea not null,
  at           timestamptz not null,
  primary key (version, signer_spki)
);

-- How a proposal ended: in one way, once.
create table policy_outcome (
  version  integer primary key references policy_change,
  outcome  text not null check (outcome in ('in_force', 'withdrawn')),
  actor    text not null,
  at       timestamptz not null
);

create trigger policy_change_append_only before update or delete or truncate on policy_change
  for each statement execute function refuse_change();
create trigger policy_signature_append_only before update or delete or truncate on policy_signature
  for each statement execute function refuse_change();
create trigger policy_outcome_append_only before update or delete or truncate on policy_outcome
  for each statement execute function refuse_change();

alter table policy add column set_by integer references policy_change;     -- null: a seed
alter table policy add column closed_by integer references policy_change;
create index policy_by_key on policy (key, valid_from desc);

-- --- the rules of a change ---

create function policy_value_fits(wanted text, given jsonb) returns boolean language sql stable as $$
  select coalesce((
    select case k.kind
      when 'flag' then jsonb_typeof(given) = 'boolean'
      when 'number' then case when given::text ~ '^(0|[1-9][0-9]{0,17})$'
        then given::text::bigint between k.minimum and k.maximum else false end
      when 'word' then jsonb_typeof(given) = 'string' and given #>> '{}' = any (k.words)
      else case when jsonb_typeof(given) = 'object'
        then (select array_agg(m order by m) from jsonb_object_keys(given) m)
             = (select array_agg(m order by m) from unnest(k.members) m)
             and not exists (select from jsonb_each(given) e
                              where jsonb_typeof(e.value) <> 'string' or e.value #>> '{}' <> all (k.words))
        else false end
      end
      from policy_key k
     where k.key = wanted), false)
$$;

-- What the key takes, in words for the administrator.
create function policy_accepts(wanted text) returns text language sql stable as $$
  select coalesce((
    select case k.kind
      when 'flag' then 'true ou false'
      when 'number' then format('um número inteiro de %s a %s', k.minimum, k.maximum)
      when 'word' then array_to_string(k.words, ' ou ')
      else format('um objeto com %s, cada um %s', array_to_string(k.members, ', '), array_to_string(k.words, ' ou '))
      end
      from policy_key k
     where k.key = wanted), '')
$$;

create function policy_value_on(wanted text, day date) returns jsonb language sql stable as $$
  select value from policy
   where key = wanted and valid_from <= day and (valid_to is null or valid_to >= day)
   order by valid_from desc
   limit 1
$$;

-- Why a change cannot be, as the stable word that the program tells; '' when it can. `today` is the office's day.
create function policy_change_problem(wanted text, old jsonb, new jsonb, starts date, today date) returns text
  language sql stable as $$
  select case
    when not exists (select from policy_key where key = wanted) then 'rules-key'
    when not policy_value_fits(wanted, new) then 'rules-value'
    when starts < today then 'rules-backwards'
    when exists (select from policy where key = wanted and valid_from = starts) then 'rules-same-day'
    when policy_value_on(wanted, starts) is distinct from old then 'rules-before'
    else '' end
$$;

create function policy_change_read() returns trigger language plpgsql as $$
declare
  said jsonb := convert_from(new.content, 'UTF8')::jsonb;
begin
  if (said ->> 'version')::integer <> new.version
     or new.version <> (select coalesce(max(version), 0) + 1 from policy_change) then
    raise exception 'a policy change out of its turn' using errcode = 'GU003', constraint = 'rules-version';
  end if;
  new.key := said ->> 'key';
  new.before := nullif(said ->> 'before', '')::jsonb;
  new.value := (said ->> 'value')::jsonb;
  new.valid_from := (said ->> 'valid_from')::date;
  new.layer := said ->> 'layer';
  new.source := said ->> 'source';
  new.evidence := said ->> 'evidence';
  new.reason := said ->> 'reason';
  new.not_after := to_timestamp((said ->> 'not_after')::bigint);
  return new;
end $$;
create trigger policy_change_read before insert on policy_change
  for each row execute function policy_change_read();

create function policy_signature_check() returns trigger language plpgsql as $$
begin
  if not exists (select from policy_change c where c.version = new.version and position(c.content in new.cms) > 0) then
    raise exception 'a signature over something else' using errcode = 'GU003', constraint = 'rules-content';
  end if;
  if exists (select from policy_outcome o where o.version = new.version) then
    raise exception 'a signature after the end' using errcode = 'GU003', constraint = 'rules-ended';
  end if;
  return new;
end $$;
create trigger policy_signature_check before insert on policy_signature
  for each row execute function policy_signature_check();

-- As the owner of `policy`, which the serving role may only read. The row in force ends the day before; where a later
-- row is already there, the new one ends before it.
create function policy_apply() returns trigger language plpgsql security definer set search_path = ra, pg_temp as $$
declare
  change   policy_change;
  problem  text;
begin
  if new.outcome <> 'in_force' then
    return null;
  end if;
  select * into strict change from policy_change where version = new.version;
  select policy_change_problem(change.key, change.before, change.value, change.valid_from,
                               max((new.at at time zone zone)::date)) into problem from office;
  if problem = '' and (select count(*) from policy_signature where version = new.version) < 2 then
    problem := 'rules-threshold';
  elsif problem = '' and new.at >= change.not_after then
    problem := 'statement-expired';
  end if;
  if problem <> '' then
    raise exception 'a policy change that cannot be' using errcode = 'GU003', constraint = problem;
  end if;
  update policy set valid_to = change.valid_from - 1, closed_by = change.version
   where key = change.key and valid_from < change.valid_from and (valid_to is null or valid_to >= change.valid_from);
  insert into policy (key, value, valid_from, valid_to, layer, source, evidence, description, set_by)
  select change.key, change.value, change.valid_from,
         (select min(valid_from) - 1 from policy where key = change.key and valid_from > change.valid_from),
         change.layer, change.source, change.evidence,
         coalesce((select description from policy where key = change.key order by valid_from desc limit 1), ''),
         change.version;
  return null;
end $$;
revoke execute on function policy_apply() from public;
create trigger policy_apply after insert on policy_outcome
  for each row execute function policy_apply();

-- --- what the seeds may not do ---

create function policy_is_signed(wanted text) returns boolean language sql stable as $$
  select exists (select from policy where key = wanted and (set_by is not null or closed_by is not null))
$$;

-- A key that the administrators changed once is theirs: the seeds, which are read anew at a start, pass it by.
create function policy_pass_seed_by() returns trigger language plpgsql as $$
begin
  if new.set_by is null and policy_is_signed(new.key) then
    return null;
  end if;
  return new;
end $$;
create trigger policy_pass_seed_by before insert on policy
  for each row execute function policy_pass_seed_by();

-- Its rows are history: only the end of a window is ever written, by a change that names itself.
create function policy_keep_history() returns trigger language plpgsql as $$
begin
  if not policy_is_signed(old.key) then
    return case when tg_op = 'DELETE' then old else new end;
  end if;
  if tg_op = 'UPDATE' and new.closed_by is not null and new.closed_by is distinct from old.closed_by
     and to_jsonb(new) - '{valid_to,closed_by}'::text[] = to_jsonb(old) - '{valid_to,closed_by}'::text[] then
    return new;
  end if;
  raise exception 'policy % was changed under signatures: its rows are history', old.key using errcode = 'GU002';
end $$;
create trigger policy_keep_history before update or delete on policy
  for each row execute function policy_keep_history();
create trigger policy_no_truncate before truncate on policy
  for each statement execute function refuse_change();

-- --- what the citizen is told about the norms ---

create table norm_note (
  id            text not null,
  text_citizen  text not null,
  valid_from    date not null,
  valid_to      date,
  layer         text not null check (layer in ('SEED', 'NORM', 'AC')),
  source        text not null,
  evidence      text not null,
  primary key (id, valid_from)
);

grant select on policy_key, policy_change, policy_signature, policy_outcome, norm_note to ra_app, ra_audit;
grant insert on policy_change, policy_signature, policy_outcome to ra_app;
