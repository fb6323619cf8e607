import { expect } from 'chai';
import { type Order, parseOrder, requestIdOf } from '../../../lib/engine/control/order.ts';

const uuid = '866e04b0-87f2-45a9-9e67-27d9964cae88';
const instance = `instance:${uuid}`;
const tags = (count: number): string => Array.from({ length: count }, (_, at) => `t${at}`).join(',');

const invite = 'INVITE sip:uas@127.0.0.1:7170 SIP/2.0\r\nContent-Length: 0\r\n\r\n';

describe('an order', () => {
  const read: readonly (readonly [string, Order])[] = [
    [`${uuid}|authenticate|cymru|`, { verb: 'authenticate', id: uuid, secret: 'cymru', tags: [] }],
    [`a|authenticate|cymru`, { verb: 'authenticate', id: 'a', secret: 'cymru', tags: [] }],
    ['a|authenticate', { verb: 'authenticate', id: 'a', secret: '', tags: [] }],
    [`a|authenticate|s|x,Y-1_+@:`, { verb: 'authenticate', id: 'a', secret: 's', tags: ['x', 'Y-1_+@:'] }],
    [`a|authenticate|s|${instance}`, { verb: 'authenticate', id: 'a', secret: 's', tags: [instance] }],
    ['a|route|invite', { verb: 'route', id: 'a', method: 'invite' }],
    ['a|route|INVITE', { verb: 'route', id: 'a', method: 'invite' }],
    ['a|route|cdr:attempt', { verb: 'route', id: 'a', method: 'cdr:attempt' }],
    ['a|remove_route|options', { verb: 'remove_route', id: 'a', method: 'options' }],
    ['a|ping', { verb: 'ping', id: 'a' }],
    ['a|proxy|T1|||', { verb: 'proxy', id: 'a' }],
    ['a|cdr', { verb: 'unknown', id: 'a' }],
    ['a|', { verb: 'unknown', id: 'a' }],
    ['hello', { verb: 'unreadable' }],
    ['|ping', { verb: 'unreadable' }],
    ['a b|ping', { verb: 'unreadable' }],
    [`${'x'.repeat(65)}|ping`, { verb: 'unreadable' }],
  ];
  for (const [payload, order] of read) {
    it(`reads ${payload.slice(0, 60)}`, () => {
      expect(parseOrder(payload)).to.deep.equal(order);
    });
  }

  it('reads a new request', () => {
    const order = { transactionId: '', dialogId: '', text: invite };
    expect(parseOrder(`a|sip||\r\n${invite}`)).to.deep.equal({ verb: 'sip', id: 'a', order });
  });

  it('reads a request with a next hop', () => {
    const order = { transactionId: '', dialogId: '', routeUrl: 'sip:192.0.2.7:5060', text: invite };
    expect(parseOrder(`a|sip|||sip:192.0.2.7:5060\r\n${invite}`)).to.deep.equal({
      verb: 'sip',
      id: 'a',
      order,
    });
  });

  it('reads a request in a dialog and decodes the dialog id', () => {
    const order = { transactionId: '', dialogId: 'c|1;from-tag=f', text: invite };
    expect(parseOrder(`a|sip||c%7C1;from-tag=f\r\n${invite}`)).to.deep.equal({ verb: 'sip', id: 'a', order });
  });

  it('reads a response, with the body octet for octet', () => {
    const text = 'SIP/2.0 200 OK\r\n\r\n|\r\n\x00\xff#|';
    const order = { transactionId: 'T1', dialogId: '', text };
    expect(parseOrder(`a|sip|T1|\r\n${text}`)).to.deep.equal({ verb: 'sip', id: 'a', order });
  });

  for (const [what, payload] of [
    ['a sip order without fields', 'a|sip\r\nX'],
    ['a sip order without a dialog id field', 'a|sip|T1\r\nX'],
    ['a sip order with a field too many', 'a|sip||||x|y\r\nX'],
    ['a sip order without SIP', 'a|sip|T1|'],
    ['a sip order with an empty message', 'a|sip|T1|\r\n'],
    ['a line ended by LF alone', 'a|sip|T1|\nSIP/2.0 200 OK\r\n'],
    ['a route without a method', 'a|route'],
    ['a route for something that is no method', 'a|route|in vite'],
    ['a route for an unknown cdr event', 'a|route|cdr:x'],
  ] as const) {
    it(`refuses ${what} with a reason`, () => {
      expect(parseOrder(payload)).to.include({ verb: 'invalid', id: 'a' }).and.to.have.property('reason');
    });
  }

  for (const [what, field] of [
    ['21 tags', tags(21)],
    ['a tag of 33 characters', 'x'.repeat(33)],
    ['an instance tag of 65 characters', `instance:${'x'.repeat(56)}`],
    ['a tag with a blank', 'a b'],
    ['an empty tag among others', 'a,,b'],
  ] as const) {
    it(`marks ${what} as not allowed`, () => {
      expect(parseOrder(`a|authenticate|s|${field}`)).to.have.property('tags', undefined);
    });
  }

  it('allows 20 tags of 32 characters', () => {
    const field = Array.from({ length: 20 }, () => 'x'.repeat(32)).join(',');
    expect(parseOrder(`a|authenticate|s|${field}`))
      .to.have.property('tags')
      .with.lengthOf(20);
  });

  it('shows its request id in the beginning of a frame', () => {
    expect(requestIdOf('a1|sip||\r\nINV')).to.equal('a1');
    expect(requestIdOf('x'.repeat(128))).to.equal(undefined);
  });
});
