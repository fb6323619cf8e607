import { parentPort, workerData } from 'node:worker_threads';
import { failureOf } from './failures.ts';
import { type ProducersOptions, producersOf } from './producers.ts';
import type { EventProducer } from './publisher.ts';
import { unpackRecords } from './record-batch.ts';
import type { ThreadAnswer, ThreadRequest } from './thread-messages.ts';

/** What runs in the thread of the Kafka client (`ClientThread`). */

const connect = producersOf(workerData as ProducersOptions);
let current: { readonly producer: EventProducer; readonly number: number } | undefined;

parentPort?.on('message', (request: ThreadRequest) => {
  void answer(request);
});

function tell(message: ThreadAnswer): void {
  parentPort?.postMessage(message);
}

async function answer(request: ThreadRequest): Promise<void> {
  const { producer: number } = request;
  try {
    switch (request.kind) {
      case 'open':
        tell({ kind: 'done', producer: number, position: await open(number) });
        return;
      case 'publish':
        await opened(number).publish(unpackRecords(request.batch), request.position);
        tell({ kind: 'done', producer: number });
        return;
      case 'close':
        if (current?.number === number) close();
        return;
      default:
        request satisfies never;
    }
  } catch (error) {
    tell({ kind: 'failed', producer: number, failure: failureOf(error), error: shownOf(error) });
  }
}

async function open(number: number): Promise<number | undefined> {
  close();
  const producer = connect();
  current = { producer, number };
  producer.onLost = () => tell({ kind: 'lost', producer: number });
  return await producer.open();
}

function opened(number: number): EventProducer {
  if (current?.number !== number) throw new Error('this producer is not open');
  return current.producer;
}

function close(): void {
  current?.producer.close();
  current = undefined;
}

/** Only what every thread understands. */
function shownOf(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const shown = new Error(error.message);
  shown.stack = error.stack ?? error.message;
  return shown;
}
