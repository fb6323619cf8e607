import { expect } from 'chai';
import { type Failure, protocolFailure } from '../../lib/kafka/failures.ts';
import { UnusableTopics } from '../../lib/kafka/unusable-topics.ts';

const unknown: Failure = protocolFailure('UNKNOWN_TOPIC_OR_PARTITION');
const denied: Failure = protocolFailure('TOPIC_AUTHORIZATION_FAILED');

describe('UnusableTopics', () => {
  let topics: UnusableTopics;

  beforeEach(() => {
    topics = new UnusableTopics({ patienceMs: 3_000, retryMs: 10_000 });
  });

  it('has patience with one that fails, and refuses it when it goes on failing', () => {
    expect(topics.failed('calls', unknown, 1_000)).to.equal('doubtful');
    expect(topics.refusal('calls', 1_000)).to.be.undefined;
    expect(topics.failed('calls', unknown, 3_999)).to.equal('doubtful');
    expect(topics.failed('calls', unknown, 4_000)).to.equal('just unusable');
    expect(topics.refusal('calls', 4_001)).to.equal(unknown);
  });

  it('lets it be tried after a time, and has no patience then', () => {
    topics.failed('calls', unknown, 0);
    topics.failed('calls', unknown, 3_000);
    expect(topics.refusal('calls', 12_999)).to.equal(unknown);
    expect(topics.refusal('calls', 13_000)).to.be.undefined;
    expect(topics.failed('calls', denied, 13_001)).to.equal('still unusable');
    expect(topics.refusal('calls', 23_000)).to.equal(denied);
  });

  it('forgets all of one that works', () => {
    topics.failed('calls', unknown, 0);
    topics.failed('calls', unknown, 3_000);
    expect(topics.worked('calls')).to.be.true;
    expect(topics.isEmpty).to.be.true;
    expect(topics.failed('calls', unknown, 20_000)).to.equal('doubtful');
    expect(topics.worked('calls')).to.be.false;
  });

  it('tells of the one that has been unusable for longest, of none that is doubtful', () => {
    topics.failed('calls', unknown, 0);
    expect(topics.worst).to.be.undefined;
    topics.failed('agents', denied, 1);
    topics.failed('agents', denied, 3_001);
    expect(topics.worst).to.include({ failure: denied, sinceMs: 1 });
    topics.failed('calls', unknown, 3_002);
    expect(topics.worst).to.include({ failure: unknown, sinceMs: 0 });
  });
});
