import { type ChildProcess, exec, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { loadConfig } from '../lib/config.ts';
import { BatonProcess } from '../support/baton-process.ts';
import { eventually } from './support/eventually.ts';
import { freePort } from '../support/free-ports.ts';
import { commandsIn, readme } from './support/readme.ts';

const repository = fileURLToPath(new URL('..', import.meta.url));
const shell = promisify(exec);

describe('the README', () => {
  const started: ChildProcess[] = [];
  let ports: Map<string, string>;
  let baton: BatonProcess;

  beforeEach(async () => {
    ports = new Map();
    for (const port of ['5060', '5070', '5080', '8080']) ports.set(port, String(await freePort()));
  });

  afterEach(async () => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
    await baton.stop();
  });

  /** The ports of the README may be in use here; everything else stays as it is written. */
  function moved(text: string): string {
    return text.replace(/\b(?:5060|5070|5080|8080)\b/g, port => ports.get(port) ?? port);
  }

  /** Starts Baton and the called party; gives what the caller is told to run. */
  async function prepareFirstCall(): Promise<string> {
    const [[start = '', uas = '', uac = ''] = []] = commandsIn('A first call');
    expect(start).to.match(/^BATON_TARGET=\S+ npm start$/);
    const httpListen = moved('127.0.0.1:8080');
    baton = await BatonProcess.start({
      command: ['npm', 'start'],
      env: {
        BATON_TARGET: moved(/BATON_TARGET=(\S+)/.exec(start)?.[1] ?? ''),
        BATON_SIP_LISTEN: moved('udp:0.0.0.0:5060,tcp:0.0.0.0:5060'),
        BATON_HTTP_LISTEN: httpListen,
      },
      httpUrl: `http://${httpListen}`,
      readyWithinMs: 40_000,
    });
    run(`${moved(uas)} -nostdin`);
    return `${moved(uac)} -nostdin`;
  }

  /** Runs until it is done, or the test. */
  function run(command: string): ChildProcess {
    const child = spawn('bash', ['-c', `exec ${command}`], {
      cwd: repository,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    // What nobody reads would hold it up.
    child.stdout.setEncoding('utf8').resume();
    started.push(child);
    return child;
  }

  async function said(msg: string): Promise<void> {
    await eventually(() => baton.log.some(line => line.msg === msg), msg);
  }

  it('shows a first call that works as it is written', async function () {
    this.timeout(60_000);
    const uac = await prepareFirstCall();
    await shell(`${uac} -timeout 20`, { cwd: repository });
    await said('released');
    const milestones = ['ready', 'answered', 'changed', 'released'];
    expect(baton.log.map(({ msg }) => msg).filter(msg => milestones.includes(msg))).to.deep.equal(milestones);
    expect(baton.log.find(({ msg }) => msg === 'changed')).to.deep.include({
      keys: ['CaseId', 'Priority'],
      revision: 1,
    });
  });

  it('shows the API as it answers', async function () {
    this.timeout(60_000);
    run(`${await prepareFirstCall()} -d 60000`);
    await said('changed');
    const [[events = ''] = [], lines = []] = commandsIn('The API in five minutes');
    let told = '';
    run(moved(events)).stdout?.on('data', (text: string) => (told += text));
    await eventually(() => told.startsWith('retry:'), 'the event stream is open');
    const [{ connId } = { connId: '' }] = await baton.calls();
    const answers: Record<string, unknown>[] = [];
    for (const line of lines) {
      const { stdout } = await shell(moved(line).replace('CONNID', connId));
      answers.push(JSON.parse(stdout) as Record<string, unknown>);
    }
    const [list, before, after, released] = answers;
    expect(list).to.have.nested.property('calls[0].connId', connId);
    expect(before).to.include({ connId, state: 'established', revision: 1 });
    expect(after).to.include({ connId, revision: 2 });
    expect(after?.['userData']).to.deep.include({ key: 'CaseId', type: 'string', value: '42' });
    expect(released).to.include({ connId, state: 'released' });
    await said('released');
    await eventually(() => told.includes('event: EventReleased'), 'the end is told');
    expect(told).to.include('"ThirdPartyDN":"crm"');
  });
});

describe('the configuration in the README', () => {
  it('is accepted', () => {
    const yaml = /```yaml\n([^]*?)```/.exec(readme)?.[1] ?? '';
    const config = loadConfig({
      file: 'baton.yaml',
      readFile: path => (path === 'baton.yaml' ? yaml : readFileSync(path, 'utf8')),
    });
    expect(config.trunks.map(({ name }) => name)).to.deep.equal(['sbc', 'agents']);
    expect(config.routes[0]).to.deep.include({ trunk: 'sbc', number: '^\\+1555', targetTrunk: 'agents' });
  });
});
