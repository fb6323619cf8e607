import { expect } from 'chai';
import { compileKeyPolicy } from '../../../lib/attached-data/key-policy.ts';
import type { Dn } from '../../../lib/call/ids.ts';
import { Story } from '../support/story.ts';

function writes(story: Story, key: string, value: string): void {
  const entries = [{ key, type: 'string', value, scope: 'call' }] as const;
  story.feed({
    type: 'dataRequested',
    operation: { operation: 'update', entries },
    thirdPartyDn: 'crm' as Dn,
  });
}

describe('the INVITE to a further target', () => {
  const keys = compileKeyPolicy([
    { key: 'Case', out: 'X-Case' },
    { key: 'Score', write: ['third-party'], out: 'X-MS-Custom-Score' },
    { key: 'Note', out: 'User-to-User' },
    { key: 'Old', out: 'X-New' },
  ]);

  function furtherInvite(headers: readonly string[], change: (story: Story) => void): string[] {
    const story = new Story({ env: { keys } }).invite({ sdp: 'offer', headers: [...headers] });
    change(story);
    story.bob.rejects(503, '');
    return story.carol.gotHeaders('invite');
  }

  it('carries what a third party has set, in the header of its rule', () => {
    const headers = furtherInvite(['X-MS-Custom-Other: 1'], story => writes(story, 'Case', '42'));
    expect(headers).to.deep.equal(['X-MS-Custom-Other: 1', 'X-Case: 42']);
  });

  it('carries what only a third party may write, and not what the caller put in its place', () => {
    const headers = furtherInvite(['X-MS-Custom-Score: forged'], story => writes(story, 'Score', '7'));
    expect(headers).to.deep.equal(['X-MS-Custom-Score: 7']);
  });

  it('carries a mapped User-to-User, but no second one', () => {
    expect(furtherInvite([], story => writes(story, 'Note', 'a'))).to.deep.equal([
      'User-to-User: 0461;encoding=hex',
    ]);
    expect(furtherInvite(['User-to-User: not, valid;;'], story => writes(story, 'Note', 'a'))).to.deep.equal([
      'User-to-User: not, valid;;',
    ]);
  });

  it('carries the headers of the caller under the names of their rules, changed or not', () => {
    expect(furtherInvite(['X-MS-Custom-Old: 1'], () => undefined)).to.deep.equal(['X-New: 1']);
    expect(furtherInvite(['X-MS-Custom-Old: 1'], story => writes(story, 'Case', '2'))).to.deep.equal([
      'X-New: 1',
      'X-Case: 2',
    ]);
  });
});
