import { expect } from 'chai';
import { RecognitionResults } from '../../lib/oifde/recognition-results.ts';

describe('what was recognised', () => {
  it('is there for who asks, the newest only, until its time is up', () => {
    let nowMs = 0;
    const results = new RecognitionResults({ keepMs: 100, maxResults: 10 }, () => nowMs);
    results.put('u1', { text: 'yes' });
    results.put('u1', { text: 'no' });
    expect([results.get('u1'), results.get('u2')]).to.deep.equal([{ text: 'no' }, undefined]);
    nowMs = 99;
    expect(results.get('u1')).to.deep.equal({ text: 'no' });
    nowMs = 100;
    expect(results.get('u1')).to.equal(undefined);
  });

  it('goes when there is too much of it, the oldest first', () => {
    const results = new RecognitionResults({ keepMs: 100, maxResults: 2 }, () => 0);
    for (const userid of ['u1', 'u2', 'u1', 'u3']) results.put(userid, { userid });
    expect(['u1', 'u2', 'u3'].map(userid => results.get(userid) !== undefined)).to.deep.equal([
      true,
      false,
      true,
    ]);
  });
});
