import { Type } from 'typebox';
import type { DnView } from '../registrar/dn-view.ts';
import type { Api } from './api.ts';
import { json, problems, words } from './schemas.ts';

/** What may be asked about DNs. */
export interface DnRoutesDesk {
  /** Those that have registered: of one tenant, or all. */
  dns(tenant: string | undefined): readonly DnView[];
}

const orNull = Type.Unsafe<string | null>({ type: ['string', 'null'] });

const Contact = Type.Object({
  uri: Type.String(),
  via: Type.Intersect([orNull], { description: 'Next hop; null: where the URI leads.' }),
  q: Type.Number({ description: 'The best is called first.' }),
  source: Type.String({ description: 'Where its REGISTER came from.' }),
  trunk: orNull,
  registeredAt: Type.String({ format: 'date-time' }),
  expiresAt: Type.String({ format: 'date-time' }),
  health: words(
    ['unknown', 'answering', 'silent'],
    'Whether it answers OPTIONS; a silent one is not called.',
  ),
});

const DnList = Type.Object({
  dns: Type.Array(
    Type.Object({
      dn: Type.String(),
      tenant: Type.String(),
      inService: Type.Boolean({ description: 'One of its contacts can be called.' }),
      contacts: Type.Array(Contact),
    }),
  ),
});

/** `/v1/dns`. */
export function addDnRoutes(api: Api, desk: DnRoutesDesk): void {
  api.get(
    '/v1/dns',
    {
      config: { scope: 'calls:read' },
      schema: {
        summary: 'The DNs that have registered, and where they are',
        response: { 200: json(DnList, 'Those of the tenant'), ...problems(401, 403, 429) },
      },
    },
    ({ grant }) => ({ dns: desk.dns(grant.tenant) }),
  );
}
