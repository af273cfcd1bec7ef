-- SPDX-License-Identifier: GPL-3.0-or-later
-- The promised hour.

-- name: report_clock
-- params: from timestamptz, to timestamptz
-- Last finish, last statement and issue of each order whose attendance ended within the window. Who had the certificate
-- before the attendance was closed waited no time: his hour ends where it began.
select o.code, o.product_id as product, o.issuance_state,
       max(m.at) filter (where m.kind = 'finished') as finished_at,
       max(m.at) filter (where m.kind in ('validated', 'verified')) as signed_at,
       greatest(max(m.at) filter (where m.kind = 'issued'),
                case when bool_or(m.kind = 'issued') then max(m.at) filter (where m.kind = 'finished') end) as issued_at,
       coalesce(jsonb_agg(jsonb_build_object('kind', m.kind, 'at',
                                              to_char(m.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) order by m.at)
                filter (where m.kind in ('paused', 'resumed', 'parked', 'returned')), '[]') as pauses
  from orders o
  join milestone m on m.order_id = o.id
 where exists (select from milestone f where f.order_id = o.id and f.kind = 'finished' and f.at >= $1 and f.at < $2)
 group by o.id
 order by finished_at;
