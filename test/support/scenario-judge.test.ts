import { expect } from 'chai';
import { parsePrometheusText } from '../../support/prometheus-text.ts';
import {
  judgeLog,
  judgeMetrics,
  judgeReceiver,
  judgeSipp,
  judgeSubscriber,
  judgeTold,
  type Played,
} from './scenario-judge.ts';
import { changeOf, changeOfThirdParty } from '../../support/sample-change.ts';
import type { Party } from './scenario-story.ts';
import type { ReceiverStory, SubscriberStory, Told } from './scenario-third-party.ts';
import type { SippOutcome } from '../../support/sipp.ts';

const nothing: Told = { writesInOrder: false };
const party: Party = { exit: 0, args: [], statistics: {}, messages: {}, told: nothing };
const unplayed: Played = { writes: [], words: new Map() };
const outcome: SippOutcome = {
  name: 'uac',
  exit: 0,
  statistics: new Map([
    ['SuccessfulCall', 3],
    ['Retransmissions', 2],
  ]),
  messages: new Map([['3_200_Retrans', 1]]),
  events: [],
  complaints: '',
};

describe('a SIPp that has ended', () => {
  it('is right when it ended as it should', () => {
    expect(judgeSipp(outcome, party, unplayed)).to.deep.equal([]);
  });

  it('is shown with its complaint when it did not', () => {
    const [failure] = judgeSipp(
      { ...outcome, exit: 1, complaints: 'Aborting call on unexpected message' },
      party,
      unplayed,
    );
    expect(failure).to.match(/^uac: SIPp ended with 1, 3 calls right\nAborting call/);
    expect(judgeSipp({ ...outcome, exit: null }, party, unplayed)[0]).to.match(/ended with a signal/);
  });

  it('is held to its statistics and message counts', () => {
    const wants = {
      ...party,
      statistics: { Retransmissions: 0 },
      messages: { '3_200_Retrans': { atLeast: 2 } },
    };
    expect(judgeSipp(outcome, wants, unplayed)).to.deep.equal([
      'uac: statistics Retransmissions: 2 instead of 0',
      'uac: messages 3_200_Retrans: 1, not at least 2',
    ]);
  });

  it('is wrong when a count does not exist at all', () => {
    const wants = { ...party, messages: { '3_200_Retransmitted': { atMost: 5 } } };
    expect(judgeSipp(outcome, wants, unplayed)).to.have.length(1);
  });

  it('is wrong when an event that it got is not as documented', () => {
    const events = [changeOf('1'), { ...changeOf('2'), Colour: 'red' }];
    expect(judgeSipp({ ...outcome, events }, party, unplayed)).to.have.length(1);
    expect(judgeSipp({ ...outcome, events }, party, unplayed)[0]).to.match(/^uac: not as documented/);
  });
});

describe('the metrics of a story', () => {
  it('are judged by how much they grew', () => {
    const before = parsePrometheusText('calls_total{verdict="answered"} 1');
    const after = parsePrometheusText('calls_total{verdict="answered"} 3');
    expect(judgeMetrics(before, after, { 'calls_total{verdict="answered"}': 2 })).to.deep.equal([]);
    expect(judgeMetrics(before, after, { calls_total: 3 })).to.deep.equal([
      'metric grew: calls_total: 2 instead of 3',
    ]);
  });
});

describe('the log of a story', () => {
  const log = [
    { level: 30, msg: 'answered', connId: '00ff@default:story', leg: 'a' },
    { level: 40, msg: 'refused', status: 403 },
  ];
  const noted = (msg: string, fields: Record<string, string | number | boolean>, times = 1) => ({
    log: [{ msg, fields, times }],
    worstLevel: 40,
  });

  it('has the lines it should have, by message and fields', () => {
    expect(judgeLog(log, noted('refused', { status: 403 }))).to.deep.equal([]);
    expect(judgeLog(log, noted('answered', { connId: '/@default:story/' }))).to.deep.equal([]);
    expect(judgeLog(log, noted('released', {}, 0))).to.deep.equal([]);
  });

  it('lacks a line whose field has another value', () => {
    expect(judgeLog(log, noted('refused', { status: 404 }))).to.have.length(1);
    expect(judgeLog(log, noted('answered', { connId: '/@other/' }))).to.have.length(1);
    expect(judgeLog(log, noted('answered', {}, 2))).to.have.length(1);
  });

  it('is wrong with a line above the worst level', () => {
    expect(judgeLog([...log, { level: 50, msg: 'oh' }], { log: [], worstLevel: 40 })).to.deep.equal([
      'logged {"level":50,"msg":"oh"}',
    ]);
  });
});

