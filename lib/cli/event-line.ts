import type { StreamItem } from '../client/client.ts';
import type { Paint } from './log-line.ts';
import { shown, shownPair, timeOfDay } from './shown.ts';

/** Shown first and in this order; all others follow as they stand in the event. */
const leading = ['ConnID', 'ThisDN', 'ThirdPartyDN'];
const hidden = new Set(['id', 'time', 'Server', 'CallID', 'CallThreadID', 'UserData']);

/** One line for people: an event, or that some are missing. */
export function formatStreamItem({ event, gap }: StreamItem, paint: Paint): string {
  if (gap !== undefined) {
    const from = gap.missedFrom ?? 'nobody knows where';
    return `${paint('dim', timeOfDay(undefined))} ${paint('yellow', 'gap')} missed from ${shown(from)} to ${shown(gap.missedTo)}`;
  }
  const attributes = Object.entries(event).filter(([name]) => !hidden.has(name));
  const ordered = [
    ...leading.flatMap(name => attributes.filter(([key]) => key === name)),
    ...attributes.filter(([key]) => !leading.includes(key)),
  ];
  const parts = ordered.map(([key, value]) => `${paint('cyan', key)}=${shown(value)}`);
  if (event.UserData !== undefined)
    parts.push(`${paint('cyan', 'UserData')}=[${event.UserData.map(shownPair).join(' ')}]`);
  return [paint('dim', timeOfDay(event.time)), paint('green', shown(event.id)), ...parts].join(' ');
}
