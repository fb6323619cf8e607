import { expect } from 'chai';
import { allowedWithRefer, unsupportedTags, warning } from '../../../lib/call/relay/capabilities.ts';
import { lines, Story, trunk } from '../support/story.ts';

const relaying = trunk({ name: 'sbc', sources: ['127.0.0.1/32'], transfer: 'relay' });

describe('capabilities', () => {
  it('Allow is true: each method in it has an answer other than 405', () => {
    const signalsOfTheirOwn = new Set(['ACK', 'CANCEL', 'BYE']);
    for (const method of allowedWithRefer.split(', ')) {
      if (signalsOfTheirOwn.has(method)) continue;
      const story = new Story({ routing: { trunks: [relaying] } }).established();
      story.alice.sends(method, { body: { contentType: 'application/sdp', content: 'x' } });
      const heard = story.heard();
      expect(heard, method).to.have.length(1);
      expect(heard, method).to.not.include(`alice ← 405 to ${method}`);
    }
  });

  it('names what it does not support, in the order asked for', () => {
    expect(unsupportedTags(lines(['Require: 100rel, UUI', 'require: timer,,', 'Proxy-Require: x']))).to.equal(
      '100rel, timer',
    );
    expect(unsupportedTags([])).to.equal('');
  });

  it('keeps a warning within its quotes', () => {
    expect(warning('no "way"\r\nX: y')).to.deep.equal({
      name: 'Warning',
      value: `399 baton "no 'way'''X: y"`,
    });
  });
});
