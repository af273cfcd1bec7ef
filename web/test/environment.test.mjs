// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import test from 'node:test';
import { inAppBrowser, isPhone, obstacle } from '../emission/environment.mjs';

const agents = {
  firefox: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0',
  chrome: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  chromeAndroid: 'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36',
  safariPhone: 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  instagram: 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 330.0.0.0',
  facebook: 'Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 Version/4.0 Chrome/126.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/460.0]',
  whatsapp: 'Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 Version/4.0 Chrome/126.0 Mobile Safari/537.36 WhatsApp/2.24',
  webview: 'Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 Version/4.0 Chrome/126.0 Mobile Safari/537.36',
  phoneWindow: 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
};

test('windows inside apps are told from browsers', () => {
  for (const name of ['firefox', 'chrome', 'chromeAndroid', 'safariPhone']) assert.equal(inAppBrowser(agents[name]), '', name);
  assert.equal(inAppBrowser(agents.instagram), 'Instagram');
  assert.equal(inAppBrowser(agents.facebook), 'Facebook');
  assert.equal(inAppBrowser(agents.whatsapp), 'WhatsApp');
  assert.notEqual(inAppBrowser(agents.webview), '');
  assert.notEqual(inAppBrowser(agents.phoneWindow), '');
});

test('phones are known', () => {
  assert.ok(isPhone(agents.chromeAndroid) && isPhone(agents.safariPhone));
  assert.ok(!isPhone(agents.firefox) && !isPhone(agents.chrome));
});

test('protocol 4: https or loopback, else the page says why it cannot go on', () => {
  const at = (protocol, hostname, hasCrypto = true) => obstacle({ protocol, hostname, userAgent: agents.firefox, hasCrypto });
  assert.equal(at('https:', 'ar.example'), '');
  assert.equal(at('http:', 'localhost'), '');
  assert.equal(at('http:', '127.0.0.1'), '');
  assert.equal(at('http:', '[::1]'), '');
  assert.equal(at('http:', 'ar.example'), 'insecure');
  assert.equal(at('http:', '127.0.0.1.ar.example'), 'insecure');
  assert.equal(at('file:', ''), 'insecure');
  assert.equal(at('https:', 'ar.example', false), 'old-browser');
  assert.equal(obstacle({ protocol: 'https:', hostname: 'ar.example', userAgent: agents.instagram, hasCrypto: true }), 'in-app');
});
