// SPDX-License-Identifier: GPL-3.0-or-later
//
// Wakes the bundle that lies inert in the page. Nothing is fetched: the page stays one immutable file (protocol §4),
// and its policy names this script's digest beside the main one's.
let loaded = null;

export function loadCompat() {
  if (!loaded) {
    const script = document.createElement('script');
    script.textContent = document.getElementById('compat').textContent;
    document.head.append(script);
    loaded = globalThis.guicheCompat ?? null;
  }
  if (!loaded) throw new Error('the compatible variant did not load');
  return loaded;
}
