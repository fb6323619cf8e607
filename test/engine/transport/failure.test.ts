import { expect } from 'chai';
import { codeOf, failureOf, ListenError } from '../../../lib/engine/transport/failure.ts';

const systemError = (code: string): Error => Object.assign(new Error('from the system'), { code });

describe('failureOf', () => {
  const rows = [
    { code: 'ECONNREFUSED', failure: 'refused' },
    { code: 'EMSGSIZE', failure: 'too-large' },
    { code: 'ETIMEDOUT', failure: 'timeout' },
    { code: 'ECONNRESET', failure: 'closed' },
    { code: 'EPIPE', failure: 'closed' },
    { code: 'EHOSTUNREACH', failure: 'unreachable' },
    { code: 'ENETUNREACH', failure: 'unreachable' },
    { code: 'ERR_SOCKET_BAD_PORT', failure: 'unreachable' },
  ];
  for (const { code, failure } of rows) {
    it(`calls ${code} ${failure}`, () => {
      expect(failureOf(systemError(code))).to.equal(failure);
    });
  }
});

describe('codeOf', () => {
  it('is the code, else the name, else the text', () => {
    expect([codeOf(systemError('EACCES')), codeOf(new RangeError('x')), codeOf('y')]).to.deep.equal([
      'EACCES',
      'RangeError',
      'y',
    ]);
  });
});

describe('ListenError', () => {
  it('names the address and the reason', () => {
    const hop = { protocol: 'tcp', address: '::1', port: 5060 } as const;
    const error = new ListenError(hop, systemError('EADDRINUSE'));
    expect(error.message).to.equal('cannot listen on tcp:[::1]:5060: the port is in use (EADDRINUSE)');
    expect([error.code, error.hop]).to.deep.equal(['EADDRINUSE', hop]);
    expect(new ListenError(hop, systemError('ESTRANGE')).message).to.match(/: ESTRANGE$/);
  });
});
