// The broker's program: jars from Maven Central, kept in a folder of the user, outside the repository.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureProgram } from '../apt.mjs';

const pom = fileURLToPath(new URL('pom.xml', import.meta.url));
const pomText = readFileSync(pom, 'utf8');
const oldestJava = 17;
const abandonedAfterMs = 3_600_000;

/** The broker's version, as in pom.xml. */
export const kafkaVersion = /<artifactId>kafka_2\.13<\/artifactId>\s*<version>([^<]+)</.exec(pomText)[1];

const pomDigest = createHash('sha256').update(pomText).digest('hex').slice(0, 8);

/**
 * The folder with the jars, fetched if it is not there yet.
 * @param {AbortSignal} [stop] ends a fetch that is under way
 * @throws {Error} of one line: Java or Maven is missing, or the fetch has failed
 */
export async function ensureJars(stop) {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'baton', 'kafka');
  const folder = join(cache, `${kafkaVersion}-${pomDigest}`);
  const complete = existsSync(folder);
  const missing = () => [
    ...(hasJava() ? [] : [`Java ${oldestJava} or newer`]),
    ...(complete || hasMaven() ? [] : ['Maven']),
  ];
  const names = missing();
  ensureProgram({
    name: `${names.join(' and ')} ${names.length > 1 ? 'are' : 'is'}`,
    isThere: () => missing().length === 0,
    packages: ['openjdk-17-jre-headless', 'maven'],
  });
  if (!complete) await fetchJars(cache, folder, stop);
  return folder;
}

/** Fetched aside and then renamed: a fetch that breaks, or another at the same time, leaves nothing that looks whole. */
async function fetchJars(cache, folder, stop) {
  mkdirSync(cache, { recursive: true });
  removeAbandoned(cache);
  const aside = mkdtempSync(join(cache, 'fetch-'));
  console.error(`baton: fetching Kafka ${kafkaVersion} from Maven Central`);
  try {
    copyFileSync(pom, join(aside, 'pom.xml'));
    await runMaven(aside, stop);
    renameOver(join(aside, 'lib'), folder);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

function renameOver(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    // Another fetch was faster; its jars are as good.
    if (!existsSync(to)) throw error;
  }
}

/** What a killed fetch has left. */
function removeAbandoned(cache) {
  for (const name of readdirSync(cache).filter(name => name.startsWith('fetch-'))) {
    const aside = join(cache, name);
    const { mtimeMs } = statSync(aside, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (Date.now() - mtimeMs > abandonedAfterMs) rmSync(aside, { recursive: true, force: true });
  }
}

function runMaven(folder, stop) {
  const args = [
    '--batch-mode',
    '--quiet',
    '--no-transfer-progress',
    'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies',
    '-DincludeScope=runtime',
    `-DoutputDirectory=${join(folder, 'lib')}`,
  ];
  const child = spawn('mvn', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], signal: stop });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', text => (output += text));
  // Only when it has ended nothing is written any more: what is left can be removed then.
  return new Promise((resolve, reject) => {
    let failure;
    child.once('error', error => (failure = error));
    child.once('close', code => {
      if (failure !== undefined) reject(failure);
      else if (code === 0) resolve();
      else reject(new Error(`Kafka could not be fetched: ${firstError(output) ?? `mvn ended with ${code}`}`));
    });
  });
}

function firstError(output) {
  return /\[.*?ERROR.*?\] *(.+)/.exec(output)?.[1];
}

function hasMaven() {
  return spawnSync('mvn', ['--version'], { stdio: 'ignore' }).status === 0;
}

/** `java -version` says it on standard error: `openjdk version "17.0.15" …`. */
function hasJava() {
  const { status, stderr } = spawnSync(java(), ['-version'], { encoding: 'utf8' });
  return status === 0 && Number(/version "(\d+)/.exec(stderr)?.[1]) >= oldestJava;
}

/** JAVA_HOME, which Maven goes by, else the first on the PATH. */
export function java() {
  return process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java';
}
