import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { Report } from '../../bench/comparison.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

describe('npm run bench -- --smoke', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'baton-smoke-'));
  });
  after(async () => rm(folder, { recursive: true }));

  it('ends by itself and writes a report of figures, whatever they are', async () => {
    const args = ['--import=tsx', 'bench/run.ts', '--smoke', '--out', folder];
    await run(process.execPath, args, { cwd: root });
    const report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as Report;
    const measured = new Set(report.figures.map(({ system }) => system));
    expect([...measured]).to.include.members(['engine', 'direct']);
    for (const { median, runs } of report.figures)
      expect([Number.isFinite(median), runs]).to.deep.equal([true, 1]);
    expect(await readFile(join(folder, 'report.html'), 'utf8')).to.match(/^<!doctype html>[^]*<svg /);
  }).timeout(180_000);
});
