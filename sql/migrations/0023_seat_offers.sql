-- SPDX-License-Identifier: GPL-3.0-or-later
-- A seat that the waiting list offers to its order is not given up by a click on another one.

create function seat_is_offered(s seat) returns boolean language sql stable as $$
  select exists (select from seat_offer f where f.seat_id = s.id and f.order_id = s.order_id and f.outcome = '')
$$;
