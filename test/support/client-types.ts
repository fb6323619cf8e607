import openapiTypescript, { astToString } from 'openapi-typescript';
import { pino } from 'pino';
import { HttpServer, type HttpServerOptions } from '../../lib/http/server.ts';
import { Metrics } from '../../lib/metrics.ts';
import { EventRing } from '../../lib/stream/event-ring.ts';

type Operation = { summary?: string; responses?: Record<string, { description: string }> };
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const notice =
  '// Types of /openapi.json, made by `npm run client-types`. Problems are left out: failure.ts reads them.\n';

/** The text of lib/client/paths.ts, made of the document that a server answers with. */
export async function clientTypes(): Promise<string> {
  const document = await servedDocument();
  for (const path of Object.values(document.paths))
    for (const operation of Object.values(path)) keepTypes(operation);
  const tree = await openapiTypescript(JSON.stringify(document), { immutable: true });
  return notice + astToString(tree);
}

/** Takes out what makes no type: problems, and the words about operations and answers. */
function keepTypes(operation: Operation): void {
  delete operation.summary;
  for (const [status, response] of Object.entries(operation.responses ?? {})) {
    if (status.startsWith('2')) response.description = '';
    else Reflect.deleteProperty(operation.responses ?? {}, status);
  }
}

async function servedDocument(): Promise<Document> {
  const limits = { maxEvents: 1, maxBytes: 1 };
  const server = new HttpServer({
    listen: { address: '127.0.0.1', port: 0 },
    tokens: [],
    log: pino({ level: 'silent' }),
    views: { metrics: new Metrics(), readiness: () => 'ready' } as HttpServerOptions['views'],
    events: {
      ring: new EventRing({ run: '00000000', ...limits }),
      limits,
      maxSubscribers: 1,
      heartbeatMs: 60_000,
    },
  });
  const { address, port } = await server.start();
  try {
    return (await (await fetch(`http://${address}:${port}/openapi.json`)).json()) as Document;
  } finally {
    await server.stop();
  }
}
