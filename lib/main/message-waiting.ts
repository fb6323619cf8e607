import type { B2buaParts } from '../b2bua.ts';
import type { Config } from '../config.ts';
import type { Metrics } from '../metrics.ts';
import type { SenderRules } from '../registrar/sender.ts';

/** Absent where SUBSCRIBE outside of calls is not served. */
export function messageWaitingOf(
  { messageWaiting: options }: Config,
  rules: SenderRules,
  metrics: Metrics,
): Pick<B2buaParts, 'messageWaiting'> {
  return options.enabled ? { messageWaiting: { ...rules, options, metrics: metrics.messageWaiting } } : {};
}
