import { expect } from 'chai';
import { isSameEvent, readSubscribe } from '../../lib/message-waiting/subscribe-wish.ts';
import { lines } from '../call/support/story.ts';

const times = { minExpiresS: 60, maxExpiresS: 7200 };
const read = (...headers: string[]) => readSubscribe(lines(headers), times);
const event = 'Event: message-summary';

describe('what a SUBSCRIBE wants', () => {
  it('is an hour when it does not say', () => {
    expect(read(event)).to.deep.equal({
      event: { package: 'message-summary', id: undefined },
      expiresS: 3600,
    });
  });

  for (const [header, seconds] of [
    ['Expires: 60', 60],
    ['Expires: 7201', 7200],
    ['Expires: 99999999999999999999', 7200],
    ['Expires: 0', 0],
  ] as const) {
    it(`is ${seconds} seconds by ${header}`, () => {
      expect(read('o: Message-Summary;id=7', header)).to.deep.equal({
        event: { package: 'message-summary', id: '7' },
        expiresS: seconds,
      });
    });
  }

  for (const [headers, code, name] of [
    [[], 'event-unknown', 'Allow-Events'],
    [['Event: presence', 'Expires: 1'], 'event-unknown', 'Allow-Events'],
    [['Event: message-summary.winfo'], 'event-unknown', 'Allow-Events'],
    [[event, 'Expires: 59'], 'interval-too-brief', 'Min-Expires'],
    [[event, 'Expires: soon'], 'bad-subscribe', undefined],
    [[event, 'Expires: -1'], 'bad-subscribe', undefined],
    [[`${event};id=${'x'.repeat(129)}`], 'bad-subscribe', undefined],
    [[event, 'Accept: application/pidf+xml'], 'summary-unacceptable', 'Accept'],
    [[event, 'Accept:'], 'summary-unacceptable', 'Accept'],
    [[event, 'Accept: application/simple-message-summary;q=0'], 'summary-unacceptable', 'Accept'],
  ] as const) {
    it(`is refused with ${code} for ${JSON.stringify(headers).slice(0, 70)}`, () => {
      const wish = read(...headers);
      if (!('code' in wish)) throw new Error('not refused');
      expect([wish.code, wish.headers?.[0]?.name]).to.deep.equal([code, name]);
    });
  }

  for (const accept of [
    'application/simple-message-summary',
    'Application/Simple-Message-Summary',
    'application/pidf+xml, application/simple-message-summary;q=0.1',
    '*/*',
    'application/*;q=0.5',
  ]) {
    it(`may be told as Accept: ${accept} has it`, () => {
      expect(read(event, `Accept: ${accept}`)).to.include({ expiresS: 3600 });
    });
  }

  it('is to the same event only with the same id', () => {
    const of = (id?: string) => ({ package: 'message-summary', id });
    expect([
      isSameEvent(of(), of()),
      isSameEvent(of('1'), of('1')),
      isSameEvent(of('1'), of()),
    ]).to.deep.equal([true, true, false]);
  });
});
