import { expect } from 'chai';
import { childFor, createLog, type Logger } from '../lib/log.ts';

describe('the log', () => {
  let lines: Record<string, unknown>[];

  beforeEach(() => {
    lines = [];
  });

  function log(userData: boolean): Logger {
    const stream = { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) };
    return createLog({ level: 'debug', userData, stream });
  }

  it("writes one object a line with pino's keys", () => {
    log(false).info({ listening: ['udp/127.0.0.1:5060'] }, 'ready');
    expect(lines[0]).to.include.keys('level', 'time', 'pid', 'hostname', 'msg');
    expect(lines[0]).to.deep.include({ level: 30, msg: 'ready', listening: ['udp/127.0.0.1:5060'] });
  });

  it('says in each line which call and leg it is about', () => {
    childFor(log(false), { connId: '00@default:node1', leg: 'l1', callId: 'a@b', dn: 'bob' }).info(
      'answered',
    );
    expect(lines[0]).to.deep.include({ connId: '00@default:node1', leg: 'l1', callId: 'a@b', dn: 'bob' });
  });

  const pair = { key: 'Account', type: 'string', value: '4711' };
  const shown = { key: 'Account', type: 'string', value: '[redacted]' };
  for (const [what, fields, expected] of [
    ['pairs', { userData: [pair] }, { userData: [shown] }],
    [
      'pairs of an event',
      { event: { UserData: [pair], ThisDN: 'bob' } },
      { event: { UserData: [shown], ThisDN: 'bob' } },
    ],
    ['the object form', { userData: { Account: '4711' } }, { userData: { Account: '[redacted]' } }],
    [
      'call context',
      { customContext: { sipHeaders: [pair], voipHeaders: [], userToUser: '04' } },
      { customContext: { sipHeaders: [shown], voipHeaders: [], userToUser: '[redacted]' } },
    ],
  ] as const) {
    it(`hides values: ${what}`, () => {
      log(false).info(fields, 'changed');
      expect(lines[0]).to.deep.include(expected);
    });

    it(`shows values when asked to: ${what}`, () => {
      log(true).info(fields, 'changed');
      expect(lines[0]).to.deep.include(fields);
    });
  }

  it('hides data headers and bodies of signals, and keeps what is needed to follow a call', () => {
    const payload = {
      headers: [
        { name: 'X-MS-Custom-Account', value: '4711' },
        { name: 'user-to-user', value: '04' },
        { name: 'Subject', value: 'hi' },
      ],
      body: { contentType: 'application/json', content: '{"userData":{"Account":"4711"}}' },
    };
    log(false).debug({ signal: { type: 'requested', leg: 'l1', payload } }, 'signal');
    expect(lines[0]?.['signal']).to.deep.equal({
      type: 'requested',
      leg: 'l1',
      payload: {
        headers: [
          { name: 'X-MS-Custom-Account', value: '[redacted]' },
          { name: 'user-to-user', value: '[redacted]' },
          { name: 'Subject', value: 'hi' },
        ],
        body: { contentType: 'application/json', content: '[redacted]' },
      },
    });
    expect(payload.headers[0]?.value).to.equal('4711');
  });

  it('hides the data of a new call and keeps its SDP', () => {
    const request = {
      method: 'INVITE',
      headers: [{ name: 'X-Acme-Id', value: '4711' }],
      body: { contentType: 'application/sdp', content: 'v=0' },
    };
    log(false).debug({ signal: { type: 'invited', request } }, 'signal');
    expect(lines[0]?.['signal']).to.deep.equal({
      type: 'invited',
      request: { ...request, headers: [{ name: 'X-Acme-Id', value: '[redacted]' }] },
    });
  });

  it('hides them in effects too', () => {
    const payload = { headers: [{ name: 'X-MS-Custom-A', value: '1' }] };
    log(false).debug({ effect: { do: 'answer', payload } }, 'effect');
    expect(JSON.stringify(lines[0])).to.not.include('"value":"1"');
  });
});
