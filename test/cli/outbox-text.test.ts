import { expect } from 'chai';
import {
  deadLetterView,
  formatDeadLetter,
  formatRetried,
  formatStatus,
  statusView,
} from '../../lib/cli/outbox-text.ts';
import type { ShownLetter } from '../../lib/store/outbox/stopped-outbox.ts';

const topics = { callThread: 'voice-callthread', agentState: 'voice-agentstate' };
const timeMs = Date.UTC(2026, 10, 20, 12);

const letter: ShownLetter = {
  ...{ position: 17, code: 'kafka-record-too-large', reason: 'over\n1 MB', apartMs: timeMs + 1, bytes: 99 },
  record: {
    ...{ position: 17, sequence: 3, topic: 'callThread', key: 'acme:1', event: 'EventDialing', timeMs },
    value: Buffer.from('{"id":"EventDialing"}'),
  },
};

describe('an outbox for people and for programs', () => {
  it('is a line for itself, one for what waits and one for what is set apart', () => {
    const codes = new Map([
      ['kafka-record-too-large', 2],
      ['kafka-topic-unknown', 1],
    ]);
    const status = { id: '0f', records: 2, bytes: 300, oldestMs: timeMs, deadLetters: { records: 3, codes } };
    expect(formatStatus('data/outbox/n1', status)).to.equal(
      'data/outbox/n1 0f\n' +
        '  waiting 2, 300 octets, the oldest of 2026-11-20T12:00:00.000Z\n' +
        '  set apart 3: kafka-record-too-large 2, kafka-topic-unknown 1\n',
    );
    expect(statusView('data/outbox/n1', status)).to.deep.equal({
      folder: 'data/outbox/n1',
      id: '0f',
      waiting: { records: 2, bytes: 300, oldest: '2026-11-20T12:00:00.000Z' },
      deadLetters: { records: 3, codes: { 'kafka-record-too-large': 2, 'kafka-topic-unknown': 1 } },
    });
  });

  it('may be empty', () => {
    const none = { records: 0, codes: new Map<string, number>() };
    const status = { id: '0f', records: 0, bytes: 0, oldestMs: undefined, deadLetters: none };
    expect(formatStatus('f', status)).to.equal('f 0f\n  waiting 0\n  set apart 0\n');
    expect(statusView('f', status).waiting.oldest).to.equal(null);
  });

  it('shows an event that is set apart, and what is in it only where that is asked for', () => {
    const text =
      '17 2026-11-20T12:00:00.000Z EventDialing voice-callthread acme:1\n' +
      '  kafka-record-too-large: "over\\n1 MB", 99 octets, set apart 2026-11-20T12:00:00.001Z\n';
    expect(formatDeadLetter(deadLetterView(letter, topics, false))).to.equal(text);
    expect(formatDeadLetter(deadLetterView(letter, topics, true))).to.equal(
      `${text}  {"id":"EventDialing"}\n`,
    );
  });

  it('shows one that cannot be read any more by its position', () => {
    const view = deadLetterView({ ...letter, record: undefined }, topics, true);
    expect(view).to.not.have.any.keys('topic', 'key', 'value');
    expect(formatDeadLetter(view).split('\n')[0]).to.equal('17 unreadable');
  });

  it('says what is put back, and why something is not', () => {
    const retried = [{ position: 17, newPosition: 20 }];
    expect(formatRetried({ retried, left: [{ position: 3, reason: 'it is too old' }] })).to.equal(
      'put back: 1; the next run publishes them\n  3 stays set apart: it is too old\n',
    );
  });
});
