import { expect } from 'chai';
import { eventOf, eventText } from '../../lib/call/event-package.ts';

describe('the Event header', () => {
  for (const [value, named, id] of [
    ['message-summary', 'message-summary', undefined],
    [' Refer ', 'refer', undefined],
    ['message-summary;id=7', 'message-summary', '7'],
    ['message-summary ; x=1 ; ID=Ab', 'message-summary', 'Ab'],
    ['presence.winfo;id', 'presence.winfo', ''],
    ['', '', undefined],
  ] as const) {
    it(`names ${named || 'nothing'}${id === undefined ? '' : ` and id ${id}`} by ${JSON.stringify(value)}`, () => {
      expect(eventOf(value)).to.deep.equal({ package: named, id });
    });
  }

  for (const text of ['message-summary', 'refer;id=93809824', 'message-summary;id=']) {
    it(`says ${text} as it was said`, () => {
      expect(eventText(eventOf(text))).to.equal(text);
    });
  }
});
