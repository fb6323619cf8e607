import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { BatonProcess } from '../../support/baton-process.ts';
import { freePort } from '../../support/free-ports.ts';
import { eventually } from '../support/eventually.ts';
import { commandsIn } from '../support/readme.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

describe('the README', function () {
  this.timeout(180_000);
  const scratch = mkdtempSync(join(tmpdir(), 'baton-readme-'));
  const started: ChildProcess[] = [];
  let baton: BatonProcess | undefined;

  after(async () => {
    await baton?.stop();
    for (const child of started.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise(resolve => child.once('close', resolve));
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(scratch, { recursive: true });
  });

  /** Gives what it has written until now. */
  function run(command: string): () => string {
    const child = spawn('bash', ['-c', `exec ${command}`], {
      cwd: repository,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    started.push(child);
    return () => output;
  }

  it('shows how to see the first event in Kafka', async () => {
    const [[kafka = '', start = '', consume = ''] = []] = commandsIn('Kafka');
    const [[, uas = '', uac = ''] = []] = commandsIn('A first call');
    expect(kafka).to.equal('npm run kafka');
    expect(start).to.match(/^BATON_KAFKA_BROKERS=127\.0\.0\.1:9092 BATON_TARGET=\S+ npm start$/);
    const broker = await freePort('127.0.0.1', 2);
    const [sip, callee, caller, http] = [
      await freePort(),
      await freePort(),
      await freePort(),
      await freePort(),
    ];
    const said = run(`${kafka} -- --port ${broker} --data ${scratch}/kafka`);
    await eventually(() => said().includes(' serves '), 'Kafka serves', 120_000);
    baton = await BatonProcess.start({
      command: ['npm', 'start', '--', '--set', `kafka.outbox.directory=${scratch}/outbox`],
      env: {
        BATON_KAFKA_BROKERS: `127.0.0.1:${broker}`,
        BATON_TARGET: `sip:127.0.0.1:${callee}`,
        BATON_SIP_LISTEN: `udp:127.0.0.1:${sip}`,
        BATON_HTTP_LISTEN: `127.0.0.1:${http}`,
      },
      httpUrl: '',
      readyWithinMs: 60_000,
    });
    const moved = (text: string): string =>
      text.replace('5060', String(sip)).replace('5070', String(callee)).replace('5080', String(caller));
    run(`${moved(uas)} -nostdin`);
    run(`${moved(uac)} -nostdin`);
    const shown = run(`${consume} --port ${broker} --count 1`);
    await eventually(() => shown().includes('\n'), 'an event is shown', 60_000);
    expect(shown()).to.match(/^default:[0-9a-f]{16}\t\{"id":"EventDialing",.*"ThisDN":"2001",.*\}\n$/);
  });
});
