import { expect } from 'chai';
import type { ConnId } from '../../lib/call/ids.ts';
import { MemoryStore } from '../../lib/store/memory-store.ts';
import { Story } from '../call/support/story.ts';

describe('the memory store', () => {
  it('gives back what was put last, lists all, forgets what was removed', () => {
    const store = new MemoryStore();
    const first = new Story().invite().call;
    const later = { ...first, revision: 9 };
    store.put(first);
    store.put(later);
    expect(store.get(first.connId)).to.equal(later);
    expect([...store.list()]).to.deep.equal([later]);
    expect(store.size).to.equal(1);
    store.remove(first.connId);
    store.remove('unknown' as ConnId);
    expect(store.get(first.connId)).to.equal(undefined);
    expect(store.size).to.equal(0);
  });
});
