// SPDX-License-Identifier: GPL-3.0-or-later
// The linter: certificates examined in a second on one core, beside what OpenSSL takes to decode them and no more.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { root } from './instance.mjs';

const PROMISED = 20000; // certificates a second, on one core
const SECONDS = 3;
const SAMPLES = ['a-person-as-it-should-be', 'a-company-as-it-should-be'];

export async function lint() {
  const files = SAMPLES.map((name) => path.join(root, 'pki/vectors/lint', `${name}.der`));
  const { linted_per_s: linted, decoded_per_s: decoded } = JSON.parse(execFileSync(
    path.join(root, 'build/release/bench/bench_lint'), [String(SECONDS), ...files], { encoding: 'utf8' }));
  return [
    { name: 'lint.promised', value: linted, unit: 'certificates/s/core', bound: PROMISED },
    { name: 'lint.decoding', value: linted, unit: 'certificates/s/core', bound: decoded },
  ];
}
