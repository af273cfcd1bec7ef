-- SPDX-License-Identifier: GPL-3.0-or-later
-- Who asked for a one-time code by mail, until the job has answered: the request itself does the same for every CPF.
create table login_ask (
  id       bigint generated always as identity primary key,
  cpf      char(11) not null,
  asked_at timestamptz not null
);
grant select, insert, delete on login_ask to ra_app;
grant usage on all sequences in schema ra to ra_app;
