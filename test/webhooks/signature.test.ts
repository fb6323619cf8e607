import { expect } from 'chai';
import { keyOf, parseWebhookSecret, signatureOf } from '../../lib/webhooks/signature.ts';

describe('the signature of a webhook', () => {
  // The example of the Standard Webhooks specification.
  it('is that of Standard Webhooks', () => {
    const key = keyOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    const signed = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestampS: 1614265330,
      body: '{"test": 2432232314}',
    };
    expect(signatureOf(signed, key)).to.equal('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('takes a secret without whsec_ as it is', () => {
    expect(keyOf('sixteen letters!').toString()).to.equal('sixteen letters!');
  });

  for (const [secret, verdict] of [
    ['sixteen letters!', true],
    ['fifteen letters', 'a secret has at least 16 characters'],
    [`whsec_${Buffer.alloc(24, 1).toString('base64')}`, true],
    [`whsec_${Buffer.alloc(64, 1).toString('base64')}`, true],
    [`whsec_${Buffer.alloc(23, 1).toString('base64')}`, 'expected whsec_ and the base64 of 24 to 64 octets'],
    [`whsec_${Buffer.alloc(65, 1).toString('base64')}`, 'expected whsec_ and the base64 of 24 to 64 octets'],
    ['whsec_this is not base64 at all, is it?!', 'expected whsec_ and the base64 of 24 to 64 octets'],
    ['whsec_', 'expected whsec_ and the base64 of 24 to 64 octets'],
  ] as const) {
    it(`${verdict === true ? 'takes' : 'refuses'} the secret ${secret}`, () => {
      const parsed = parseWebhookSecret(secret);
      expect(parsed instanceof Error ? parsed.message : parsed).to.equal(verdict === true ? secret : verdict);
    });
  }
});
