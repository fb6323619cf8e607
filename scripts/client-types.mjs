// Writes lib/client/paths.ts, the types of the HTTP interface; run it after a route or a schema has changed.
import { writeFileSync } from 'node:fs';
import { clientTypes } from '../test/support/client-types.ts';

writeFileSync(new URL('../lib/client/paths.ts', import.meta.url), await clientTypes());
