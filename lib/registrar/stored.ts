import type { Dn } from '../call/ids.ts';
import type { Health, RegisteredBinding, Registration } from './registrations.ts';

/** A registration as it is stored, under the name `tenant/dn`. */
export interface StoredRegistration {
  readonly inService: boolean;
  readonly bindings: readonly RegisteredBinding[];
}

/** The pair of `registrationFrom`. */
export function storedRegistration({ inService, bindings }: Registration): StoredRegistration {
  return { inService, bindings };
}

/** Undefined for what no Baton has stored so. */
export function registrationFrom(name: string, thing: unknown): Registration | undefined {
  // Names of tenants have no slash.
  const slash = name.indexOf('/');
  if (slash <= 0 || !isObject(thing)) return undefined;
  const { inService, bindings } = thing;
  if (typeof inService !== 'boolean' || !Array.isArray(bindings) || !bindings.every(isBinding))
    return undefined;
  return { tenant: name.slice(0, slash), dn: name.slice(slash + 1) as Dn, inService, bindings };
}

const healths: readonly unknown[] = ['unknown', 'answering', 'silent'] satisfies Health[];
const texts = ['uri', 'callId', 'source', 'trunk'];
const numbers = ['q', 'cseq', 'refreshedAtMs', 'expiresAtMs'];

function isBinding(thing: unknown): thing is RegisteredBinding {
  if (!isObject(thing)) return false;
  return (
    texts.every(name => typeof thing[name] === 'string') &&
    numbers.every(name => Number.isFinite(thing[name])) &&
    ['undefined', 'string'].includes(typeof thing['via']) &&
    healths.includes(thing['health'])
  );
}

function isObject(thing: unknown): thing is Readonly<Record<string, unknown>> {
  return typeof thing === 'object' && thing !== null;
}
