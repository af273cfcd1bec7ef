// SPDX-License-Identifier: GPL-3.0-or-later
// One transaction of the server, as PostgreSQL saw it, turned into a pgbench script: the same statements in the same
// order with parameters of the same size, so that the bound follows the code without anybody's care.
import fs from 'node:fs';
import path from 'node:path';
import { pause, root } from './instance.mjs';

// name -> [{name,type}] as declared in sql/queries.
function declaredParameters() {
  const folder = path.join(root, 'sql/queries');
  const declared = new Map();
  for (const file of fs.readdirSync(folder)) {
    let statement;
    for (const line of fs.readFileSync(path.join(folder, file), 'utf8').split('\n')) {
      const name = /^-- name:\s*(\S+)/.exec(line);
      if (name) {
        statement = name[1];
        declared.set(statement, []);
      }
      const parameters = /^-- params:\s*(.+)/.exec(line);
      if (parameters) {
        declared.set(statement, parameters[1].split(',').map((text) => {
          const [parameter, type] = text.trim().split(/\s+/);
          return { name: parameter, type };
        }));
      }
    }
  }
  return declared;
}

// Log entries of one backend: {text, detail}. Continued lines begin with a tab.
function readEntries(log) {
  const byBackend = new Map();
  let entry;
  for (const line of log.split('\n')) {
    const head = /^\S+ \S+ \S+ \[(\d+)\] (LOG|DETAIL): {2}(.*)$/.exec(line);
    if (head) {
      const list = byBackend.get(head[1]) ?? [];
      byBackend.set(head[1], list);
      if (head[2] === 'LOG') {
        entry = { text: head[3], detail: '' };
        list.push(entry);
      } else if (list.length > 0) {
        entry = null;
        list.at(-1).detail = head[3];
      }
    } else if (line.startsWith('\t') && entry) {
      entry.text += `\n${line.slice(1)}`;
    }
  }
  return byBackend;
}

function readValues(detail) {
  return [...detail.matchAll(/\$\d+ = (NULL|'((?:[^']|'')*)')/gs)]
    .map(([, all, text]) => (all === 'NULL' ? null : text.replaceAll('\'\'', '\'')));
}

// Runs `act` while every statement is logged; the transaction in which `marker` was executed, as
// [{name, sql, values}], without its begin and commit.
export async function recordTransaction(instance, marker, act) {
  const file = instance.path('log/postgres.log');
  const before = fs.statSync(file).size;
  instance.sql('alter system set log_statement = \'all\'; select pg_reload_conf()');
  await pause(0.5); // until every backend has read it
  await act();
  instance.sql('alter system reset log_statement; select pg_reload_conf()');
  await pause(0.5);
  const log = fs.readFileSync(file).subarray(before).toString('utf8');
  for (const entries of readEntries(log).values()) {
    const at = entries.findIndex(({ text }) => text.startsWith(`execute ${marker}:`));
    if (at < 0) continue;
    const begins = (text) => /^(statement|execute <unnamed>): begin/i.test(text);
    const ends = (text) => /^(statement|execute <unnamed>): commit/i.test(text);
    const first = entries.slice(0, at).findLastIndex(({ text }) => begins(text));
    const last = at + entries.slice(at).findIndex(({ text }) => ends(text));
    return entries.slice(first + 1, last).map(({ text, detail }) => {
      const execute = /^execute (\w+): (.*)$/s.exec(text);
      if (!execute) throw new Error(`a statement without a name: ${text.slice(0, 80)}`);
      return { name: execute[1], sql: execute[2], values: readValues(detail) };
    });
  }
  throw new Error(`no transaction with ${marker} was recorded`);
}

// pgbench looks for :name inside quotes too.
function literal(text) {
  return `E'${text.replaceAll('\\', '\\\\').replaceAll('\'', '\\\'').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll(':', '\\x3a')}'`;
}

function withoutBareColons(sql) {
  return sql.replace(/--[^\n]*/g, '').replace(/'((?:[^']|'')*)'/g, (all, text) =>
    (text.includes(':') ? literal(text.replaceAll('\'\'', '\'')) : all));
}

// `expressions`: parameter name -> SQL with pgbench variables. What is not there keeps the recorded value, which would
// be wrong for a key, so those must be there. `results`: statements whose columns become variables of the same name.
export function pgbenchScript(transaction, { prologue, expressions, constants, results }) {
  const declared = declaredParameters();
  const lines = [...prologue, 'begin;'];
  for (const { name, sql, values } of transaction) {
    const parameters = declared.get(name);
    if (!parameters || parameters.length !== values.length) throw new Error(`${name}: parameters do not fit sql/queries`);
    const text = withoutBareColons(sql).replace(/\$(\d+)/g, (_, number) => {
      const { name: parameter, type } = parameters[number - 1];
      const value = values[number - 1];
      if (expressions[parameter]) return `(${expressions[parameter]})::${type}`;
      if (/(^|_)(id|key|hash)$/.test(parameter) && !constants.includes(parameter)) {
        throw new Error(`${name}: say in tests/bench what :${parameter} is in the bound`);
      }
      return value === null ? `null::${type}` : `${literal(value)}::${type}`;
    });
    lines.push(`${text.trim().replace(/;$/, '')}${results.includes(name) ? ' \\gset' : ';'}`);
  }
  lines.push('commit;');
  return `${lines.join('\n')}\n`;
}
