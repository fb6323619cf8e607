import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { clientTypes } from '../support/client-types.ts';

describe('lib/client/paths.ts', () => {
  it('is what /openapi.json says (run `npm run client-types` when it is not)', async () => {
    const committed = readFileSync(new URL('../../lib/client/paths.ts', import.meta.url), 'utf8');
    expect(await clientTypes()).to.equal(committed);
  });
});