describe('what somebody was told', () => {
  const [first, second] = [changeOf('1', { ThisDN: 'a' }), changeOfThirdParty('2')];
  const gap = { gap: { missedTo: 'x-3' } };
  const writes = [
    { revision: 2, userData: second.UserData },
    { revision: 1, userData: first.UserData },
    { revision: 2, userData: second.UserData },
  ];
  const judged = (items: readonly unknown[], told: Partial<Told>, made = writes) =>
    judgeTold('crm', items, { ...nothing, ...told }, { writes: made, words: new Map([['dn', 'a']]) });

  it('is counted without the gaps', () => {
    expect(judged([first, gap, second], { count: 2 })).to.deep.equal([]);
    expect(judged([first], { count: 2 })).to.deep.equal(['crm: events: 1 instead of 2']);
  });

  it('is compared one by one, gaps included', () => {
    const events = [{ ThisDN: '{dn}' }, { gap: { missedTo: 'x-3' } }, { ThisDN: null }];
    expect(judged([first, gap, second], { events })).to.deep.equal([]);
    expect(judged([gap, first, second], { events })).to.have.length(2);
    expect(judged([first, gap], { events })[0]).to.match(/^crm: missing/);
    expect(judged([first, gap, second, second], { events })[0]).to.match(/^crm: one too many/);
  });

  it('is what was written, in the order of the revisions, in as many copies as there are', () => {
    expect(judged([first, first, second], { writesInOrder: true })).to.deep.equal([]);
    for (const items of [[second, first], [first], [first, second, first], [first, second, gap, first]])
      expect(judged(items, { writesInOrder: true }), JSON.stringify(items)).to.have.length(1);
  });

  it('is wrong when a revision was left out', () => {
    const made = [...writes, { revision: 4, userData: [] }];
    expect(judged([first, second], { writesInOrder: true }, made)).to.deep.equal([
      'the revisions are 1, 2, 4',
    ]);
  });
});

describe('a subscriber', () => {
  const wanted: SubscriberStory = {
    carrier: 'sse',
    query: {},
    reads: true,
    status: 200,
    told: nothing,
    cut: 'shutting-down',
  };
  const right = { items: [], status: 200, cut: 'shutting-down', hasLeft: false };
  const at = (...numbers: readonly number[]) =>
    numbers.map(number => ({ position: `00c0ffee-${number}`, event: changeOf('1') }));

  it('is right when it was served to the stop, or left', () => {
    expect(judgeSubscriber('crm', { ...right, items: at(1, 2, 5) }, wanted, unplayed)).to.deep.equal([]);
    expect(
      judgeSubscriber('crm', { ...right, cut: undefined, hasLeft: true }, wanted, unplayed),
    ).to.deep.equal([]);
  });

  it('is wrong when it was cut, not let in, or never came', () => {
    for (const subscribed of [
      { ...right, cut: 'slow-subscriber' },
      { ...right, cut: undefined },
      { ...right, status: 401 },
      { ...right, status: undefined },
    ])
      expect(judgeSubscriber('crm', subscribed, wanted, unplayed), JSON.stringify(subscribed)).to.have.length(
        1,
      );
  });

  it('is wrong when an event came twice or was overtaken', () => {
    for (const items of [at(1, 1), at(2, 1), at(1, 3, 2)])
      expect(judgeSubscriber('crm', { ...right, items }, wanted, unplayed)[0]).to.match(/^crm: position/);
  });
});

describe('a webhook receiver', () => {
  const told = { ...nothing, count: 0 };
  const wanted: ReceiverStory = { replies: [{ status: 204, headers: {} }], requests: 2, told };
  const right = { events: [], requestCount: 2, faults: [] };

  it('is right with as many requests as told, all of them good', () => {
    expect(judgeReceiver('crm', right, wanted, unplayed)).to.deep.equal([]);
  });

  it('is wrong with fewer, bad ones, or other events', () => {
    for (const notified of [
      { ...right, requestCount: 1 },
      { ...right, faults: ['has a good signature'] },
      { ...right, events: [{ id: 'EventNothing' }] },
    ])
      expect(judgeReceiver('crm', notified, wanted, unplayed), JSON.stringify(notified)).to.have.length(1);
  });
});
