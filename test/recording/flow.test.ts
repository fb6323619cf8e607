import { expect } from 'chai';
import { type Flow, flowOf } from '../../lib/recording/flow.ts';

const flow = (accessCode: string): Flow => ({
  accessCode,
  mode: 'capture',
  backend: 'rtpengine',
  required: false,
  onNotFound: 'error',
});
const flows = ['80*', '8001', '800*', '*0'].map(flow);

describe('the flow of an access code', () => {
  for (const [code, wanted] of [
    ['8001', '8001'],
    ['8002', '800*'],
    ['8111', undefined],
    ['80', '80*'],
    ['800', '800*'],
    ['8', undefined],
    ['*0', '*0'],
    ['', undefined],
  ] as const) {
    it(`${code === '' ? 'none' : code}: ${wanted ?? 'there is none'}`, () => {
      expect(flowOf(flows, code)?.accessCode).to.equal(wanted);
    });
  }

  it('of any code is that of a lone asterisk, after all others', () => {
    expect(flowOf([flow('*'), ...flows], '9')?.accessCode).to.equal('*');
    expect(flowOf([flow('*'), ...flows], '8001')?.accessCode).to.equal('8001');
  });
});
