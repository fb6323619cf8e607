import { expect } from 'chai';
import { parsePrometheusText } from '../../support/prometheus-text.ts';
import { judgeLog, judgeMetrics, judgeSipp } from './scenario-judge.ts';
import type { Party } from './scenario-story.ts';
import type { SippOutcome } from '../../support/sipp.ts';

const party: Party = { exit: 0, args: [], statistics: {}, messages: {} };
const outcome: SippOutcome = {
  name: 'uac',
  exit: 0,
  statistics: new Map([
    ['SuccessfulCall', 3],
    ['Retransmissions', 2],
  ]),
  messages: new Map([['3_200_Retrans', 1]]),
  complaints: '',
};

describe('a SIPp that has ended', () => {
  it('is right when it ended as it should', () => {
    expect(judgeSipp(outcome, party)).to.deep.equal([]);
  });

  it('is shown with its complaint when it did not', () => {
    const [failure] = judgeSipp(
      { ...outcome, exit: 1, complaints: 'Aborting call on unexpected message' },
      party,
    );
    expect(failure).to.match(/^uac: SIPp ended with 1, 3 calls right\nAborting call/);
    expect(judgeSipp({ ...outcome, exit: null }, party)[0]).to.match(/ended with a signal/);
  });

  it('is held to its statistics and message counts', () => {
    const wants = {
      ...party,
      statistics: { Retransmissions: 0 },
      messages: { '3_200_Retrans': { atLeast: 2 } },
    };
    expect(judgeSipp(outcome, wants)).to.deep.equal([
      'uac: statistics Retransmissions: 2 instead of 0',
      'uac: messages 3_200_Retrans: 1, not at least 2',
    ]);
  });

  it('is wrong when a count does not exist at all', () => {
    const wants = { ...party, messages: { '3_200_Retransmitted': { atMost: 5 } } };
    expect(judgeSipp(outcome, wants)).to.have.length(1);
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
