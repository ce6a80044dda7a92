#!/usr/bin/env node
// Makes a fresh clone usable: installs when node_modules is absent or older than the lock file, builds when a source is
// newer than the last build. Uses nothing but Node, because nothing else may be there yet.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const wanted = new Set(process.argv.slice(2));
const quiet = wanted.has('--quiet');

if (wanted.has('--help')) {
  console.log(
    'usage: ensure.mjs [--build] [--quiet]\n  installs dependencies if needed; with --build also builds if needed',
  );
  process.exit(0);
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Undertone needs Node.js 20.19 or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

function run(command, args) {
  const result = spawnSync(command, args, { cwd: root, stdio: quiet ? ['ignore', 'ignore', 'inherit'] : 'inherit' });
  if (result.status !== 0) {
    console.error(`\`${command} ${args.join(' ')}\` failed (${result.signal ?? result.status}).`);
    process.exit(result.status ?? 1);
  }
}

function newest(path) {
  const info = statSync(path, { throwIfNoEntry: false });
  if (!info) return 0;
  if (!info.isDirectory()) return info.mtimeMs;
  return Math.max(info.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

const lock = join(root, 'package-lock.json');
const installed = join(root, 'node_modules', '.package-lock.json');
if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs) {
  if (!quiet) console.log('Installing dependencies (once)…');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  utimesSync(installed, new Date(), new Date());
}

if (wanted.has('--build')) {
  const stamp = join(root, 'dist', '.built');
  const sources = ['src', 'training', 'bench', 'web', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
  const built = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (sources.some((path) => newest(join(root, path)) > built)) {
    if (!quiet) console.log('Building…');
    const started = new Date();
    run('npm', ['run', '--silent', 'build']);
    writeFileSync(stamp, '');
    utimesSync(stamp, started, started);
  }
}
