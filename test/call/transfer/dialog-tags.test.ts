import { expect } from 'chai';
import { noTags, tagsFrom } from '../../../lib/call/transfer/dialog-tags.ts';

const from = (tag: string) => `"x;tag=y" <sip:a@x;tag=z>;tag=${tag}`;
const withoutTag = '<sip:b@x>';

describe('the tags of a dialog', () => {
  it('whose peer has called us: its own from the INVITE, ours from what comes next', () => {
    const first = tagsFrom(noTags, from('peer'), withoutTag, false);
    expect(first).to.deep.equal({ local: '', remote: 'peer' });
    const both = { local: 'ours', remote: 'peer' };
    expect(tagsFrom(first, from('peer'), from('ours'), false), 'ACK').to.deep.equal(both);
    expect(tagsFrom(first, from('ours'), from('peer'), false), 'response').to.deep.equal(both);
  });

  it('that we have dialled: both from the first response, another fork from the next', () => {
    const first = tagsFrom(noTags, from('ours'), from('fork1'), true);
    expect(first).to.deep.equal({ local: 'ours', remote: 'fork1' });
    const second = tagsFrom(first, from('ours'), from('fork2'), true);
    expect(second).to.deep.equal({ local: 'ours', remote: 'fork2' });
    expect(tagsFrom(second, from('fork2'), from('ours'), true), 'request').to.equal(second);
    expect(tagsFrom(second, from('ours'), from('fork2'), true), 'the same').to.equal(second);
  });

  it('stay as they are after a message without any', () => {
    expect(tagsFrom(noTags, '', '', false)).to.equal(noTags);
    const both = { local: 'ours', remote: 'peer' };
    expect(tagsFrom(both, '', '', true)).to.equal(both);
    expect(tagsFrom(both, '', '', false)).to.equal(both);
  });
});
