-- SPDX-License-Identifier: GPL-3.0-or-later
-- Lista negativa. What counts as a hit is said in identification/neglist.h, which judges every row found here again.

-- name: neglist_search
-- params: every_field boolean, whole_names boolean, name_words text[], cpf text, email text, phone text, company_words text[], cnpj text, description_words text[], uf text, municipalities text[], faces_only boolean, most integer
-- Strong hits come first, so that a bounded answer never leaves one off for the sake of a weaker one. A listing without
-- any field asks for every_field. Words are letters and digits, each once: nothing in a pattern needs escaping, and
-- contained with as many is the same.
with entry as (
  select e.*,
         cardinality($3) > 0
           and case when $2 then cardinality(e.name_words) > 0 and (e.name_words <@ $3 or e.name_words @> $3)
                                 and (cardinality(e.name_words) = cardinality($3)
                                      or (least(cardinality(e.name_words), cardinality($3)) >= 2
                                          and e.name_words[1] = ($3)[1]))
                    else array_to_string(e.name_words, ' ')
                         like all ((select array_agg('%' || part || '%') from unnest($3) part)::text[]) end as by_name,
         $4 <> '' and e.cpf = $4 as by_cpf,
         $5 <> '' and e.email = $5 as by_email,
         $6 <> '' and e.phone = $6 as by_phone,
         cardinality($7) > 0
           and case when $2 then cardinality(e.company_words) > 0 and (e.company_words <@ $7 or e.company_words @> $7)
                                 and (cardinality(e.company_words) = cardinality($7)
                                      or (least(cardinality(e.company_words), cardinality($7)) >= 2
                                          and e.company_words[1] = ($7)[1]))
                    else array_to_string(e.company_words, ' ')
                         like all ((select array_agg('%' || part || '%') from unnest($7) part)::text[]) end as by_company,
         $8 <> '' and e.cnpj = $8 as by_cnpj,
         cardinality($9) > 0
           and array_to_string(e.description_words, ' ')
               like all ((select array_agg('%' || part || '%') from unnest($9) part)::text[]) as by_description,
         (select coalesce(array_agg(i.id::text order by i.at, i.id), '{}')
            from neglist_image i where i.entry_id = e.id and i.kind = 'face') as faces
    from neglist_entry e
   where not exists (select from neglist_withdrawal w where w.entry_id = e.id)
     and ($10 = '' or e.uf = $10)
     and (cardinality($11) = 0 or e.municipality = any ($11))
     and (not $12 or exists (select from neglist_image i where i.entry_id = e.id and i.kind = 'face'))
)
select id::text as id, source, reference, name, cpf, email, phone, company_name, cnpj, uf, municipality, description,
       modus, at, faces, count(*) over () as total
  from entry
 where case when $1 then (cardinality($3) = 0 or by_name) and ($4 = '' or by_cpf) and ($5 = '' or by_email)
                  and ($6 = '' or by_phone) and (cardinality($7) = 0 or by_company) and ($8 = '' or by_cnpj)
                  and (cardinality($9) = 0 or by_description)
            else by_name or by_cpf or by_email or by_phone or by_company or by_cnpj or by_description end
 order by by_cpf or by_cnpj or by_email
          or by_name::integer + by_phone::integer + by_company::integer >= 2 desc, at desc, id
 limit $13;

-- name: neglist_add
-- params: source text, reference text, order_id bigint, name text, name_words text[], cpf text, email text, phone text, company_name text, company_words text[], cnpj text, uf text, municipality text, description text, description_words text[], modus text, agent text, station text, at timestamptz
insert into neglist_entry (source, reference, order_id, name, name_words, cpf, email, phone, company_name,
                           company_words, cnpj, uf, municipality, description, description_words, modus, agent,
                           station, at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
returning id::text as id;

-- name: neglist_add_key
-- params: entry_id uuid, wrapped_key bytea, at timestamptz
insert into neglist_key (entry_id, wrapped_key, created_at) values ($1, $2, $3);

-- name: neglist_entry
-- params: id uuid
select e.id::text as id, e.source, e.reference, coalesce(o.code, '') as code, e.name, e.cpf, e.email, e.phone,
       e.company_name, e.cnpj, e.uf, e.municipality, e.description, e.modus, e.agent, e.station, e.at,
       w.entry_id is not null as withdrawn, coalesce(w.kind, '') as withdrawal_kind,
       coalesce(w.reason, '') as withdrawal_reason, coalesce(w.agent, '') as withdrawal_agent, w.at as withdrawal_at
  from neglist_entry e
  left join orders o on o.id = e.order_id
  left join neglist_withdrawal w on w.entry_id = e.id
 where e.id = $1;

-- name: neglist_images
-- params: entry_id uuid
select id::text as id, kind, encode(sha256, 'hex') as sha256, size_bytes, media_type, agent, at
  from neglist_image
 where entry_id = $1
 order by at, id;

-- name: neglist_image
-- params: id uuid
select i.entry_id::text as entry_id, i.sha256, i.size_bytes, i.media_type, k.wrapped_key
  from neglist_image i
  join neglist_key k on k.entry_id = i.entry_id
 where i.id = $1;

-- name: neglist_open_entry
-- params: id uuid
-- What an image is added to: nothing comes to an occurrence that was taken out.
select k.wrapped_key, w.entry_id is not null as withdrawn,
       (select count(*) from neglist_image i where i.entry_id = e.id) as images
  from neglist_entry e
  join neglist_key k on k.entry_id = e.id
  left join neglist_withdrawal w on w.entry_id = e.id
 where e.id = $1;

-- name: neglist_add_image
-- params: entry_id uuid, kind text, sha256 bytea, size bigint, media_type text, agent text, station text, at timestamptz
-- Without a row: these bytes are there already.
insert into neglist_image (entry_id, kind, sha256, size_bytes, media_type, agent, station, at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict on constraint neglist_image_once do nothing
returning id::text as id;

-- name: neglist_withdraw
-- params: entry_id uuid, kind text, reason text, agent text, station text, at timestamptz
-- Without a change: it was taken out before.
insert into neglist_withdrawal (entry_id, kind, reason, agent, station, at)
values ($1, $2, $3, $4, $5, $6)
on conflict on constraint neglist_withdrawn_once do nothing;
