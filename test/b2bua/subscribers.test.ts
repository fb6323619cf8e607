import { expect } from 'chai';
import type { MessageWaiting } from '../../lib/b2bua/subscribers.ts';
import type { Dn } from '../../lib/call/ids.ts';
import type { LegId, NewRequest, RequestId } from '../../lib/call/signal.ts';
import { DigestCheck } from '../../lib/registrar/digest-check.ts';
import { lines } from '../call/support/story.ts';
import { type House, house, request } from './support/house.ts';

const phone = 'phone' as LegId;
const stranger = { protocol: 'udp', address: '198.51.100.1', port: 5060 };
const ann = { tenant: 'acme', agentId: 'ann' };

describe('subscribers', () => {
  let it_: House;
  let counted: string[];

  function open(parts: Partial<MessageWaiting> = {}, enabled = true): void {
    counted = [];
    const messageWaiting: MessageWaiting = {
      isOwnHost: host => host === 'pbx',
      options: { minExpiresS: 60, maxExpiresS: 3600, maxSubscriptions: 3, maxPerDn: 2, perSecond: 100 },
      metrics: {
        subscribeAnswered: outcome => counted.push(outcome),
        summaryNotified: outcome => counted.push(`notify ${outcome}`),
        subscriptionsAre: count => counted.push(String(count)),
      },
      ...parts,
    };
    it_ = house({}, undefined, undefined, undefined, enabled ? messageWaiting : undefined);
  }

  beforeEach(() => open());

  const subscribe = (parts: Partial<NewRequest> = {}, headers: string[] = [], leg = phone): void => {
    it_.tell({
      type: 'subscribed',
      leg,
      request: request({
        method: 'SUBSCRIBE',
        requestUri: 'sip:2001@pbx;user=phone',
        from: '<sip:2001@pbx>;tag=1',
        to: '<sip:2001@pbx>',
        headers: lines(['Event: message-summary', ...headers]),
        ...parts,
      }),
    });
  };

  const within = (method: string, ...headers: string[]): void => {
    const payload = { headers: lines(headers) };
    it_.tell({ type: 'requested', leg: phone, request: 'refresh' as RequestId, method, payload });
  };

  /** Answers the NOTIFY that came last. */
  const answer = (status = 200, leg = phone): void => {
    const asked = it_.signalling.done.findLast(effect => effect.do === 'request' && effect.leg === leg);
    if (asked?.do !== 'request') throw new Error('no NOTIFY');
    const { request: id, method } = asked;
    const payload = { headers: [] };
    it_.tell({ type: 'responded', leg, request: id, method, status, reason: '', payload });
  };

  const login = (): void => {
    it_.b2bua.agents.command({ ...ann, command: { action: 'login', dn: '2001' as Dn } });
  };

  /** What the phones have heard: statuses, and states with bodies. */
  const heard = (): string[] =>
    it_.signalling.done.splice(0).map(effect => {
      if (effect.do === 'request') {
        const state = effect.payload.headers.find(({ name }) => name === 'Subscription-State')?.value;
        return `${state} ${effect.payload.body?.content.split('\r\n').join('|')}`;
      }
      return 'status' in effect ? `${effect.do} ${effect.status}` : effect.do;
    });

  const no = 'Messages-Waiting: no|Message-Account: sip:2001@pbx|';

  it('are told what there is, and what an agent at their DN has then', () => {
    subscribe();
    expect(heard()).to.deep.equal(['answer 200', `active;expires=3600 ${no}`]);
    login();
    expect(heard()).to.deep.equal([]);
    it_.b2bua.agents.command({ ...ann, command: { action: 'message-waiting-on', waiting: 2, old: 8 } });
    expect(heard()).to.deep.equal([]);
    subscribe({}, ['Expires: 0'], 'once' as LegId);
    const two = 'Messages-Waiting: yes|Message-Account: sip:2001@pbx|Voice-Message: 2/8|';
    expect(heard()).to.deep.equal(['answer 200', `terminated;reason=timeout ${two}`]);
  });

  it('are told of the next change when they have answered, and of the logout', () => {
    login();
    subscribe();
    answer();
    heard();
    it_.b2bua.agents.command({ ...ann, command: { action: 'message-waiting-on' } });
    expect(heard()).to.deep.equal([
      'active;expires=3600 Messages-Waiting: yes|Message-Account: sip:2001@pbx|',
    ]);
    const others = { ...ann, agentId: 'ben' };
    it_.b2bua.agents.command({ ...others, command: { action: 'login', dn: '2002' as Dn } });
    it_.b2bua.agents.command({ ...others, command: { action: 'message-waiting-on' } });
    expect(heard()).to.deep.equal([]);
  });

  it('are told that nothing waits any more when the agent has gone', () => {
    login();
    it_.b2bua.agents.command({ ...ann, command: { action: 'message-waiting-on' } });
    subscribe();
    answer();
    heard();
    it_.b2bua.agents.command({ ...ann, command: { action: 'logout' } });
    expect(heard()).to.deep.equal([`active;expires=3600 ${no}`]);
  });

  it('refresh, and go', () => {
    subscribe();
    answer();
    heard();
    within('SUBSCRIBE', 'Event: message-summary', 'Expires: 60');
    expect(heard()).to.deep.equal(['respond 200', `active;expires=60 ${no}`]);
    within('SUBSCRIBE', 'Event: message-summary', 'Expires: 0');
    expect(heard()).to.deep.equal(['respond 200']);
    expect(counted.filter(each => each.startsWith('un'))).to.deep.equal(['unsubscribed']);
  });

  for (const [method, headers, status] of [
    ['SUBSCRIBE', ['Event: presence'], 489],
    ['SUBSCRIBE', ['Event: message-summary;id=2'], 481],
    ['SUBSCRIBE', ['Event: message-summary', 'Expires: 1'], 423],
    ['OPTIONS', [], 200],
    ['INVITE', [], 405],
  ] as const) {
    it(`are answered ${status} to ${method} ${headers.join(', ')} within the dialog, which stays`, () => {
      subscribe();
      heard();
      within(method, ...headers);
      expect(heard()).to.deep.equal([`respond ${status}`]);
      answerLast();
      within('SUBSCRIBE', 'Event: message-summary');
      expect(heard()[0]).to.equal('respond 200');
    });
  }

  /** The first NOTIFY, of which nothing is kept here any more. */
  function answerLast(): void {
    const payload = { headers: [] };
    const request = `${phone}-notify-1` as RequestId;
    const told = { leg: phone, request, method: 'NOTIFY', status: 200, reason: '', payload };
    it_.tell({ type: 'responded', ...told });
  }

  it('are gone when their time is over and they have heard of it', () => {
    subscribe({}, ['Expires: 60']);
    answer();
    heard();
    it_.clock.pass(60_000);
    expect(heard()).to.deep.equal([`terminated;reason=timeout ${no}`]);
    const payload = { headers: [] };
    const request = `${phone}-notify-2` as RequestId;
    it_.tell({
      type: 'responded',
      leg: phone,
      request,
      method: 'NOTIFY',
      status: 200,
      reason: '',
      payload,
    });
    expect(heard()).to.deep.equal(['hangUp']);
    expect(counted.at(-1)).to.equal('0');
    within('SUBSCRIBE', 'Event: message-summary');
    expect(heard()).to.deep.equal(['respond 481']);
    expect(it_.clock.running).to.equal(0);
  });

  for (const type of ['lost', 'answerFailed'] as const) {
    it(`are gone when their leg is told ${type}`, () => {
      subscribe();
      it_.tell({ type, leg: phone, reason: 'x' });
      expect([counted.at(-1), it_.clock.running]).to.deep.equal(['0', 0]);
    });
  }

  it('are gone when they refuse to be told', () => {
    subscribe();
    answer(481);
    expect(heard().at(-1)).to.equal('hangUp');
    expect(counted).to.include('notify refused');
    expect(it_.clock.running).to.equal(0);
  });

  it('are told that we stop, and nobody new comes', () => {
    subscribe();
    answer();
    heard();
    void it_.b2bua.stop({ mode: 'keep', withinMs: 0 });
    expect(heard()).to.deep.equal([`terminated;reason=probation;retry-after=10 ${no}`]);
    subscribe({}, [], 'late' as LegId);
    expect(heard()).to.deep.equal(['reject 503']);
    expect(it_.clock.running).to.equal(0);
  });

  for (const [why, parts, headers, status, code] of [
    ['a stranger', { source: stranger }, [], 403, undefined],
    ['another package', {}, ['Event: presence'], 489, 'event-unknown'],
    ['somebody else', { from: '<sip:2002@pbx>;tag=1' }, [], 403, 'register-forbidden'],
    ['a host that is not ours', { requestUri: 'sip:2001@elsewhere' }, [], 404, 'dn-not-ours'],
    ['too short a time', {}, ['Expires: 5'], 423, 'interval-too-brief'],
    ['what we do not have', {}, ['Require: eventlist'], 420, 'unsupported-extension'],
  ] as const) {
    it(`are refused for ${why}`, () => {
      const all = headers.some(each => each.startsWith('Event')) ? { headers: lines([...headers]) } : {};
      subscribe({ ...parts, ...all }, [...headers]);
      expect(heard()).to.deep.equal([`reject ${status}`]);
      expect(counted).to.deep.equal(code === undefined ? [] : [code]);
    });
  }

  it('are not more than there is room for, at a DN and together', () => {
    for (const leg of ['one', 'two']) subscribe({}, [], leg as LegId);
    subscribe({}, [], 'three' as LegId);
    expect(heard().filter(each => !each.startsWith('active'))).to.deep.equal([
      'answer 200',
      'answer 200',
      'reject 503',
    ]);
    const other = { requestUri: 'sip:2002@pbx', from: '<sip:2002@pbx>;tag=1' };
    subscribe(other, [], 'four' as LegId);
    subscribe({ ...other, requestUri: 'sip:2003@pbx', from: '<sip:2003@pbx>' }, [], 'five' as LegId);
    expect(heard().filter(each => !each.startsWith('active'))).to.deep.equal(['answer 200', 'reject 503']);
    expect(counted.filter(each => each === 'too-many-subscriptions')).to.have.length(2);
  });

  it('that come too fast from one address are turned away without a line in the log', () => {
    const options = { minExpiresS: 60, maxExpiresS: 3600, maxSubscriptions: 30, maxPerDn: 30, perSecond: 1 };
    open({ options });
    for (let count = 0; count < 11; count += 1) subscribe({}, [], `leg-${count}` as LegId);
    expect(heard().at(-1)).to.equal('reject 503');
    expect(counted.at(-1)).to.equal('too-many-subscribes');
    expect(it_.logged.filter(({ message }) => message === 'refused')).to.deep.equal([]);
  });

  it('are asked for their password where phones have one, for the refresh too', () => {
    const digest = new DigestCheck({
      realm: 'baton',
      algorithms: ['MD5'],
      users: [{ name: 'bob', tenant: 'acme', dns: ['2001'], ha1: { MD5: 'secret' } }],
      nonceLifetimeMs: 60_000,
      hash: (_, text) => `<${text}>`.toLowerCase(),
      sign: text => `signed ${text.length}`,
      randomHex: digits => '0'.repeat(digits),
    });
    open({ digest });
    subscribe();
    const [challenged] = it_.signalling.done.splice(0);
    if (challenged?.do !== 'reject') throw new Error('not rejected');
    const [challenge] = challenged.payload.headers;
    expect([challenged.status, challenge?.name, counted.at(-1)]).to.deep.equal([
      401,
      'WWW-Authenticate',
      'challenged',
    ]);
    const nonce = /nonce="([^"]+)"/.exec(challenge?.value ?? '')?.[1] ?? '';
    const credentials = (nc: string): string => {
      const response = `<secret:${nonce}:${nc}:c:auth:<subscribe:sip:x>>`;
      const shown = `username="bob", realm="baton", nonce="${nonce}", uri="sip:x", response="${response}"`;
      return `Authorization: Digest ${shown}, cnonce="c", nc=${nc}, qop=auth`;
    };
    subscribe({ from: '<sip:anybody@pbx>' }, [credentials('00000001')]);
    expect(heard()[0]).to.equal('answer 200');
    within('SUBSCRIBE', 'Event: message-summary');
    expect(heard()).to.deep.equal(['respond 401']);
    within('SUBSCRIBE', 'Event: message-summary', credentials('00000002'));
    expect(heard()[0]).to.equal('respond 200');
    subscribe({ requestUri: 'sip:2009@pbx' }, [credentials('00000003')], 'other' as LegId);
    expect(heard().at(-1)).to.equal('reject 403');
  });

  it('are not served where it is switched off', () => {
    open({}, false);
    subscribe();
    const [refused] = it_.signalling.done;
    if (refused?.do !== 'reject') throw new Error('not rejected');
    expect(refused.status).to.equal(405);
    expect(refused.payload.headers[0]?.value).to.not.include('SUBSCRIBE');
  });

  it('learn by OPTIONS that there are packages', () => {
    const said = it_.b2bua.receiveStandalone(request({ method: 'OPTIONS' }));
    if (said === 'ignore') throw new Error('no answer');
    expect(said.headers).to.deep.include({ name: 'Allow-Events', value: 'message-summary' });
    expect(said.headers.find(({ name }) => name === 'Allow')?.value).to.match(/, SUBSCRIBE$/);
  });
});
