import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const mocha = ['node_modules/mocha/bin/mocha.js', '--exit', '--reporter', 'json'];

interface Report {
  readonly stats: { readonly tests: number; readonly failures: number };
  readonly failures: readonly { readonly title: string; readonly err: { readonly message: string } }[];
}

/** What a mocha of its own says about the tests of a file. */
function reportOn(file: string): Promise<Report> {
  // What is faulty there is not to be found here.
  const { EVENT_RECORDS: _records, NODE_OPTIONS: _options, ...env } = process.env;
  return new Promise(resolve => {
    execFile(process.execPath, [...mocha, file], { cwd: repository, env }, (_error, stdout) => {
      resolve(JSON.parse(stdout) as Report);
    });
  });
}

describe('an event that is not as documented', () => {
  it('fails the test during which it is told, by a Baton in this process or in one of its own, and no other', async () => {
    const { stats, failures } = await reportOn('test/fixtures/faulty-events.ts');
    expect(stats).to.include({ tests: 4, failures: 2 });
    expect(failures.map(({ title }) => title)).to.deep.equal([
      'in a process of its own, with faulty events',
      'in this process, with faulty events',
    ]);
    for (const { err } of failures) {
      expect(err.message).to.match(/^\d+ events are not as docs/);
      expect(err.message).to.include('EventDestinationBusy: data/time must be >= 0');
    }
  }).timeout(60_000);
});
