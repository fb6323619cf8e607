import { type Dispatcher, Pool } from 'undici';

export interface ReceiverOptions {
  readonly url: string;
  readonly maxConnections: number;
  /** For a connection to stand. */
  readonly timeoutMs: number;
}

/** Octets of an answer that are read; a longer one costs the connection. */
export const maxAnswerBytes = 16_384;

/** Whom something is posted to: connections that stay open, and the path. Time limits of a whole exchange are the user's. */
export function receiverAt({ url, maxConnections, timeoutMs }: ReceiverOptions): {
  readonly pool: Pool;
  readonly path: string;
} {
  const { origin, pathname, search } = new URL(url);
  const pool = new Pool(origin, {
    connections: maxConnections,
    connect: { timeout: timeoutMs },
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return { pool, path: pathname + search };
}

/** Undefined for one that is too long. Rejects when it breaks off. */
export async function answerText(body: Dispatcher.ResponseData['body']): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length;
    // Leaving the loop ends the connection.
    if (length > maxAnswerBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
