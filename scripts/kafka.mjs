// `npm run kafka`: a real Apache Kafka broker of one node, in the foreground, until SIGTERM or SIGINT.
//   --port N           where it serves on 127.0.0.1 (9092)
//   --controller-port N  its own port of the controller (the port after)
//   --data DIR         its records, server.properties and kafka.log (XDG_DATA_HOME or ~/.local/share, baton/kafka)
//   --fresh            without the records that are there
//   --property K=V     a line of server.properties; as often as wanted
//   --protocol P       SSL, SASL_PLAINTEXT or SASL_SSL; the port after the controller's then serves plain text (PLAINTEXT)
//   --user NAME:PASSWORD  who may come in by SASL, with PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; for tests: others can see it
//   --end-with-input   ends also when standard input does, as it does when who started it has died
// `npm run kafka -- --consume TOPIC`: what is on a topic of that broker, and what comes: key, tab, value, until SIGTERM or SIGINT.
//   --port N           where the broker serves (9092)
//   --count N          ends after so many
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ensureJars, java, kafkaVersion } from './kafka/jars.mjs';
import { optionsOf } from './kafka/options.mjs';
import { scramArguments, serverProperties } from './kafka/settings.mjs';

const patienceMs = 15_000;
const brokerLogging = fileURLToPath(new URL('kafka/log4j2.xml', import.meta.url));
const consumerLogging = fileURLToPath(new URL('kafka/log4j2-consumer.xml', import.meta.url));

/**
 * Java in place of the shell, so that the shell's process id is Java's. Beside it waits a reader of standard input: when that
 * ends without a word, who held it was killed, and Java must not stay behind.
 */
const leashed = `exec 3<&0
{ read -r word <&3 || kill -KILL $$; } >/dev/null 2>&1 &
exec "$@" 3<&- </dev/null`;

const stop = new AbortController();

try {
  await main(optionsOf(process.argv.slice(2)));
} catch (error) {
  if (!stop.signal.aborted) {
    console.error(`baton: ${error.message}`);
    process.exitCode = 1;
  }
} finally {
  // Being read from, it would keep us alive.
  process.stdin.destroy();
}

async function main(options) {
  for (const name of ['SIGTERM', 'SIGINT']) process.on(name, () => stop.abort());
  if (options.endWithInput) process.stdin.resume().once('close', () => stop.abort());
  const jars = await ensureJars(stop.signal);
  if (options.consume !== undefined) return await consume(jars, options);
  const { port, controllerPort, internalPort, protocol } = options;
  const ports = [port, controllerPort, ...(protocol === 'PLAINTEXT' ? [] : [internalPort])];
  for (const port of ports) await refuseUsed(port);
  refuseServed(options.data);
  mkdirSync(options.data, { recursive: true });
  if (options.fresh) wipe(options.data);
  const records = join(options.data, 'records');
  if (!existsSync(records)) await format(jars, options, records);
  const properties = writeProperties(options, 'server.properties', records);
  stop.signal.throwIfAborted();
  return await serve(jars, options, properties);
}

async function refuseUsed(port) {
  const server = createServer();
  await new Promise((resolve, reject) => {
    server.once('error', error => reject(new Error(`127.0.0.1:${port} cannot be bound (${error.code})`)));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, resolve);
  });
  await new Promise(resolve => server.close(resolve));
}

/** Kafka locks its records itself; this is before they are wiped. */
function refuseServed(data) {
  const pid = Number(read(join(data, 'broker.pid')));
  if (pid > 0 && isBroker(pid, data)) throw new Error(`process ${pid} already serves ${data}`);
}

