import { type Applied, applyAll } from '../../attached-data/attached-data.ts';
import { changeBetween } from '../../attached-data/change.ts';
import type { AttachedData } from '../../attached-data/entry.ts';
import { isSamePair } from '../../attached-data/same-key.ts';
import type { ConsultRule } from '../../routing/trunk.ts';
import type { AuthoredChange } from '../call.ts';
import { limits, noteDropped, shareChange } from './data.ts';
import type { Turn } from '../turn.ts';

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

/**
 * The call goes on, and what it has of its own is put over what it has of the held call. Where both share their data, that is a
 * change of it. `held`: that data as it is now, where it may be another than when the call came.
 */
export function beginConsultation(turn: Turn, held?: AttachedData): void {
  const { consultation, data: own, untold, caller } = turn.call;
  if (consultation === undefined) return;
  const { rule, dataOf } = consultation;
  const base = rule === 'separate' ? [] : (held ?? consultation.data);
  turn.change({ consultation: { ...consultation, data: base } });
  if (rule === 'separate') return;
  const { data, dropped } = putOver(turn, base, own);
  noteDropped(turn, caller.id, dropped);
  const over = (before: AttachedData) => putOver(turn, base, before).data;
  const since = untold.map(
    (change): AuthoredChange => ({ ...change, before: over(change.before), after: over(change.after) }),
  );
  turn.change({ data, untold: since });
  if (rule !== 'joint') return;
  turn.change({ dataOf });
  const author = { dn: caller.dn, leg: caller.id };
  const steps = [{ author, before: base, after: since[0]?.before ?? data }, ...since];
  for (const step of steps)
    if (changeBetween(step.before, step.after).changedAnything) shareChange(turn, step);
}

/** Updates; duplicates among them stay duplicates. */
function putOver(turn: Turn, base: AttachedData, own: AttachedData): Applied {
  const firsts = own.filter((entry, at) => own.findIndex(other => isSamePair(entry, other)) === at);
  const others = own.filter(entry => !firsts.includes(entry));
  return applyAll(
    base,
    [
      { operation: 'update', entries: firsts },
      { operation: 'attach', entries: others },
    ],
    limits(turn),
  );
}
