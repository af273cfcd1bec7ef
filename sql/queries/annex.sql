-- SPDX-License-Identifier: GPL-3.0-or-later
-- The annex of a dossier: what came after the signatures.

-- name: annex_of_attempt
-- params: order_id bigint, attempt integer, kind text
-- The newest of its kind.
select sha256, media_type from document
 where order_id = $1 and attempt = $2 and part = 'annex' and kind = $3 and removed_at is null
 order by at desc, id limit 1;
