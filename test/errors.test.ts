import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { DropCode } from '../lib/attached-data/entry.ts';
import { BatonError, type ErrorCode, errorCodes, errorEntry } from '../lib/errors.ts';

const page = readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8');

describe('the table of errors', () => {
  it('stands in docs/errors.md, row for row', () => {
    expect(page.split('\n').filter(line => line.startsWith('| `'))).to.deep.equal(errorCodes.map(rowOf));
  });

  it('has every reason for which data is dropped', () => {
    // The compiler holds it: each reason is a code.
    const codes: Readonly<Record<DropCode, ErrorCode>> = {
      'packed-limit': 'packed-limit',
      'control-character': 'control-character',
      'bad-key': 'bad-key',
      'too-deep': 'too-deep',
      'voip-limit': 'voip-limit',
      'acs-count': 'acs-count',
      'acs-key-length': 'acs-key-length',
      'acs-value-length': 'acs-value-length',
      'acs-charset': 'acs-charset',
      'duplicate-header': 'duplicate-header',
      'not-writable': 'not-writable',
      'not-converted': 'not-converted',
      'uui-several': 'uui-several',
      'uui-too-long': 'uui-too-long',
      'reserved-header': 'reserved-header',
      'embedded-forbidden': 'embedded-forbidden',
    };
    expect(errorCodes).to.include.members(Object.keys(codes));
  });

  for (const code of errorCodes) {
    it(`${code} has a sentence and statuses that refuse`, () => {
      const { meaning, sipStatus = 400, httpStatus = 400, exitCode = 1 } = errorEntry(code);
      expect(meaning).to.match(/^[A-Z].*\.$/);
      expect(meaning).to.not.include('|');
      expect(sipStatus).to.be.within(400, 699);
      expect(httpStatus).to.be.within(400, 599);
      expect(exitCode).to.be.within(1, 125);
    });
  }

  it('gives an error its blame and, without detail, its meaning', () => {
    const error = new BatonError('no-answer');
    expect(error).to.include({
      code: 'no-answer',
      blame: 'callee',
      message: errorEntry('no-answer').meaning,
    });
  });

  it('keeps the cause of an error', () => {
    const cause = new Error('EADDRINUSE');
    expect(new BatonError('port-in-use', 'sip.listen', { cause })).to.include({
      cause,
      message: 'sip.listen',
    });
  });
});

function rowOf(code: ErrorCode): string {
  const { meaning, sipStatus, httpStatus, exitCode, blame } = errorEntry(code);
  const cells = [`\`${code}\``, meaning, sipStatus ?? '', httpStatus ?? '', exitCode ?? '', blame];
  return `| ${cells.join(' | ')} |`;
}
