import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { BatonProcess } from '../../support/baton-process.ts';
import { freePort } from '../../support/free-ports.ts';
import { run } from './command.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const fromSource = [process.execPath, '--import', 'tsx', 'lib/cli/baton.ts'] as const;
/** Compiling what changed is part of it. */
const startWithinMs = 120_000;

describe('baton as a process', function () {
  this.timeout(30_000);

  for (const command of ['serve', 'engine']) {
    it(`${command}: is ready, writes nothing but JSON, and ends with 0 at SIGTERM`, async () => {
      const baton = await BatonProcess.start({
        command: [...fromSource, command],
        config: 'config/test.yaml',
        env: {},
        httpUrl: '',
      });
      const ending = await baton.stop('SIGTERM');
      expect(ending).to.deep.equal({ code: 0, signal: null });
      expect(baton.strayOutput).to.deep.equal([]);
      expect(baton.stderr).to.equal('');
      expect(baton.log.at(-1)).to.include({ msg: 'stopped' });
    });
  }

  for (const [what, signals] of [
    ['SIGTERM', 1],
    ['SIGTERM, told twice', 2],
  ] as const) {
    it(`ends with 0 at ${what}, also while it waits for a SIP engine that is not there`, async () => {
      const baton = await BatonProcess.start({
        command: [...fromSource, 'serve'],
        config: 'config/test.yaml',
        env: { BATON_SIGNALLING: `drachtio://s@127.0.0.1:${await freePort()}` },
        httpUrl: '',
        readyMessage: 'no connection to the SIP engine: trying again',
      });
      const { pid } = baton;
      for (let told = 1; told < signals; told += 1) process.kill(pid, 'SIGTERM');
      expect(await baton.stop('SIGTERM')).to.deep.equal({ code: 0, signal: null });
      expect(baton.stderr).to.equal('');
      expect(baton.log.slice(-2).map(({ msg }) => msg)).to.deep.equal(['stopping', 'stopped']);
      expect(isRunning(pid)).to.equal(false);
    });
  }

  it('says in one line that its SIP port is in use, and ends with 1', async () => {
    const port = await freePort();
    const env = { BATON_SIP_LISTEN: `udp:127.0.0.1:${port}`, BATON_HTTP_LISTEN: 'off' };
    const first = await BatonProcess.start({ command: [...fromSource, 'serve'], env, httpUrl: '' });
    try {
      const second = await run([...fromSource, 'serve'], env);
      expect(second).to.deep.include({ code: 1, out: '' });
      expect(second.error).to.match(new RegExp(`^baton: .*${port}.*\n$`));
    } finally {
      await first.stop();
    }
  });

  it('says in one line that its HTTP port is in use, and ends with 1', async () => {
    const port = await freePort();
    const env = { BATON_CONFIG: 'config/test.yaml', BATON_HTTP_LISTEN: `127.0.0.1:${port}` };
    const first = await BatonProcess.start({ command: [...fromSource, 'serve'], env, httpUrl: '' });
    try {
      const error = `baton: http.listen: 127.0.0.1:${port} is in use\n`;
      expect(await run([...fromSource, 'serve'], env)).to.include({ code: 1, error });
    } finally {
      await first.stop();
    }
  });

  it('names what is wrong with its configuration, and ends with 78', async () => {
    const ended = await run([...fromSource, 'serve', '--set', 'sip.t1=500'], { BATON_TARGET: 'bob' });
    expect(ended).to.deep.equal({
      code: 78,
      out: '',
      error:
        'baton: configuration refused:\n' +
        '  sip.t1: unknown key\n' +
        '  target: "bob": expected a SIP URI like sip:10.0.0.1:5060 (from BATON_TARGET)\n',
    });
  });

  it('ends quietly when the reader of its output goes away', async () => {
    const child = spawn(
      'sh',
      ['-c', `yes '{"level":30,"msg":"hi"}' | ${fromSource.join(' ')} tail | head -n 1`],
      { cwd: root },
    );
    let error = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (error += text));
    const [code] = (await once(child, 'close')) as [number | null];
    expect({ code, error }).to.deep.equal({ code: 0, error: '' });
  });
});

describe('npm start', function () {
  this.timeout(startWithinMs + 30_000);

  it('hears SIGTERM through npm, takes further flags, and leaves no process behind', async () => {
    const baton = await BatonProcess.start({
      command: ['npm', '--silent', 'start', '--', '--node', 'by-flag', '--set', 'log.level=info'],
      config: 'config/test.yaml',
      env: { BATON_NODE: 'by-env' },
      httpUrl: '',
      readyWithinMs: startWithinMs,
    });
    const pid = Number(baton.log[0]?.['pid']);
    expect(isRunning(pid)).to.equal(true);
    const ending = await baton.stop('SIGTERM');
    expect(ending).to.deep.equal({ code: 0, signal: null });
    expect(baton.strayOutput).to.deep.equal([]);
    expect(isRunning(pid)).to.equal(false);
  });
});

/** Signal 0 asks without disturbing. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
