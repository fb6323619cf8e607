import { expect } from 'chai';
import { formatStreamItem } from '../../lib/cli/event-line.ts';
import { timeOfDay } from '../../lib/cli/shown.ts';
import { changeOf } from '../../support/sample-change.ts';

const plain = (_style: unknown, text: string) => text;

describe('an item of the event stream for people', () => {
  it('is one line: when, what, which call, whose copy, the rest, the data', () => {
    const event = changeOf('two\nlines');
    expect(formatStreamItem({ position: '1-1', event }, plain)).to.equal(
      `${timeOfDay(event.time)} EventAttachedDataChanged ConnID=0123456789abcdef@acme:n1 ThisDN=bob ThirdPartyDN=carol ` +
        'CallType=Inbound CallState=Ok ThisDNRole=Destination UserData=[Note="two\\nlines"]',
    );
  });

  it('says what is missing', () => {
    const gap = { missedFrom: '00c0ffee-2', missedTo: '00c0ffee-7' };
    const line = '--:--:--.--- gap missed from 00c0ffee-2 to 00c0ffee-7';
    expect(formatStreamItem({ position: '00c0ffee-7', gap }, plain)).to.equal(line);
    expect(formatStreamItem({ position: '00c0ffee-7', gap: { ...gap, missedFrom: null } }, plain)).to.equal(
      '--:--:--.--- gap missed from nobody knows where to 00c0ffee-7',
    );
  });
});
