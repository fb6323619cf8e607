import { expect } from 'chai';
import { summaryOf } from '../../lib/message-waiting/summary.ts';

describe('a summary of messages', () => {
  const account = 'sip:2001@pbx.example.com';

  for (const [what, messages, lines] of [
    ['none', undefined, ['Messages-Waiting: no']],
    ['nobody knows how many', {}, ['Messages-Waiting: yes']],
    ['how many are new', { fresh: 2 }, ['Messages-Waiting: yes', 'Voice-Message: 2/0']],
    ['how many are new and old', { fresh: 2, old: 8 }, ['Messages-Waiting: yes', 'Voice-Message: 2/8']],
    ['only how many are old', { old: 8 }, ['Messages-Waiting: yes']],
    ['urgent ones', { fresh: 2, old: 8, urgent: 1 }, ['Messages-Waiting: yes', 'Voice-Message: 2/8 (1/0)']],
    [
      'urgent ones, old ones too',
      { fresh: 2, old: 8, urgent: 0, urgentOld: 2 },
      ['Messages-Waiting: yes', 'Voice-Message: 2/8 (0/2)'],
    ],
  ] as const) {
    it(`says ${what}`, () => {
      const [status, ...numbers] = lines;
      const text = [status, `Message-Account: ${account}`, ...numbers, ''].join('\r\n');
      expect(summaryOf(messages, account)).to.equal(text);
    });
  }
});
