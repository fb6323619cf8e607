import type { Messages } from '../agents/agent.ts';

/** RFC 3842 §3.5: what a NOTIFY of this package carries. */
export const summaryType = 'application/simple-message-summary';

/**
 * RFC 3842 §5.2: the messages of one account. `undefined`: none wait. Numbers stand there only when it is known how many are new, for the
 * line has no place for one that is not known; of the others, nobody has said that there are any.
 */
export function summaryOf(messages: Messages | undefined, account: string): string {
  const status = messages === undefined ? 'no' : 'yes';
  return `Messages-Waiting: ${status}\r\nMessage-Account: ${account}\r\n${voiceLine(messages)}`;
}

function voiceLine({ fresh, old, urgent, urgentOld }: Messages = {}): string {
  if (fresh === undefined) return '';
  const isUrgentKnown = urgent !== undefined || urgentOld !== undefined;
  const urgentPart = isUrgentKnown ? ` (${urgent ?? 0}/${urgentOld ?? 0})` : '';
  return `Voice-Message: ${fresh}/${old ?? 0}${urgentPart}\r\n`;
}
