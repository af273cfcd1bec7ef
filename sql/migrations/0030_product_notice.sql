-- SPDX-License-Identifier: GPL-3.0-or-later
-- What whoever orders a product must be told beside its price: a norm's restriction (Res. CG ICP-Brasil 211/2024 art. 4).
alter table product add column notice text not null default '';
