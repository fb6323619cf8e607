import { expect } from 'chai';
import { triggeredByRedirection, triggeredByRefer } from '../../lib/attached-data/refer-to.ts';

const line = (name: string, value: string) => ({ name, value });

describe('what a REFER has its INVITE carry', () => {
  it('is the embedded header rather than the one beside it, and the other data headers beside it', () => {
    const headers = [
      line('r', '<sip:bob@h?User-to-User=04AA&X-MS-Custom-A=1>'),
      line('User-to-User', '04BB'),
      line('x-ms-custom-a', '2'),
      line('X-MS-Custom-B', '3'),
      line('X-Sbc-Trace', 't'),
    ];
    expect(triggeredByRefer(headers, [])).to.have.deep.property('inviteHeaders', [
      line('User-to-User', '04AA'),
      line('X-MS-Custom-A', '1'),
      line('X-MS-Custom-B', '3'),
    ]);
  });

  it('is no header that a URI must not bring', () => {
    const triggered = triggeredByRefer([line('Refer-To', '<sip:bob@h?From=evil&Subject=s>')], []);
    expect(triggered).to.have.deep.property('inviteHeaders', [line('Subject', 's')]);
  });

  it('cannot be told with two addresses, in two lines or in one', () => {
    const invalid = { syntax: 'invalid', reason: 'zero or more than one Refer-To value' };
    expect(triggeredByRefer([line('Refer-To', '<sip:a@h>,<sip:b@h>')], [])).to.deep.equal(invalid);
    expect(
      triggeredByRefer([line('Refer-To', '<sip:a@h>'), line('Refer-To', '<sip:b@h>')], []),
    ).to.deep.equal(invalid);
  });

  it('in a redirection is what the first Contact says', () => {
    const triggered = triggeredByRedirection([line('m', '<sip:a@h?X-A=1>;q=1, <sip:b@h>;q=0.5')]);
    expect(triggered).to.deep.include({ targetUri: 'sip:a@h', inviteHeaders: [line('X-A', '1')] });
    expect(triggeredByRedirection([])).to.deep.equal({ syntax: 'invalid', reason: 'no Contact' });
  });
});
