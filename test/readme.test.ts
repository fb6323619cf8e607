import { execFile, type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { loadConfig } from '../lib/config.ts';
import { BatonProcess } from '../support/baton-process.ts';
import { eventually } from './support/eventually.ts';
import { freePort } from '../support/free-ports.ts';

const repository = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** The block after "A first call in three commands". */
function firstCall(): string[] {
  const block = /## A first call[^]*?```sh\n([^]*?)```/.exec(readme)?.[1] ?? '';
  return block.trim().split('\n');
}

describe('the README', () => {
  const started: ChildProcess[] = [];
  let baton: BatonProcess | undefined;

  afterEach(async () => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
    await baton?.stop();
    baton = undefined;
  });

  it('shows a configuration that is accepted', () => {
    const yaml = /```yaml\n([^]*?)```/.exec(readme)?.[1] ?? '';
    const config = loadConfig({
      file: 'baton.yaml',
      readFile: path => (path === 'baton.yaml' ? yaml : readFileSync(path, 'utf8')),
    });
    expect(config.trunks.map(({ name }) => name)).to.deep.equal(['sbc', 'agents']);
    expect(config.routes[0]).to.deep.include({ trunk: 'sbc', number: '^\\+1555', targetTrunk: 'agents' });
  });

  it('shows a first call that works as it is written', async function () {
    this.timeout(60_000);
    const [start = '', uas = '', uac = ''] = firstCall();
    const ports = new Map<string, string>();
    for (const port of ['5060', '5070', '5080', '8080']) ports.set(port, String(await freePort()));
    // The ports of the README may be in use here; everything else stays as it is written.
    const moved = (text: string): string =>
      text.replace(/\b(?:5060|5070|5080)\b/g, port => ports.get(port) ?? port);
    expect(start).to.match(/^BATON_TARGET=\S+ npm start$/);
    const httpListen = `127.0.0.1:${ports.get('8080')}`;
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
    const [sipp = '', ...uasArgs] = moved(uas).split(' ');
    started.push(spawn(sipp, [...uasArgs, '-nostdin'], { cwd: repository, stdio: 'ignore' }));
    const [sippToo = '', ...uacArgs] = moved(uac).split(' ');
    await promisify(execFile)(sippToo, [...uacArgs, '-nostdin', '-timeout', '20'], { cwd: repository });
    const told = (): string[] => (baton?.log ?? []).map(({ msg }) => msg);
    await eventually(() => told().includes('released'), 'the call is released');
    expect(told().filter(msg => ['ready', 'answered', 'changed', 'released'].includes(msg))).to.deep.equal([
      'ready',
      'answered',
      'changed',
      'released',
    ]);
    expect(baton.log.find(({ msg }) => msg === 'changed')).to.deep.include({
      keys: ['CaseId', 'Priority'],
      revision: 1,
    });
  });
});
