// SPDX-License-Identifier: GPL-3.0-or-later
//
// Node 18 keeps WebCrypto out of the globals; browsers and later Nodes have it there. Imported first.
import { webcrypto } from 'node:crypto';

globalThis.crypto ??= webcrypto;
