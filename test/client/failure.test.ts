import { expect } from 'chai';
import { failureOf } from '../../lib/client/failure.ts';
import { problemFor } from '../../lib/http/problem.ts';

const nowMs = Date.parse('2026-11-20T10:00:00Z');

describe('the failure of an answer', () => {
  it('carries the problem', async () => {
    const problem = problemFor('unprocessable', 'unknown member', { path: '/userData/0/kye' });
    const failure = await failureOf(new Response(JSON.stringify(problem), { status: 422 }), nowMs);
    expect(failure).to.be.an.instanceof(Error);
    expect(failure).to.include({
      name: 'BatonClientError',
      code: 'unprocessable',
      status: 422,
      detail: 'unknown member',
      path: '/userData/0/kye',
      message: `${problem.title} unknown member`,
    });
    expect(failure.revision).to.equal(undefined);
  });

  for (const [what, body] of [
    ['HTML', '<html>'],
    ['JSON without a code', '{"error": "bad"}'],
    ['null', 'null'],
    ['nothing', ''],
  ] as const) {
    it(`says that ${what} is not of a Baton`, async () => {
      const headers = { 'retry-after': '2' };
      const failure = await failureOf(new Response(body, { status: 502, headers }), nowMs);
      expect(failure).to.include({ code: 'not-baton', status: 502, retryAfterMs: 2_000 });
    });
  }
});
