// Makes a fresh clone ready: installs what package-lock.json says and, with --build, compiles lib/ to dist/.
// Needs nothing but Node. Does nothing, quickly, when nothing has changed. Speaks on standard error only.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const modules = join(root, 'node_modules');
const installStamp = join(modules, '.baton-installed');
const dist = join(root, 'dist');
const buildStamp = join(dist, '.baton-built');

/** `npm ci`, unless node_modules holds what package-lock.json says. */
export function ensureInstalled() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    throw new Error(`Node ${process.versions.node} is too old: 20.19 or newer`);
  const lock = readFileSync(join(root, 'package-lock.json'));
  const wanted = `${digest([lock])} ${process.platform} ${process.arch}`;
  if (read(installStamp) === wanted) return;
  if (!holdsAll(JSON.parse(lock.toString()))) install();
  writeFileSync(installStamp, wanted);
}

/** Compiles lib/ when any of its files, or what decides how it is compiled, is another than at the last build. */
export function ensureBuilt() {
  const wanted = sourceFingerprint();
  if (read(buildStamp) === wanted) return;
  // Built aside and then renamed: a build that is interrupted leaves no half of a program, and removed files do not linger.
  const next = join(root, `dist.${process.pid}`);
  console.error('baton: building');
  const compiler = join(modules, 'typescript', 'bin', 'tsc');
  try {
    run(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', next]);
    chmodSync(join(next, 'cli', 'baton.js'), 0o755);
    writeFileSync(join(next, '.baton-built'), wanted);
    mkdirSync(dist, { recursive: true });
    rmSync(dist, { recursive: true, force: true });
    renameSync(next, dist);
  } finally {
    rmSync(next, { recursive: true, force: true });
  }
}

function install() {
  console.error('baton: installing packages (npm ci)');
  // --include=dev: the compiler is needed also where NODE_ENV=production.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  if (npm?.endsWith('.js')) run(process.execPath, [npm, ...args]);
  else run('npm', args);
}

/** Somebody else has installed: npm's own record says what, so that nothing is fetched again. */
function holdsAll(lock) {
  const record = read(join(modules, '.package-lock.json'));
  if (record === undefined) return false;
  const installed = JSON.parse(record).packages ?? {};
  return Object.entries(lock.packages).every(([path, wanted]) => {
    if (path === '') return true;
    const there = installed[path];
    if (there === undefined) return wanted.optional === true;
    return (
      there.version === wanted.version && there.integrity === wanted.integrity && existsSync(join(root, path))
    );
  });
}

function sourceFingerprint() {
  const sources = readdirSync(join(root, 'lib'), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name));
  const deciding = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'].map(name =>
    join(root, name),
  );
  const files = [...deciding, ...sources.sort()];
  return digest(files.flatMap(file => [file.slice(root.length), readFileSync(file)]));
}

/** Each part with its length, so that no two lists of parts read the same. */
function digest(parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('hex');
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** What it prints goes to standard error: standard output belongs to the program that comes after. */
function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    ensureInstalled();
    if (process.argv.includes('--build')) ensureBuilt();
  } catch (error) {
    console.error(`baton: ${error.message}`);
    process.exitCode = 1;
  }
}
