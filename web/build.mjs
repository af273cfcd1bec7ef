// SPDX-License-Identifier: GPL-3.0-or-later
//
// WEB_OUT/static/…            what the pages link to
// WEB_OUT/emitir/index.html   the emission page: one file that needs nothing else (protocol §4)
// WEB_OUT/problems/NNN.html   the front's own errors for a browser, in the words of front/problems/NNN.problem
// WEB_OUT/emitir.sha256       its digest, as sha256sum -c reads it
//
// No clock, no random name: the same sources and lock file give the same bytes, so that the SHA-256 printed in
// the manual can be recomputed by anybody.
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.resolve(here, process.env.WEB_OUT ?? '../build/web');

const common = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  legalComments: 'none',
  charset: 'utf8',
  target: ['chrome105', 'edge105', 'firefox121', 'safari16'],
  logLevel: 'warning',
};

// The design system declares some 1,400 custom properties; only those that something refers to are kept.
function dropUnusedProperties(css) {
  const declaration = /(--[\w-]+):([^;{}]*)(?:;|(?=\}))/g;
  for (;;) {
    const used = new Set([...css.matchAll(/var\((--[\w-]+)/g)].map((match) => match[1]));
    const kept = css.replace(declaration, (text, name) => (used.has(name) ? text : ''));
    if (kept === css) return css;
    css = kept;
  }
}

async function writeStatic() {
  const folder = path.join(out, 'static');
  await mkdir(folder, { recursive: true });
  const result = await esbuild.build({
    ...common,
    entryPoints: { site: 'styles/site.css', caso: 'styles/caso.css', painel: 'styles/painel.css' },
    outdir: folder,
    assetNames: 'files/[name]-[hash]',
    loader: { '.woff2': 'file', '.svg': 'file' },
    write: false,
  });
  for (const file of result.outputFiles) {
    await mkdir(path.dirname(file.path), { recursive: true });
    await writeFile(file.path, file.path.endsWith('.css') ? dropUnusedProperties(file.text) : file.contents);
  }
  await esbuild.build({ ...common, entryPoints: { site: 'scripts/site.mjs', caso: 'scripts/caso.mjs', painel: 'scripts/painel.mjs', revogar: 'scripts/revogar.mjs', certificados: 'scripts/certificados.mjs', compat: 'emission/compat.mjs' }, outdir: folder, format: 'esm' });
  await copyFile(path.join(here, 'static/favicon.svg'), path.join(folder, 'favicon.svg'));
}

function sourceHash(text) {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

async function writeEmissionPage() {
  const folder = path.join(out, 'emitir');
  await mkdir(folder, { recursive: true });
  const bundle = async (entry, loader, more = {}) => {
    const result = await esbuild.build({
      ...common, ...more, entryPoints: [entry], format: 'iife', loader, outfile: path.basename(entry), write: false,
    });
    return result.outputFiles[0].text.trim();
  };
  // A closing tag inside a string would end the element early, and so may the beginning of a comment.
  const inElement = (text) => text.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
  const script = inElement(await bundle('emission/main.mjs', {}));
  // Inert (no browser runs text/plain) until compat-load.mjs makes a script of it: the policy names both digests.
  const compat = inElement(await bundle('emission/compat.mjs', {}, { globalName: 'guicheCompat' }));
  const style = dropUnusedProperties(await bundle('emission/emission.css', { '.woff2': 'dataurl', '.svg': 'dataurl' }));
  const policy = [
    "default-src 'none'",
    `script-src ${sourceHash(script)} ${sourceHash(compat)}`,
    `style-src ${sourceHash(style)}`,
    "connect-src 'self'",
    'font-src data:',
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const page = await readFile(path.join(here, 'emission/page.html'), 'utf8');
  const filled = { POLICY: policy, STYLE: style, SCRIPT: script, COMPAT: compat };
  const whole = page.replace(/@(POLICY|STYLE|SCRIPT|COMPAT)@/g, (all, name) => filled[name]);
  await writeFile(path.join(folder, 'index.html'), whole);
  const digest = createHash('sha256').update(whole).digest('hex');
  await writeFile(path.join(out, 'emitir.sha256'), `${digest}  emitir/index.html\n`);
}

// A browser gets a page where a program gets the document.
async function writeProblemPages() {
  const [from, folder] = [path.join(here, 'front/problems'), path.join(out, 'problems')];
  await mkdir(folder, { recursive: true });
  const page = await readFile(path.join(here, 'front/problem.html'), 'utf8');
  for (const name of (await readdir(from)).filter((file) => file.endsWith('.problem'))) {
    const { title, detail } = JSON.parse(await readFile(path.join(from, name), 'utf8'));
    const filled = { TITLE: title, DETAIL: detail === title ? '' : `<p class="lead">${detail}</p>` };
    await writeFile(path.join(folder, name.replace('.problem', '.html')), page.replace(/@(TITLE|DETAIL)@/g, (all, word) => filled[word]));
  }
}

await rm(path.join(out, 'problems'), { recursive: true, force: true });
await rm(path.join(out, 'static'), { recursive: true, force: true });
await rm(path.join(out, 'emitir'), { recursive: true, force: true });
await writeStatic();
await writeEmissionPage();
await writeProblemPages();
