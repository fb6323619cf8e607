import { type Applied, applyAll, type DataLimits } from '../../attached-data/attached-data.ts';
import { changeBetween } from '../../attached-data/change.ts';
import type { AttachedData } from '../../attached-data/entry.ts';
import { isSamePair } from '../../attached-data/same-key.ts';
import type { ConsultRule } from '../../routing/trunk.ts';
import type { Author, AuthoredChange } from '../call.ts';
import { limits, noteDropped, shareChange } from './data.ts';
import type { ConnId } from '../ids.ts';
import type { DataRefusal, Turn } from '../turn.ts';

/** T-Library's `consult-user-data`: what a consultation has of the data of the call that is held. */

export function setConsultRule(turn: Turn, rule: ConsultRule): void {
  const { consultation } = turn.call;
  if (consultation !== undefined) turn.change({ consultation: { ...consultation, rule } });
}

/** The data that the call goes on with when nothing changes meanwhile. */
export function dataAhead(turn: Turn): AttachedData {
  const { consultation, data } = turn.call;
  if (consultation === undefined || consultation.rule === 'separate') return data;
  return putOver(turn, consultation.data, data).data;
}

interface Beginning {
  /** The data of the held call as it is now, where it may be another than when this call came. */
  readonly held?: AttachedData | undefined;
  /** Whose doing the call's own data is; the caller's when absent. */
  readonly author?: Author;
  /** What becomes of own data that does not fit in. `refuse`: nothing is changed. */
  readonly mode?: DataLimits['mode'];
}

/**
 * The call goes on, and what it has of its own is put over what it has of the held call. Where both share their data, that is a
 * change of it.
 */
export function beginConsultation(turn: Turn, how: Beginning = {}): DataRefusal | undefined {
  const { consultation, data: own, untold, caller } = turn.call;
  if (consultation === undefined) return undefined;
  const { held = consultation.data, author = { dn: caller.dn, leg: caller.id }, mode = 'drop' } = how;
  const { rule, dataOf } = consultation;
  const base = rule === 'separate' ? [] : held;
  turn.change({ consultation: { ...consultation, data: base } });
  if (rule === 'separate') return undefined;
  const { data, dropped } = putOver(turn, base, own, mode);
  const [fault] = dropped;
  if (mode === 'refuse' && fault !== undefined) return { code: fault.code };
  noteDropped(turn, caller.id, dropped);
  const over = (before: AttachedData) => putOver(turn, base, before).data;
  const since = untold.map(
    (change): AuthoredChange => ({ ...change, before: over(change.before), after: over(change.after) }),
  );
  turn.change({ data, untold: since });
  if (rule === 'joint')
    share(turn, dataOf, [{ author, before: base, after: since[0]?.before ?? data }, ...since]);
  return undefined;
}

function share(turn: Turn, dataOf: ConnId, steps: readonly AuthoredChange[]): void {
  turn.change({ dataOf });
  for (const step of steps)
    if (changeBetween(step.before, step.after).changedAnything) shareChange(turn, step);
}

/** Updates; duplicates among them stay duplicates. */
function putOver(
  turn: Turn,
  base: AttachedData,
  own: AttachedData,
  mode: DataLimits['mode'] = 'drop',
): Applied {
  const firsts = own.filter((entry, at) => own.findIndex(other => isSamePair(entry, other)) === at);
  const others = own.filter(entry => !firsts.includes(entry));
  return applyAll(
    base,
    [
      { operation: 'update', entries: firsts },
      { operation: 'attach', entries: others },
    ],
    limits(turn, mode),
  );
}
