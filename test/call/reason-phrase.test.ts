import { expect } from 'chai';
import { reasonPhrase } from '../../lib/call/reason-phrase.ts';

describe('reasonPhrase', () => {
  const rules: readonly (readonly [string, number, string | undefined, string])[] = [
    ['keeps the words chosen', 486, 'Später', 'Später'],
    ['has the usual words', 486, undefined, 'Busy Here'],
    ['takes no words for missing', 486, '', 'Busy Here'],
    ['refuses words that would end the line', 486, 'Busy\r\nVia: x', 'Busy Here'],
    ['knows the class of an unknown status', 299, undefined, 'OK'],
    ['knows the class of another unknown status', 599, undefined, 'Server Failed'],
  ];
  for (const [sentence, status, chosen, said] of rules) {
    it(sentence, () => {
      expect(reasonPhrase(status, chosen)).to.equal(said);
    });
  }
});
