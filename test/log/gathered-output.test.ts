import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';

const log = new URL('../../lib/log.ts', import.meta.url).href;

/** A process of its own that logs: standard output is one for all. */
function run(body: string): ChildProcess & { readonly stdout: NodeJS.ReadableStream } {
  const program = `const { createLog } = await import(${JSON.stringify(log)}); const log = createLog({ level: 'info', userData: false }); ${body}`;
  const args = ['--import=tsx', '--input-type=module', '--eval', program];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  return Object.assign(child, { stdout: child.stdout });
}

const messages = (lines: string): unknown[] =>
  lines
    .trim()
    .split('\n')
    .map(line => (JSON.parse(line) as { msg: unknown }).msg);

describe('what is logged to standard output', () => {
  it('is all there when the process ends at once', async () => {
    const child = run(`for (let n = 0; n < 500; n += 1) log.info(String(n)); process.exit(0);`);
    expect(messages(await text(child.stdout))).to.deep.equal(Array.from({ length: 500 }, (_, n) => `${n}`));
  });

  it('comes also when it was written while other lines were on their way', async () => {
    const child = run(
      `process.stdin.resume(); log.warn('first'); log.info('second'); setTimeout(() => { log.warn('third'); log.info('it'); }, 50);`,
    );
    let lines = '';
    for await (const chunk of child.stdout) {
      lines += String(chunk);
      if (lines.includes('"it"')) break;
    }
    expect(messages(lines)).to.deep.equal(['first', 'second', 'third', 'it']);
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  });

  for (const level of ['info', 'warn']) {
    it(`comes while the process goes on: ${level}`, async () => {
      const child = run(`process.stdin.resume(); log.info('before'); log.${level}('it');`);
      let lines = '';
      for await (const chunk of child.stdout) {
        lines += String(chunk);
        if (lines.includes('"it"')) break;
      }
      expect(messages(lines)).to.deep.equal(['before', 'it']);
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    });
  }
});
