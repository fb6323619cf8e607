// Runs everything that must be green, or the suites named as arguments, and ends with `N passed, N failed`.
// A check (lint, types, format) counts as one; a suite counts its tests. A suite that crashes, hangs at its end or runs
// no test counts as a failure.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureProgram } from './apt.mjs';
import { ensureBuilt, ensureInstalled, root } from './ensure.mjs';
import { ensureJars } from './kafka/jars.mjs';

const lingerMs = 20_000;
const suiteLimitMs = 30 * 60_000;
const scenarioFile = 'test/scenarios.test.ts';
const smokeFile = 'test/bench/smoke.test.ts';
/** Tests that have a suite of their own; all others are `unit`. */
const ownSuite = /^test\/(contract\/|kafka-broker\/|scenarios\.test\.ts$|bench\/smoke\.test\.ts$)/;

const suites = {
  format: () => check('node_modules/@biomejs/biome/bin/biome', ['format', '--colors=off']),
  lint: () => check('node_modules/eslint/bin/eslint.js', ['.']),
  typecheck: () => check('node_modules/typescript/bin/tsc', ['-p', 'tsconfig.json', '--noEmit']),
  unit: () => mocha(testFiles().filter(file => !ownSuite.test(file))),
  contract: () => mocha(testFiles().filter(file => file.startsWith('test/contract/'))),
  kafka: () => withKafka(() => mocha(testFiles().filter(file => file.startsWith('test/kafka-broker/')))),
  scenarios: () => mocha([scenarioFile], { only: stories }),
  // The same stories once more: BATON_SIGNALLING=direct.
  direct: () => mocha([scenarioFile], { env: { STORY_SIGNALLING: 'direct' } }),
  // That the bench runs and what its report holds; nothing about time.
  bench: () => mocha([smokeFile]),
};

let interrupted = false;
/** Names of the only stories to run; all when empty. */
let stories = [];

await main(process.argv.slice(2));

async function main(asked) {
  // `npm run scenarios -- invite-answered reinvite-glare`: what stands behind it names stories.
  const named = asked[0] === 'scenarios' ? asked.slice(0, 1) : asked;
  stories = asked.slice(named.length);
  const unknown = named.filter(name => !(name in suites));
  if (unknown.length > 0)
    fail(`no such suite: ${unknown.join(', ')} (there are ${Object.keys(suites).join(', ')})`);
  const names = named.length > 0 ? named : Object.keys(suites);
  try {
    ensureInstalled();
    if (['scenarios', 'direct', 'unit', 'kafka', 'bench'].some(name => names.includes(name))) ensureBuilt();
    if (['scenarios', 'direct', 'kafka', 'bench'].some(name => names.includes(name))) ensureSipp();
    if (['scenarios', 'direct', 'unit'].some(name => names.includes(name))) ensureRtpengine();
  } catch (error) {
    fail(error.message);
  }
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const name of names) {
    console.log(`\n=== ${name}`);
    const counts = await suites[name]();
    console.log(`=== ${name}: ${summary(counts)}`);
    for (const key of Object.keys(total)) total[key] += counts[key];
    if (interrupted) break;
  }
  process.exitCode = total.failed === 0 ? 0 : 1;
  console.log(`\n${summary(total)}`);
}

async function check(script, args) {
  const { code } = await run([script, ...args], {});
  return code === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

async function mocha(files, { only = [], env = {} } = {}) {
  if (files.length === 0 || !files.every(file => existsSync(join(root, file))))
    return crashed('it has no tests');
  const folder = mkdtempSync(join(tmpdir(), 'baton-test-'));
  const countsFile = join(folder, 'counts.json');
  try {
    const grep = only.length === 0 ? [] : ['--grep', `(^| )(${only.join('|')})$`];
    const args = [
      'node_modules/mocha/bin/mocha.js',
      ...['--reporter', './scripts/mocha-reporter.mjs', ...grep, ...files],
    ];
    const { code, hung } = await run(args, {
      env: { ...env, BATON_TEST_COUNTS: countsFile },
      doneWhen: countsFile,
    });
    if (!existsSync(countsFile)) return crashed(`it ended with ${code} before its last test`);
    const counts = JSON.parse(readFileSync(countsFile, 'utf8'));
    if (hung) return crashed('it did not end after its last test: something is still open', counts);
    if (counts.passed + counts.failed === 0) return crashed('no test ran', counts);
    if (code !== 0 && counts.failed === 0) return crashed(`it ended with ${code}`, counts);
    return counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Kafka is fetched before the tests begin: they have their times. */
async function withKafka(suite) {
  try {
    await ensureJars();
  } catch (error) {
    return crashed(error.message);
  }
  return suite();
}

function crashed(why, counts = { passed: 0, failed: 0, skipped: 0 }) {
  console.log(`  ${why}`);
  return { ...counts, failed: counts.failed + 1 };
}

/**
 * Runs a script with this Node and lets its output through. It leads a process group of its own, so that what it started ends with
 * it: when it hangs after `doneWhen` is there, takes far too long, or is interrupted.
 */
function run(args, { env = {}, doneWhen }) {
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
    detached: true,
  });
  const startedMs = Date.now();
  let doneMs;
  let hung = false;
  const watch = setInterval(() => {
    if (doneMs === undefined && doneWhen !== undefined && existsSync(doneWhen)) doneMs = Date.now();
    const lingers = doneMs !== undefined && Date.now() - doneMs > lingerMs;
    if (!lingers && Date.now() - startedMs < suiteLimitMs) return;
    hung = true;
    signalGroup(child, 'SIGKILL');
  }, 500);
  const onSignal = signal => {
    signalGroup(child, signal);
    interrupted = true;
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, onSignal);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearInterval(watch);
      for (const name of ['SIGINT', 'SIGTERM']) process.off(name, onSignal);
      signalGroup(child, 'SIGKILL');
      resolve({ code: code ?? signal, hung });
    });
  });
}

/** What is left of the group; none is no error. */
function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // All have ended.
  }
}

function testFiles() {
  return readdirSync(join(root, 'test'), { recursive: true })
    .map(file => `test/${file}`)
    .filter(file => file.endsWith('.test.ts'))
    .sort();
}

function ensureSipp() {
  ensureProgram({ name: 'SIPp is', isThere: hasSipp, packages: ['sip-tester'] });
}

/** SIPp says its version with exit code 99. */
function hasSipp() {
  return spawnSync('sipp', ['-v'], { stdio: 'ignore' }).error === undefined;
}

function ensureRtpengine() {
  const isThere = () => existsSync('/usr/bin/rtpengine');
  ensureProgram({ name: 'rtpengine is', isThere, packages: ['rtpengine-daemon'] });
}

function summary({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function fail(message) {
  console.error(`baton: ${message}`);
  process.exit(1);
}
