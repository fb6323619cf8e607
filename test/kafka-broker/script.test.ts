import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Admin } from '@platformatic/kafka';
import { expect } from 'chai';
import { freePort } from '../../support/free-ports.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

describe('npm run kafka', function () {
  this.timeout(180_000);
  const scratch = mkdtempSync(join(tmpdir(), 'baton-kafka-'));
  const data = join(scratch, 'data');
  const started: Started[] = [];
  let port = 0;

  before(async () => {
    port = await freePort('127.0.0.1', 2);
  });

  after(async () => {
    for (const { child, ended } of started) {
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(scratch, { recursive: true });
  });

  describe('while it runs', () => {
    let kafka: Started;

    before(async () => {
      kafka = run(...flags());
      await kafka.firstLine;
      await createTopic('calls');
    });

    it('says in one line where it serves', async () => {
      expect(await kafka.firstLine).to.match(
        new RegExp(`^Kafka 4\\.\\S+ serves 127\\.0\\.0\\.1:${port}, process \\d+, data in ${data}$`),
      );
    });

    it('leaves its port to no other', async () => {
      const stderr = `baton: 127.0.0.1:${port} cannot be bound (EADDRINUSE)\n`;
      const other = run('--port', String(port), '--data', join(scratch, 'other'));
      expect(await other.ended).to.deep.equal({ code: 1, stderr });
    });

    it('leaves its records to no other, not even to one that would wipe them', async () => {
      const otherPort = String(await freePort('127.0.0.1', 2));
      const other = await run('--port', otherPort, '--data', data, '--fresh').ended;
      expect(other.code).to.equal(1);
      expect(other.stderr).to.match(/^baton: process \d+ already serves .*\n$/);
      expect(await topics()).to.deep.equal(['calls']);
    });

    it('takes Java along when it is killed', async () => {
      const socket = createConnection(port, '127.0.0.1');
      await once(socket, 'connect');
      const javaGone = once(socket.resume(), 'close');
      kafka.child.kill('SIGKILL');
      await javaGone;
      expect((await kafka.ended).code).to.be.null;
    });
  });

  describe('started again', () => {
    it('has its records, also on another port, and ends with its input where it is to', async () => {
      port = await freePort('127.0.0.1', 2);
      const kafka = run(...flags(), '--end-with-input');
      await kafka.firstLine;
      expect(await topics()).to.deep.equal(['calls']);
      kafka.child.stdin?.end();
      expect(await kafka.ended).to.deep.equal({ code: 0, stderr: '' });
    });

    it('says what Kafka complains about that does not start', async () => {
      const { code, stderr } = await run(...flags(), '--property', 'num.partitions=many').ended;
      expect(code).to.equal(1);
      expect(stderr).to.match(/^baton: Kafka ended \(1\): .*num\.partitions.*\n$/);
    });

    it('starts without its records with --fresh, and frees its port when npm is told to end', async () => {
      const kafka = start('npm', ['--silent', 'run', 'kafka', '--', ...flags(), '--fresh']);
      await kafka.firstLine;
      expect(await topics()).to.deep.equal([]);
      kafka.child.kill('SIGTERM');
      expect((await kafka.ended).stderr).to.equal('');
      expect(await isFree(port)).to.be.true;
    });
  });

  function flags(): string[] {
    return ['--port', String(port), '--data', data];
  }

  function run(...args: string[]): Started {
    return start(process.execPath, ['scripts/kafka.mjs', ...args]);
  }

  function start(command: string, args: readonly string[]): Started {
    const { NODE_OPTIONS: _, ...env } = process.env;
    const options = { cwd: repository, env, stdio: 'pipe' } satisfies SpawnOptions;
    const child = spawn(command, args, options);
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stderr }));
    const line = once(createInterface(child.stdout), 'line').then(([line]) => String(line));
    const late = ended.then(({ code }) => `ended with ${code}: ${stderr}`);
    const kafka = { child, ended, firstLine: Promise.race([line, late]) };
    started.push(kafka);
    return kafka;
  }

  function admin(): Admin {
    return new Admin({ clientId: 'test', bootstrapBrokers: [`127.0.0.1:${port}`] });
  }

  async function createTopic(name: string): Promise<void> {
    const asked = admin();
    await asked.createTopics({ topics: [name] });
    await asked.close();
  }

  async function topics(): Promise<string[]> {
    const asked = admin();
    const names = await asked.listTopics();
    await asked.close();
    return names;
  }
});

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; stderr: string }>;
  /** Or how it ended without one. */
  readonly firstLine: Promise<string>;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const listening = new Promise<boolean>(resolve => {
    server.once('listening', () => resolve(true)).once('error', () => resolve(false));
  });
  server.listen({ port, host: '127.0.0.1', exclusive: true });
  const free = await listening;
  server.close();
  return free;
}
