// SPDX-License-Identifier: GPL-3.0-or-later
// Uploads that are not what a dossier takes, by both doors (the agent's and the holder's): refused with the reason,
// nothing kept, the case as it was.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import zlib from 'node:zlib';

import {
  attend, cli, done, home, officeLater, order, photograph, publicUrl, root, scratch, sql, validate,
} from '../support/office.mjs';

const jpeg = fs.readFileSync(photograph());
const corpus = (name) => fs.readFileSync(path.join(root, 'tests/fuzz/corpus', name));

// --- files that somebody would send ------------------------------------------------------------------------------

function pdf(...objects) {
  const body = objects.map((object, i) => Buffer.concat([Buffer.from(`${i + 1} 0 obj\n`), object, Buffer.from('\nendobj\n')]));
  return Buffer.concat([Buffer.from('%PDF-1.4\n'), ...body, Buffer.from('trailer\n<</Root 1 0 R>>\n%%EOF\n')]);
}

const stream = (dictionary, data) => Buffer.concat([Buffer.from(`<<${dictionary}/Length ${data.length}>>stream\n`), data,
  Buffer.from('\nendstream')]);

function crc32(bytes) {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xEDB88320 : 0);
  }
  return ~sum >>> 0;
}

function pngHeader(width, height) {
  const header = Buffer.alloc(33);
  header.write('\x89PNG\r\n\x1a\n', 'latin1');
  header.writeUInt32BE(13, 8);
  header.write('IHDR', 12);
  header.writeUInt32BE(width, 16);
  header.writeUInt32BE(height, 20);
  header.set([8, 2, 0, 0, 0], 24);
  header.writeUInt32BE(crc32(header.subarray(12, 29)), 29);
  return header;
}

// One stored file; its name leaves the folder in which it would be opened.
function zipSlip() {
  const name = Buffer.from('../../../../etc/cron.d/guiche');
  const local = Buffer.alloc(30);
  local.write('PK\x03\x04', 'latin1');
  local.writeUInt16LE(name.length, 26);
  const central = Buffer.alloc(46);
  central.write('PK\x01\x02', 'latin1');
  central.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(46 + name.length, 12);
  end.writeUInt32LE(30 + name.length, 16);
  return Buffer.concat([local, name, central, name, end]);
}

const bomb = zlib.deflateSync(Buffer.alloc(64 << 20), { level: 9 });
const png = corpus('inspect_png/colour.png');

