import { openKeyPolicy } from '../../../lib/attached-data/key-policy.ts';
import type { B2buaOptions } from '../../../lib/b2bua/options.ts';

/** Who may call from this machine is put through to bob. */
export const plainOptions: B2buaOptions = {
  node: 'node1',
  tenant: 'acme',
  trunks: [],
  routes: [],
  target: 'sip:bob@192.0.2.2',
  trusted: [],
  anyTarget: 'loopback',
  maxTransfers: 10,
  answerTimeoutMs: 5_000,
  maxCalls: 10,
  packedLimitBytes: 16_000,
  keys: openKeyPolicy,
  notify: { maxBytes: 800, queueLimit: 10, timeoutMs: 1_000 },
};
