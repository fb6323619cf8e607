import { limitHeaders } from '../../attached-data/custom-headers.ts';
import { isUserToUser } from '../../attached-data/custom-name.ts';
import type { Drop, Entry } from '../../attached-data/entry.ts';
import { utf8Bytes } from '../../attached-data/header-text.ts';
import { openKeyPolicy } from '../../attached-data/key-policy.ts';
import { mappedHeader, mappedHeaderFault } from '../../attached-data/mapped-header.ts';
import { mayCarryDefaultUui } from '../../attached-data/uui-rules.ts';
import { valueText } from '../../attached-data/views.ts';
import { neighbourWithoutTrunk } from '../../routing/who-is.ts';
import { type Crossing, crossingHeaders } from '../relay/crossing.ts';
import type { Leg } from '../leg.ts';
import { type Debt, firstByPair, isOtherPackage, settle } from './owed.ts';
import type { HeaderLine, LegId } from '../signal.ts';
import type { Turn } from '../turn.ts';

/** A message towards a leg, as far as it decides what it may carry. */
export interface Carrier extends Pick<Crossing, 'message' | 'inDialog'> {
  /** Lines that it has already, in the form of the leg's trunk. What it says of a pair wins. */
  readonly carried: readonly HeaderLine[];
}

/** Lines on one message; a header of a peer's SIP stack has its limits. */
const maxLines = 64;

/**
 * The header lines of what is owed to a leg, as far as they may and can ride on this message; they count as told. A
 * provisional response may get lost (RFC 3262 is not spoken), so what it carries stays owed.
 */
export function takeOwedLines(turn: Turn, to: LegId, carrier: Carrier): readonly HeaderLine[] {
  const leg = turn.leg(to);
  if (leg === undefined || leg.owed.length === 0 || !carriesAny(carrier)) return [];
  const cargo = load(turn, leg, carrier);
  if (cargo.dropped.length > 0) turn.note({ note: 'dropped', leg: to, drops: cargo.dropped });
  const pairs = cargo.told.map(({ pair }) => pair);
  if (!isProvisional(carrier)) settle(turn, { to, pairs });
  overtake(turn, to, pairs);
  return cargo.lines;
}

/** Would anything of it ride on such a message? */
export function hasOwedFor(turn: Turn, leg: Leg, carrier: Carrier): boolean {
  return leg.owed.length > 0 && load(turn, leg, carrier).told.length > 0;
}

function carriesAny({ message, inDialog }: Carrier): boolean {
  switch (message) {
    case 'INVITE':
    case 'UPDATE':
    case 'INFO':
    case 'BYE':
      return true;
    default:
      return !inDialog && message.endsWith('/INVITE') && (message.startsWith('1') || message.startsWith('2'));
  }
}

const isProvisional = ({ message }: Carrier): boolean => message.startsWith('1');

interface Cargo {
  readonly lines: readonly HeaderLine[];
  /** Debts that are none any more once the message has gone. */
  readonly told: readonly Debt[];
  readonly dropped: readonly Drop[];
}

function load(turn: Turn, leg: Leg, carrier: Carrier): Cargo {
  const entries = firstByPair(turn.call.data, new Set(leg.owed.map(({ pair }) => pair)));
  // RFC 3261 §18.1.1: over UDP the request stays small; the rest leaves on the next one.
  let leftBytes = leg.stream ? Number.POSITIVE_INFINITY : turn.env.notify.maxBytes;
  const lines: HeaderLine[] = [];
  const told: Debt[] = [];
  const dropped: Drop[] = [];
  for (const debt of leg.owed) {
    const made = lineOf(turn, leg, { debt, entry: entries.get(debt.pair), carrier });
    if (made === 'stays') continue;
    for (const line of made.headers) {
      if (isAmong(line, carrier.carried) || isAmong(line, lines)) continue;
      lines.push(line);
      leftBytes -= line.name.length + utf8Bytes(line.value) + separatorBytes;
    }
    if (lines.length > maxLines || (leftBytes < 0 && lines.length > 1)) {
      lines.pop();
      break;
    }
    told.push(debt);
    dropped.push(...made.dropped);
  }
  const limited = withinLimits(leg, carrier.carried, lines);
  return { lines: limited.headers, told, dropped: [...dropped, ...limited.dropped] };
}

/** Colon, blank, CR and LF. */
const separatorBytes = 4;

interface Owed {
  readonly debt: Debt;
  /** Undefined: the pair is gone, and an empty header says so. */
  readonly entry: Entry | undefined;
  readonly carrier: Carrier;
}

/** The line in the form of the leg's trunk; `stays` when a message of another kind has to carry it. */
function lineOf(turn: Turn, leg: Leg, { debt, entry, carrier }: Owed) {
  const value = entry === undefined ? '' : valueText(entry);
  const fault = mappedHeaderFault(debt.header, value);
  if (fault !== undefined) return { headers: [], dropped: [{ key: entry?.key ?? debt.header, code: fault }] };
  const isReady = entry === undefined || entry.scope === 'uui';
  const line = isReady ? { name: debt.header, value } : mappedHeader(debt.header, value);
  const { message, inDialog } = carrier;
  const { inviteHadUui: initialInviteHadUui } = turn.call;
  const place = { inDialog, initialInviteHadUui };
  if (isUserToUser(line.name)) {
    // RFC 7434 §7: the ISDN package only on the initial INVITE, its responses, and BYE when that INVITE had it.
    // X-User-to-User is no header of that RFC.
    const isBound = leg.trunk.profile.uuiHeader === 'User-to-User';
    if (isBound && !mayCarryDefaultUui(message, place) && !isOtherPackage(line.value)) return 'stays';
  } else if (message === 'BYE') return 'stays';
  const from = { ...nobody, dataHeaders: [line.name] };
  return crossingHeaders([line], { from, to: leg.trunk, message, ...place, keys: openKeyPolicy });
}

/** Whom the lines come from: Baton, which has them in the form that no profile has touched. */
const nobody = neighbourWithoutTrunk('');

/** The limits count what the message carries already. */
function withinLimits({ trunk }: Leg, carried: readonly HeaderLine[], lines: readonly HeaderLine[]) {
  const dataHeaders = [...trunk.dataHeaders, ...lines.map(({ name }) => name)];
  const { headers, dropped } = limitHeaders([...carried, ...lines], trunk.profile, dataHeaders);
  return { headers: lines.filter(line => headers.includes(line)), dropped };
}

function isAmong({ name }: HeaderLine, lines: readonly HeaderLine[]): boolean {
  return lines.some(
    line => line.name.length === name.length && line.name.toLowerCase() === name.toLowerCase(),
  );
}

/** A message that is still on its way to the leg says something older of these pairs. */
function overtake(turn: Turn, to: LegId, pairs: readonly string[]): void {
  const { relayed } = turn.call;
  if (pairs.length === 0 || !relayed.some(other => other.to === to && other.operations.length > 0)) return;
  turn.change({
    relayed: relayed.map(other =>
      other.to === to && other.operations.length > 0
        ? { ...other, overtaken: [...new Set([...other.overtaken, ...pairs])] }
        : other,
    ),
  });
}
