import { expect } from 'chai';
import { parseDecision } from '../../lib/webhooks/decision.ts';

const none = { action: 'none', code: 'decision-invalid' };

describe('a decision about a call', () => {
  for (const [text, decision] of [
    ['{"action":"answer"}', { action: 'answer' }],
    ['{"action":"answer","more":1}', { action: 'answer' }],
    ['{"action":"redirect","target":"sip:7@10.0.0.1"}', { action: 'redirect', target: 'sip:7@10.0.0.1' }],
    ['{"action":"answer","consult":"joint"}', { action: 'answer', consult: 'joint' }],
    [
      '{"action":"redirect","target":"sip:7@10.0.0.1","consult":"separate"}',
      { action: 'redirect', target: 'sip:7@10.0.0.1', consult: 'separate' },
    ],
    ['{"action":"answer","consult":"none"}', none],
    ['{"action":"redirect","target":"sip:7@10.0.0.1","consult":["joint"]}', none],
    ['{"action":"redirect","consult":"joint"}', none],
    ['{"action":"reject","consult":7}', { action: 'reject', status: 403 }],
    ['{"action":"reject"}', { action: 'reject', status: 403 }],
    ['{"action":"reject","status":486}', { action: 'reject', status: 486 }],
    ['{"action":"reject","status":603,"reason":"Nö"}', { action: 'reject', status: 603, reason: 'Nö' }],
    ['', none],
    ['null', none],
    ['"answer"', none],
    ['[{"action":"answer"}]', none],
    ['{"action":"ANSWER"}', none],
    ['{"action":"answer"', none],
    ['{"__proto__":{"action":"answer"}}', none],
    ['{"action":"redirect"}', none],
    ['{"action":"redirect","target":7}', none],
    ['{"action":"redirect","target":"http://10.0.0.1"}', none],
    ['{"action":"redirect","target":"sip:7@10.0.0.1?Route=%3Csip:evil%3E"}', none],
    ['{"action":"redirect","target":"sip:7@10.0.0.1>\\r\\nX: y"}', none],
    ['{"action":"reject","status":302}', none],
    ['{"action":"reject","status":200}', none],
    ['{"action":"reject","status":700}', none],
    ['{"action":"reject","status":"486"}', none],
    ['{"action":"reject","status":486.5}', none],
    ['{"action":"reject","status":486,"reason":"a\\r\\nVia: b"}', none],
    ['{"action":"reject","status":486,"reason":5}', none],
    [`{"action":"reject","status":486,"reason":"${'x'.repeat(129)}"}`, none],
  ] as const) {
    it(`${text.slice(0, 70)}: ${decision.action}`, () => {
      expect(parseDecision(text)).to.deep.equal(decision);
    });
  }
});
