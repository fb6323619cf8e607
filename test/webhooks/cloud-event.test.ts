import { expect } from 'chai';
import { cloudEventJson } from '../../lib/webhooks/cloud-event.ts';

const event = {
  id: '00c0ffee-7',
  source: 'baton/n1',
  type: 'baton.EventAttachedDataChanged',
  subject: '0123456789abcdef@acme:n1',
  timeMs: 1_700_000_000_123,
  dataJson: '{"id":"EventAttachedDataChanged","UserData":[]}',
};

describe('a CloudEvent', () => {
  it('has its attributes, and the event octet for octet', () => {
    expect(cloudEventJson(event)).to.equal(
      '{"specversion":"1.0","id":"00c0ffee-7","source":"baton/n1","type":"baton.EventAttachedDataChanged",' +
        '"subject":"0123456789abcdef@acme:n1","time":"2023-11-14T22:13:20.123Z","datacontenttype":"application/json",' +
        '"data":{"id":"EventAttachedDataChanged","UserData":[]}}',
    );
  });

  it('has no subject when it is about no call', () => {
    const read = JSON.parse(cloudEventJson({ ...event, subject: undefined })) as object;
    expect(read).to.not.have.property('subject');
  });
});