/** Process ids are used again: where the system tells, the command line decides. */
function isBroker(pid, data) {
  const command = read(`/proc/${pid}/cmdline`);
  if (command !== undefined) return command.includes(join(data, 'server.properties'));
  if (existsSync('/proc/self')) return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Only what is ours: the folder may be any. */
function wipe(data) {
  const ours = /^(records(-\d+)?|server\.properties(-\d+)?|kafka\.log(\.\d+)?|broker\.pid)$/;
  for (const name of readdirSync(data).filter(name => ours.test(name)))
    rmSync(join(data, name), { recursive: true });
}

/** Formatted aside and then renamed: formatting that is interrupted leaves nothing that looks formatted. */
async function format(jars, options, records) {
  const aside = `${records}-${process.pid}`;
  const properties = writeProperties(options, `server.properties-${process.pid}`, aside);
  // Kafka's own form of a UUID: 16 octets in base64url. It may not begin with a dash, which would be an option.
  const clusterId = `A${randomBytes(16).toString('base64url').slice(1, 22)}`;
  const args = [
    'format',
    '--cluster-id',
    clusterId,
    '--config',
    properties,
    ...scramArguments(options.users),
  ];
  try {
    const child = startBroker(jars, options.data, ['kafka.tools.StorageTool', ...args]);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', text => (output += text));
    const code = await endOf(child);
    stop.signal.throwIfAborted();
    if (code !== 0) throw new Error(`Kafka could not format ${records}: ${firstComplaint(output)}`);
    renameSync(aside, records);
  } finally {
    rmSync(aside, { recursive: true, force: true });
    rmSync(properties, { force: true });
  }
}

function writeProperties(options, name, records) {
  const file = join(options.data, name);
  writeFileSync(file, serverProperties({ ...options, records }));
  return file;
}

async function serve(jars, options, properties) {
  const { data, port } = options;
  const child = startBroker(jars, data, ['kafka.Kafka', properties]);
  const pidFile = join(data, 'broker.pid');
  writeFileSync(pidFile, `${child.pid}\n`);
  child.stderr.pipe(process.stderr);
  // log4j2.xml lets one line of Kafka's log through: that it has started.
  createInterface(child.stdout).once('line', () =>
    console.log(`Kafka ${kafkaVersion} serves 127.0.0.1:${port}, process ${child.pid}, data in ${data}`),
  );
  const code = await endOf(child);
  if (read(pidFile)?.trim() === String(child.pid)) rmSync(pidFile);
  if (!stop.signal.aborted)
    throw new Error(`Kafka ended (${code}): ${lastError(data) ?? 'without a word'}; see ${data}/kafka.log`);
  if (code === 'SIGKILL') throw new Error('Kafka had to be killed');
}

/** Kafka's own console consumer. */
async function consume(jars, { port, consume, count }) {
  const child = startJava(jars, [
    `-Dlog4j2.configurationFile=${consumerLogging}`,
    'org.apache.kafka.tools.consumer.ConsoleConsumer',
    ...['--bootstrap-server', `127.0.0.1:${port}`, '--topic', consume, '--from-beginning'],
    ...[
      '--command-property',
      'isolation.level=read_committed',
      '--command-property',
      'group.protocol=consumer',
    ],
    ...['--formatter-property', 'print.key=true'],
    ...(count === undefined ? [] : ['--max-messages', count]),
  ]);
  child.stdout.pipe(process.stdout);
  child.stderr.pipe(process.stderr);
  const code = await endOf(child);
  if (code !== 0 && !stop.signal.aborted) throw new Error(`the consumer ended (${code})`);
}

function startBroker(jars, data, args) {
  const logging = [
    `-Dlog4j2.configurationFile=${brokerLogging}`,
    `-Dbaton.kafka.log=${join(data, 'kafka.log')}`,
  ];
  return startJava(jars, [...logging, ...args]);
}

function startJava(jars, args) {
  const command = [java(), '-Xmx512m', '-Djava.awt.headless=true', ...['-cp', join(jars, '*')], ...args];
  return spawn('sh', ['-c', leashed, 'kafka', ...command], { stdio: ['pipe', 'pipe', 'pipe'] });
}

/** Its exit code, or the signal that ended it. It is asked to end when we are, and killed when it does not. */
async function endOf(child) {
  let patience;
  const end = () => {
    child.kill('SIGTERM');
    patience = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  };
  stop.signal.addEventListener('abort', end, { once: true });
  if (stop.signal.aborted) end();
  child.stdin.on('error', () => {
    // The reader at the other end has been killed.
  });
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? signal));
  });
  clearTimeout(patience);
  stop.signal.removeEventListener('abort', end);
  child.stdin.end('ended\n');
  return code;
}

/** What it was that Java could not get over; without one, all that was said. */
function firstComplaint(output) {
  const line = output.split('\n').find(line => /(Exception|Error): /.test(line));
  return line?.replace(/^.*?(Exception|Error): /, '') ?? output.trim().replaceAll('\n', '; ');
}

/** The last thing that Kafka complained about, with the exception that stands in the line below. */
function lastError(data) {
  const lines = read(join(data, 'kafka.log'))?.split('\n') ?? [];
  const at = lines.findLastIndex(line => / (ERROR|FATAL) /.test(line));
  const [line, below = ''] = lines.slice(at, at + 2);
  if (at === -1) return undefined;
  return line.replace(/^\S+ \w+ /, '') + (/^\S+(Exception|Error)\b/.test(below) ? `: ${below}` : '');
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
