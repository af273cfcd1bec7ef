// SPDX-License-Identifier: GPL-3.0-or-later
//
// Can a key be made and a file be kept here?

const inApp = [
  [/WhatsApp/i, 'WhatsApp'],
  [/Instagram/i, 'Instagram'],
  [/FBAN|FBAV|FB_IAB|FBIOS|Messenger/i, 'Facebook'],
  [/musical_ly|BytedanceWebview|TikTok/i, 'TikTok'],
  [/LinkedInApp/i, 'LinkedIn'],
  [/\bLine\//i, 'Line'],
  [/Telegram/i, 'Telegram'],
  [/\bGSA\//, 'Google'],
  [/; wv\)/, 'Android'],
];

// The name of the app whose window this is, or "" in a browser of its own.
export function inAppBrowser(userAgent) {
  const found = inApp.find(([pattern]) => pattern.test(userAgent));
  if (found) return found[1];
  // On iPhones every real browser says Safari; a window inside an app does not.
  return /iPhone|iPad|iPod/.test(userAgent) && /AppleWebKit/.test(userAgent) && !/Safari\//.test(userAgent) ? 'iPhone' : '';
}

export const isPhone = (userAgent) => /Android|iPhone|iPad|iPod|Mobile/i.test(userAgent);

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

// "" when the page can go on; otherwise which obstacle stands in the way.
export function obstacle({ protocol, hostname, userAgent, hasCrypto }) {
  if (inAppBrowser(userAgent)) return 'in-app';
  if (protocol !== 'https:' && !(protocol === 'http:' && loopback.test(hostname))) return 'insecure';
  return hasCrypto ? '' : 'old-browser';
}
