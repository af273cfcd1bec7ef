// SPDX-License-Identifier: GPL-3.0-or-later
// How long the instance takes to come up, and what its processes hold in memory.
import { median, pause } from './instance.mjs';

const REST_S = 3;
const CONTRACT_S = 3; // the second start of ./run, by contract

// Times `starts` starts after the creation.
export async function measureStart(instance, creation, starts) {
  const seconds = [];
  for (let i = 0; i < starts; i++) {
    instance.stop();
    seconds.push(instance.start());
  }
  await pause(REST_S);
  return { creation, again: median(seconds), rest: instance.memory() };
}

export function startFigures(start, after) {
  const megabytes = (kilobytes) => kilobytes / 1024;
  const figures = [
    { name: 'first start: instance created, keys made, in the air', value: start.creation, unit: 's' },
    { name: 'second start', value: start.again, unit: 's', bound: CONTRACT_S },
  ];
  const total = { rest: 0, load: 0 };
  for (const [name, { rss, pss }] of start.rest) {
    figures.push({ name: `${name}: rss at rest`, value: megabytes(rss), unit: 'MB' });
    figures.push({ name: `${name}: pss at rest`, value: megabytes(pss), unit: 'MB' });
    const loaded = after.get(name);
    figures.push({ name: `${name}: rss after the load`, value: megabytes(loaded.rss), unit: 'MB', bound: megabytes(rss) });
    figures.push({ name: `${name}: pss after the load`, value: megabytes(loaded.pss), unit: 'MB', bound: megabytes(pss) });
    total.rest += pss;
    total.load += loaded.pss;
  }
  figures.push({ name: 'all processes: pss at rest', value: megabytes(total.rest), unit: 'MB' });
  figures.push({ name: 'all processes: pss after the load', value: megabytes(total.load), unit: 'MB', bound: megabytes(total.rest) });
  return figures;
}
