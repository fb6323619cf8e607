import { expect } from 'chai';
import { compileKeyPolicy } from '../lib/attached-data/key-policy.ts';
import { B2bua } from '../lib/b2bua.ts';
import type { Body, HeaderLine, LegId, NewRequest, Payload, RequestId } from '../lib/call/signal.ts';
import { createLog, type Logger } from '../lib/log.ts';
import { type Hidden, hiddenByPolicy } from '../lib/log/redact.ts';
import { Metrics } from '../lib/metrics.ts';
import { MemoryStore } from '../lib/store/memory-store.ts';
import { plainOptions } from './b2bua/support/plain-options.ts';
import { lines as headerLines } from './call/support/story.ts';

describe('the log', () => {
  let lines: Record<string, unknown>[];

  beforeEach(() => {
    lines = [];
  });

  function log(userData: boolean, hidden?: Hidden): Logger {
    const stream = { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) };
    return createLog({ level: 'debug', userData, stream, ...(hidden !== undefined && { hidden }) });
  }

  it("writes one object a line with pino's keys", () => {
    log(false).info({ listening: ['udp/127.0.0.1:5060'] }, 'ready');
    expect(lines[0]).to.include.keys('level', 'time', 'pid', 'hostname', 'msg');
    expect(lines[0]).to.deep.include({ level: 30, msg: 'ready', listening: ['udp/127.0.0.1:5060'] });
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

  it('hides what an error quotes', () => {
    log(false).error({ err: new Error('no route to sip:a@h?X-A=4711') }, 'failed');
    expect(lines[0]?.['err']).to.deep.include({ message: 'no route to sip:a@h?X-A=[redacted]' });
    expect(JSON.stringify(lines[0])).to.not.include('4711');
  });

  it('does not even look at what is below its level', () => {
    const quiet = createLog({ level: 'info', userData: false, stream: { write: () => undefined } });
    const untouchable = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('looked at');
        },
      },
    );
    quiet.debug({ signal: untouchable }, 'signal');
    expect(() => quiet.info({ signal: untouchable }, 'signal')).to.throw('looked at');
  });

  describe('of whole calls at level debug', () => {
    it('shows the data of every position when asked to', () => {
      const { secrets, text } = wholeCalls(true);
      expect(secrets.filter(secret => !text().includes(secret))).to.deep.equal([]);
    });

    it('shows it nowhere otherwise, but all keys, signals, effects and events', () => {
      const { secrets, text } = wholeCalls(false);
      expect(secrets.filter(secret => text().includes(secret))).to.deep.equal([]);
      expect(text()).to.not.match(/secret/i);
      expect(lines.map(kindOf)).to.include.members([
        ...['invited', 'cancelled', 'requested', 'withdrawn', 'rejected', 'hungUp'],
        ...['invite', 'cancel', 'request', 'withdraw', 'reject', 'hangUp', 'respond'],
        ...['EventAttachedDataChanged', 'changed', 'released'],
      ]);
      for (const key of [
        'X-MS-Custom-Case',
        'Refer-To',
        'X-MS-Custom-Q',
        'Diversion',
        'FormKey',
        'ObjectKey',
      ])
        expect(text()).to.include(key);
    });

    it('hides with userData what the key policy hides, and shows the rest of a line', () => {
      const keys = compileKeyPolicy([{ key: '*', redact: ['log'] }]);
      const { secrets, text } = wholeCalls(true, hiddenByPolicy(keys, []));
      expect(secrets.filter(secret => text().includes(secret))).to.deep.equal([]);
      expect(new Set(lines.map(kindOf))).to.include.members(['invited', 'request', 'changed', 'released']);
      expect(text()).to.include('X-MS-Custom-Case');
    });

    /** Alice calls bob, several times, with a secret wherever data can be. */
    function wholeCalls(userData: boolean, hidden?: Hidden) {
      const secrets: string[] = [];
      const secret = () => {
        secrets.push(`secret${secrets.length + 1000}`);
        return secrets.at(-1) ?? '';
      };
      playCalls(log(userData, hidden), secret);
      return { secrets, text: () => JSON.stringify(lines) };
    }
  });
});

function kindOf(line: Record<string, unknown>): unknown {
  const { signal, effect, event, msg } = line as Record<string, Record<string, unknown> | undefined>;
  return signal?.['type'] ?? effect?.['do'] ?? event?.['id'] ?? msg;
}

