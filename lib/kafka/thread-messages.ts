import type { Failure } from './failures.ts';
import type { RecordBatch } from './record-batch.ts';

/** What is asked of the thread of the client. One producer at a time: opening one closes the one before. */
export type ThreadRequest =
  | { readonly kind: 'open'; readonly producer: number }
  | {
      readonly kind: 'publish';
      readonly producer: number;
      readonly batch: RecordBatch;
      readonly position: number;
    }
  | { readonly kind: 'close'; readonly producer: number };

/** What it answers. To open and to publish there is one answer; none where the producer was closed meanwhile. */
export type ThreadAnswer =
  | { readonly kind: 'done'; readonly producer: number; readonly position?: number | undefined }
  | { readonly kind: 'failed'; readonly producer: number; readonly failure: Failure; readonly error: unknown }
  | { readonly kind: 'lost'; readonly producer: number };
