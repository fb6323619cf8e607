import { expect } from 'chai';
import { qualityOf } from '../../lib/http/accept.ts';

describe('how much text/event-stream is wanted', () => {
  for (const [accept, quality] of [
    [undefined, 1],
    ['', 1],
    ['text/event-stream', 1],
    ['Text/Event-Stream; Charset=utf-8', 1],
    ['text/event-stream;q=0.5', 0.5],
    ['text/event-stream; q=0', 0],
    ['text/event-stream;q=0.000', 0],
    ['text/event-stream;q=0, */*', 0],
    ['*/*, text/*;q=0', 0],
    ['*/*;q=0, text/*;q=0.2', 0.2],
    ['text/*;q=0, text/event-stream', 1],
    ['application/json', 0],
    ['application/json, */*;q=0.1', 0.1],
    ['text/event-stream;q=0, text/event-stream', 1],
    ['text/event-stream;q=high', 1],
    ['text', 0],
    [',', 0],
  ] as const) {
    it(`by Accept: ${accept ?? 'absent'} is ${quality}`, () => {
      expect(qualityOf('text/event-stream', accept)).to.equal(quality);
    });
  }
});