function playCalls(log: Logger, secret: () => string): void {
  const invitedLegs: LegId[] = [];
  const b2bua = b2buaOn(log, leg => invitedLegs.push(leg));
  const data = () => [
    `X-MS-Custom-Case: ${secret()}`,
    `User-to-User: ${secret()};encoding=hex`,
    `X-Other: ${secret()}`,
  ];
  const inUri = () => `<sip:c@192.0.2.9;X-P=${secret()}?X-MS-Custom-Q=${secret()}&User-to-User=${secret()}>`;
  const carried = (more: readonly string[] = [], body?: Body): Payload => {
    const headers: HeaderLine[] = headerLines([...data(), ...more]);
    return body === undefined ? { headers } : { headers, body };
  };
  const redirected = () =>
    ['Referred-By', 'Contact', 'History-Info', 'Diversion'].map(name => `${name}: ${inUri()}`);

  const invite = (name: string) => {
    const leg = name as LegId;
    const request: NewRequest = {
      method: 'INVITE',
      requestUri: `sip:2001@127.0.0.1;User-to-User=${secret()}?User-to-User=${secret()}`,
      from: `"Alice" ${inUri()};tag=1`,
      to: inUri(),
      source: { protocol: 'udp', address: '127.0.0.1', port: 5080 },
      receivedOn: '127.0.0.1:5060',
      callId: `call-of-${name}`,
      ...carried(redirected(), { contentType: 'application/sdp', content: 'v=0' }),
    };
    b2bua.receiveSignal({ type: 'invited', leg, request });
    return { leg, bob: invitedLegs.at(-1) ?? ('nobody' as LegId) };
  };
  let requests = 0;
  const ask = (leg: LegId, method: string, payload: Payload) => {
    requests += 1;
    const request = `asked-${requests}` as RequestId;
    b2bua.receiveSignal({ type: 'requested', leg, request, method, payload });
    return request;
  };

  const { leg, bob } = invite('alice');
  b2bua.receiveSignal({ type: 'progressed', leg: bob, status: 180, reason: 'Ringing', payload: carried() });
  b2bua.receiveSignal({ type: 'answered', leg: bob, status: 200, payload: carried() });
  b2bua.receiveSignal({ type: 'acknowledged', leg, payload: carried() });
  const objectForm = { contentType: 'application/json', content: `{"userData":{"ObjectKey":"${secret()}"}}` };
  ask(leg, 'INFO', carried([], objectForm));
  const pairs = `[{"key":"L","type":"list","value":[{"key":"Inner","type":"string","value":"${secret()}"}]}]`;
  ask(bob, 'INFO', carried([], { contentType: 'application/json', content: `{"userData":${pairs}}` }));
  ask(
    leg,
    'INFO',
    carried([], { contentType: 'application/x-www-form-urlencoded', content: `FormKey=${secret()}` }),
  );
  ask(bob, 'MESSAGE', carried([], { contentType: 'text/plain', content: secret() }));
  ask(bob, 'REFER', carried([`Refer-To: ${inUri()}`, ...redirected()]));
  const request = ask(leg, 'INVITE', carried([], { contentType: 'application/sdp', content: 'v=0' }));
  b2bua.receiveSignal({ type: 'withdrawn', leg, request, payload: carried() });
  b2bua.receiveSignal({ type: 'hungUp', leg, payload: carried() });

  const given = invite('given-up');
  b2bua.receiveSignal({ type: 'cancelled', leg: given.leg, payload: carried() });
  const moved = invite('moved');
  b2bua.receiveSignal({
    type: 'rejected',
    leg: moved.bob,
    status: 302,
    reason: 'Moved',
    payload: carried(redirected()),
  });
}

function b2buaOn(log: Logger, onInvite: (leg: LegId) => void): B2bua {
  return new B2bua({
    options: plainOptions,
    signalling: {
      start: () => Promise.resolve(),
      stop: () => Promise.resolve(),
      probe: () => undefined,
      perform: effect => {
        if (effect.do === 'invite') onInvite(effect.leg);
      },
      listening: [],
      up: true,
    },
    store: new MemoryStore(),
    publisher: { publish: event => log.debug({ event }, event.id) },
    clock: { nowMs: () => 1_700_000_000_000, after: () => () => undefined },
    log,
    metrics: new Metrics().calls,
    randomHex: digits => '0'.repeat(digits),
  });
}
