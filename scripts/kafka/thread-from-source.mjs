// lib/kafka/producer-thread.ts as it stands: a thread does not have the TypeScript of the process that starts it.
import { register } from 'tsx/esm/api';

register();
await import('../../lib/kafka/producer-thread.ts');
