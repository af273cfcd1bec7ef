-- SPDX-License-Identifier: GPL-3.0-or-later
-- Tokens and cards: models, pieces, the ledger, counts.

-- name: media_models
-- params: day date
select distinct on (id) id, name, manufacturer, homologation, valid_to, valid_to is null or valid_to >= $1 as valid
  from media_model where valid_from <= $1 order by id, valid_from desc;

-- name: media_model_by_id
-- params: id text, day date
select id, name, homologation, valid_to, valid_to is null or valid_to >= $2 as valid
  from media_model where id = $1 and valid_from <= $2 order by valid_from desc limit 1;

-- name: media_add
-- params: office_id integer, model_id text, model text, serial text, homologation text, valid_to date
insert into media_token (office_id, model_id, model, serial, homologation, valid_to) values ($1, $2, $3, $4, $5, $6)
returning id;

-- name: media_by_serial
-- params: office_id integer, serial text, day date
-- Not locked: of two acts on the same piece the second finds another state than it read, and is refused (media_apply_move).
select t.id, t.model, t.serial, t.homologation, t.state, t.brought, coalesce(o.code, '') as code,
       t.valid_to is null or t.valid_to >= $3 as valid
  from media_token t left join orders o on o.id = t.order_id
 where t.office_id = $1 and t.serial = $2;

-- name: media_of_order
-- params: order_id bigint, day date
select id, model, serial, homologation, state, brought, valid_to is null or valid_to >= $2 as valid
  from media_token where order_id = $1 and state in ('desk', 'delivered');

-- name: media_move_add
-- params: token_id bigint, act text, from_state text, to_state text, order_id bigint, attempt integer, note text, agent text, station text, at timestamptz
insert into media_move (token_id, act, from_state, to_state, order_id, attempt, note, agent, station, at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: media_list
-- params: office_id integer, state text, day date
select t.serial, t.model, t.homologation, t.valid_to, t.state, t.brought, coalesce(o.code, '') as code,
       t.valid_to is null or t.valid_to >= $3 as valid, m.at, m.agent, m.note
  from media_token t
  left join orders o on o.id = t.order_id
  join lateral (select at, agent, note from media_move where token_id = t.id order by id desc limit 1) m on true
 where t.office_id = $1 and ($2 = '' or t.state = $2)
 order by array_position(array['desk', 'stock', 'defective', 'delivered', 'returned'], t.state), t.serial
 limit 5000;

-- name: media_in_house
-- params: office_id integer
select serial from media_token where office_id = $1 and state in ('stock', 'desk', 'defective') order by serial;

-- name: media_figures
-- params: office_id integer
select state, count(*) as pieces from media_token where office_id = $1 group by state;

-- name: media_moves
-- params: office_id integer, day date, zone text, earlier boolean
-- Of the day, or of all the days before it.
select m.act, m.from_state, m.to_state, count(*) as pieces
  from media_move m join media_token t on t.id = m.token_id
 where t.office_id = $1
   and case when $4 then (m.at at time zone $3)::date < $2 else (m.at at time zone $3)::date = $2 end
 group by m.act, m.from_state, m.to_state;

-- name: media_count_add
-- params: office_id integer, day date, counted text[], missing text[], unexpected text[], agent text, station text, at timestamptz
insert into media_count (office_id, day, counted, missing, unexpected, agent, station, at)
values ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: media_count_of_day
-- params: office_id integer, day date
-- The last count of a day, and how many acts came after it.
select c.counted, c.missing, c.unexpected, c.agent, c.station, c.at,
       (select count(*) from media_move m join media_token t on t.id = m.token_id
         where t.office_id = $1 and m.at > c.at) as later
  from media_count c where c.office_id = $1 and c.day = $2 order by c.id desc limit 1;
