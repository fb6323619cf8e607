import { type ChildProcess, exec, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { loadConfig } from '../lib/config.ts';
import { BatonProcess } from '../support/baton-process.ts';
import { eventually } from './support/eventually.ts';
import { freePort } from '../support/free-ports.ts';
import { rtpIn } from '../support/pcap.ts';
import { sumOf } from '../support/prometheus-text.ts';
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
    return text.replace(
      /\b(?:5060|5070|5080|8080|22222|16000|16100|30000|30099)\b/g,
      port => ports.get(port) ?? port,
    );
  }

  /** Starts Baton and the called party; gives what the caller is told to run. */
  async function prepareFirstCall(): Promise<string> {
    const [[start = '', uas = '', uac = ''] = []] = commandsIn('A first call');
    expect(start).to.match(/^BATON_TARGET=\S+ npm start$/);
    await startBaton(start);
    run(`${moved(uas)} -nostdin`);
    return `${moved(uac)} -nostdin`;
  }

  /** As the command says, with another configuration file in place of its own. */
  async function startBaton(command: string, config?: string): Promise<void> {
    const httpListen = moved('127.0.0.1:8080');
    baton = await BatonProcess.start({
      command: ['npm', 'start'],
      env: {
        BATON_TARGET: moved(/BATON_TARGET=(\S+)/.exec(command)?.[1] ?? ''),
        BATON_SIP_LISTEN: moved('udp:0.0.0.0:5060,tcp:0.0.0.0:5060'),
        BATON_HTTP_LISTEN: httpListen,
        ...(config !== undefined && { BATON_CONFIG: config }),
      },
      httpUrl: `http://${httpListen}`,
      readyWithinMs: 40_000,
    });
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

  it('shows a recording, from curl to a pcap', async function () {
    this.timeout(60_000);
    const [[rtpengine = '', start = '', phones = '', curl = '', open = ''] = []] = commandsIn('Recording');
    const folder = await mkdtemp(join(tmpdir(), 'baton-readme-'));
    for (const port of ['22222', '16000', '16100']) ports.set(port, String(await freePort('127.0.0.1', 8)));
    const first = await freePort('127.0.0.1', 40);
    ports.set('30000', String(first)).set('30099', String(first + 39));
    const here = (text: string) => moved(text).replaceAll('/tmp/baton-recordings', folder);
    const config = join(folder, 'baton.yaml');
    const example = /BATON_CONFIG=(\S+) /.exec(start)?.[1] ?? '';
    await writeFile(config, here(await readFile(join(repository, example), 'utf8')));
    run(`bash -c '${here(rtpengine).replace('rtpengine --config', 'exec rtpengine --config')}'`);
    await startBaton(start, config);
    const isUp = async () => sumOf(await baton.metrics(), 'baton_rtpengine_up') === 1;
    await eventually(isUp, 'rtpengine is there');
    const [uas = '', uac = ''] = here(phones).split('; ');
    run(`${uas.replace(' -bg', '')} -nostdin`);
    run(`${uac.replace('-d 20000', '-d 2000')} -nostdin`);
    await said('answered');
    const { stdout } = await shell(here(curl));
    expect(JSON.parse(stdout)).to.deep.equal({ ret: '0', userid: 'call-1', outaction: '7', outparams: {} });
    await said('recording stopped');
    const [, files = ''] = /^tcpdump -nr (.*)$/.exec(here(open)) ?? [];
    const { stdout: file } = await shell(`ls ${files}`);
    const packets = rtpIn(await readFile(file.trim()));
    expect(new Set(packets.map(({ fromPort }) => fromPort)).size, 'parties in the pcap').to.equal(2);
    expect(packets.length).to.be.above(50);
    await rm(folder, { recursive: true });
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