const refusals = [
  ['an empty file', Buffer.alloc(0), 422, 'document-empty'],
  ['a script', Buffer.from('#!/bin/sh\nrm -rf /\n'), 415, 'document-type'],
  ['a ZIP that leaves its folder', zipSlip(), 415, 'document-type'],
  ['a drawing with a script', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'), 415, 'document-type'],
  ['a JPEG that is a script', Buffer.concat([jpeg, Buffer.from('\n<script>alert(document.cookie)</script>')]), 422, 'document-two-kinds'],
  ['a JPEG that is only its first bytes and a script', Buffer.concat([jpeg.subarray(0, 20), Buffer.from('*/=alert(1)/*')]), 422, 'document-malformed'],
  ['a JPEG that is a ZIP', Buffer.concat([jpeg, zipSlip()]), 422, 'document-two-kinds'],
  ['a JPEG that is cut', jpeg.subarray(0, jpeg.length - 2), 422, 'document-truncated'],
  ['a PNG of 20,001 by 20,001', pngHeader(20001, 20001), 422, 'document-dimensions'],
  ['a PNG that is cut', png.subarray(0, png.length >> 1), 422, 'document-truncated'],
  ['a PNG with a changed byte', Buffer.from(png).fill(png[400] ^ 1, 400, 401), 422, 'document-malformed'],
  ['a PDF bomb', pdf(stream('/Filter/FlateDecode', bomb)), 422, 'document-expansion'],
  ['a PDF bomb in two layers', pdf(stream('/Filter[/FlateDecode/FlateDecode]', zlib.deflateSync(bomb))), 422, 'document-expansion'],
  ['a PDF that acts', pdf(Buffer.from('<</OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>')), 422, 'document-active'],
  ['a PDF with a file in it', corpus('inspect_pdf/attachment.pdf'), 422, 'document-attachment'],
  ['a PDF with a password', corpus('inspect_pdf/encrypted.pdf'), 422, 'document-encrypted'],
  ['a PDF that is cut', Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog'), 422, 'document-truncated'],
];

const accepted = [
  ['a JPEG of one pixel', corpus('inspect_jpeg/pixel.jpg'), 'image/jpeg'],
  ['a JPEG for print, in CMYK', corpus('inspect_jpeg/cmyk.jpg'), 'image/jpeg'],
  ['a progressive JPEG', corpus('inspect_jpeg/progressive.jpg'), 'image/jpeg'],
  ['a JPEG with two pictures, as phones make them', corpus('inspect_jpeg/two-pictures.jpg'), 'image/jpeg'],
  ['a JPEG with padding', Buffer.concat([jpeg, Buffer.alloc(9)]), 'image/jpeg'],
  ['a PNG', png, 'image/png'],
  ['a TIFF of three pages', corpus('inspect_tiff/pages.tif'), 'image/tiff'],
  ['a TIFF in the other byte order', corpus('inspect_tiff/big-endian.tif'), 'image/tiff'],
  ['a minimal PDF', Buffer.from('%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n'), 'application/pdf'],
  ['a PDF of cairo', corpus('inspect_pdf/cairo.pdf'), 'application/pdf'],
  ['a scanned PDF', corpus('inspect_pdf/scan-fax.pdf'), 'application/pdf'],
  ['a PDF with object streams', corpus('inspect_pdf/object-streams.pdf'), 'application/pdf'],
];

// --- the two doors -------------------------------------------------------------------------------------------------

const question = 'item=PFBR-01&kind=rg';

async function byHolder(kase, bytes) {
  const answer = await fetch(`${publicUrl}/api/orders/${kase.code}/documents?${question}`, { method: 'POST',
    headers: { Authorization: `Bearer ${kase.token}`, 'Content-Type': 'application/octet-stream', Accept: 'application/json' }, body: bytes });
  return { status: answer.status, json: await answer.json() };
}

const byAgent = (kase, bytes) => officeLater('agent1', 'POST', `/api/office/orders/${kase.code}/documents?${question}&original_seen=1`,
  { body: bytes, headers: { 'Content-Type': 'application/octet-stream' } });

const doors = [['the holder', byHolder], ['the agent', byAgent]];
const kept = (kase) => sql(`select count(*) from document d join orders o on o.id = d.order_id where o.code = '${kase.code}'`);
const events = (kase) => sql(`select count(*) from event e join orders o on o.id = e.order_id where o.code = '${kase.code}' and e.code = 'DOC_PRESENTED'`);

function filesOf(kase) {
  const folder = path.join(home, 'dossier', sql(`select ref from orders where code = '${kase.code}'`));
  return fs.existsSync(folder) ? fs.readdirSync(folder) : [];
}

for (const [who, send] of doors) {
  describe(`uploads by ${who}`, () => {
    let kase;
    before(async () => { kase = await order(); });

    for (const [what, bytes, status, reason] of refusals) {
      test(`${what} is refused: ${reason}`, async () => {
        const answer = await send(kase, bytes);
        assert.equal(answer.status, status, JSON.stringify(answer.json));
        assert.equal(answer.json.reason, reason);
        assert.ok(answer.json.detail.length > 40, 'a sentence that says what to do');
        assert.deepEqual([kept(kase), events(kase), filesOf(kase)], ['0', '0', []]);
      });
    }

    test('more than 20 MB is too large', async () => {
      const answer = await send(kase, Buffer.concat([jpeg, Buffer.alloc((20 << 20) + 1 - jpeg.length)]));
      assert.equal(answer.status, 413);
      assert.equal(kept(kase), '0');
    });

    for (const [what, bytes, type] of accepted) {
      test(`${what} is accepted`, async () => {
        const answer = await send(kase, bytes);
        assert.equal(answer.status, 201, JSON.stringify(answer.json));
        assert.equal(answer.json.media_type, type);
        assert.equal(answer.json.size, bytes.length);
      });
    }
  });
}

test('a holder who has sent a hundred megabytes brings the rest; the agent still scans', async () => {
  const kase = await order();
  assert.equal((await byHolder(kase, jpeg)).status, 201);
  sql(`update document set size_bytes = ${(100 << 20) - jpeg.length + 1} where order_id = (select id from orders where code = '${kase.code}')`);
  const refused = await byHolder(kase, jpeg);
  assert.equal(refused.status, 422);
  assert.equal(refused.json.reason, 'too-many-documents');
  assert.equal((await byAgent(kase, jpeg)).status, 201);
});

test('a refused upload voids no signature and blocks no case', async () => {
  const kase = await order();
  attend(kase.code);
  validate(kase.code);
  const states = () => done('agent1', 'show', kase.code).states;
  const earlier = states();
  for (const [, bytes] of refusals) assert.ok((await byAgent(kase, bytes)).status >= 400);
  assert.deepEqual(states(), earlier, 'the validation stands');
  assert.equal(done('agent1', 'checklist', kase.code).complete, true);
});

test('the command line shows the reason', async () => {
  const kase = await order();
  const file = path.join(scratch(), 'conta.pdf');
  fs.writeFileSync(file, pdf(stream('/Filter/FlateDecode', bomb)));
  const run = cli('agent1', 'document', 'add', kase.code, 'PFBR-01', file, '--kind', 'rg');
  assert.equal(run.status, 1);
  assert.equal(run.json.reason, 'document-expansion');
  assert.match(run.json.detail, /cresce demais/);
});
