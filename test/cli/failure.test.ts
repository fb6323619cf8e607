import { expect } from 'chai';
import { complaintOf, UsageError } from '../../lib/cli/failure.ts';
import { exitCodeMeanings, exitCodes } from '../../lib/cli/terminal.ts';
import { BatonClientError } from '../../lib/client/client.ts';
import { ConfigError } from '../../lib/config.ts';
import { BatonError, errorTable } from '../../lib/errors.ts';

describe('the exit code', () => {
  const clientError = (code: string) => new BatonClientError('no', { code });
  for (const [what, error, code] of [
    ['a wrong command line', new UsageError('no'), 64],
    ['a wrong configuration', new ConfigError([{ key: 'a', message: 'no' }]), 78],
    ['a call that is not there', clientError('call-unknown'), 66],
    ['a file that is not there', Object.assign(new Error('no'), { code: 'ENOENT', syscall: 'open' }), 66],
    ['nobody who answers', clientError('unreachable'), 69],
    ['nobody who answers in time', clientError('timed-out'), 69],
    ['somebody else who answers', clientError('not-baton'), 76],
    ['a missing token', clientError('unauthorized'), 77],
    ['a token without the scope', clientError('forbidden'), 77],
    ['no token with the scope', new BatonError('forbidden'), 77],
    ['a lost race', clientError('revision-conflict'), 1],
    ['a refusal that nobody knows yet', clientError('brand-new'), 1],
    ['a port in use', Object.assign(new Error('no'), { code: 'EADDRINUSE', syscall: 'listen' }), 1],
  ] as const) {
    it(`of ${what} is ${code}`, () => {
      expect(complaintOf(error)?.exitCode).to.equal(code);
    });
  }

  it('of a defect is not decided here', () => {
    expect(complaintOf(new TypeError('oops'))).to.equal(undefined);
    expect(complaintOf(new BatonError('internal'))).to.equal(undefined);
  });

  it('is one that is explained', () => {
    const explained: readonly number[] = Object.values(exitCodes);
    expect(Object.keys(exitCodeMeanings)).to.deep.equal(Object.keys(exitCodes));
    for (const entry of Object.values(errorTable))
      if ('exitCode' in entry) expect(explained).to.include(entry.exitCode);
  });
});
