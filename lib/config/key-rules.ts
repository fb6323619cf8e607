import { z } from 'zod';
import { isUserToUser, matchesPattern, readCustomName, UUI_KEY } from '../attached-data/custom-name.ts';
import { compileKeyPolicy, type KeyRule } from '../attached-data/key-policy.ts';
import { isFitKey } from '../attached-data/user-data-body.ts';
import { isToken } from '../engine/message/token.ts';
import { oneOf } from './field.ts';

/** `attachedData.keys`: what is special about which keys. */

const keyRule = z.strictObject({
  key: z.string().refine(isFitKey, 'expected a key, or a pattern of keys'),
  write: z.array(oneOf(['party', 'third-party'])).exactOptional(),
  in: z.string().refine(isFitKey, 'expected a key').exactOptional(),
  out: z.string().exactOptional(),
  redact: z.array(oneOf(['log', 'events'])).exactOptional(),
  scope: oneOf(['sip', 'uui', 'voip', 'call']).exactOptional(),
});

export const keyRules = z.array(keyRule).superRefine((rules, context) => {
  for (const [at, rule] of rules.entries()) {
    const fault = ruleFault(rule) ?? faultAmong(rules, at);
    if (fault !== undefined)
      context.addIssue({ code: 'custom', message: fault.message, path: [at, fault.member] });
  }
});

interface Fault {
  readonly member: keyof KeyRule;
  readonly message: string;
}

/** What is wrong with a rule by itself. */
function ruleFault(rule: KeyRule): Fault | undefined {
  const { key, out, scope } = rule;
  for (const member of ['in', 'out'] as const) {
    const message = starFault(key, rule[member]);
    if (message !== undefined) return { member, message };
  }
  const header = out === undefined ? undefined : headerFault(out);
  if (header !== undefined) return { member: 'out', message: header };
  if (out !== undefined && scope === 'voip')
    return { member: 'out', message: 'pairs of scope voip never leave in a header' };
  if (scope === 'uui' && key.toUpperCase() !== UUI_KEY)
    return { member: 'scope', message: `uui is for the key ${UUI_KEY} only; see out: User-to-User` };
  const { key: _key, in: inName, ...others } = rule;
  if (inName === '*' && Object.keys(others).length > 0)
    return {
      member: 'in',
      message: '"*" makes any key: what else holds for some stands in rules of their own',
    };
  return undefined;
}

/** A `*` in the name stands for what the one in the key matched. */
function starFault(key: string, name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const inKey = key.split('*').length - 1;
  const inName = name.split('*').length - 1;
  if (inKey === 0 && inName === 0) return undefined;
  if (inKey === 1 && inName === 1) return undefined;
  if (inKey === 0) return `"${name}": a * needs one in key`;
  if (inKey > 1) return `"${name}": key may have one * only`;
  return `"${name}": expected one *, else many keys get one name`;
}

function headerFault(name: string): string | undefined {
  if (isUserToUser(name)) return undefined;
  if (!isToken(name)) return `"${name}" is no header name`;
  if (!/^x-./i.test(name)) return `"${name}": expected X-MS-Custom-…, X-… or User-to-User`;
  if (readCustomName(name, []).kind === 'reserved') return `"${name}": X-MS- names are Microsoft's own`;
  return undefined;
}

/** What is wrong with a rule among the others. */
function faultAmong(rules: readonly KeyRule[], at: number): Fault | undefined {
  const { in: inName, out } = rules[at] ?? {};
  const twice = rules.findIndex(other => out !== undefined && other.out?.toLowerCase() === out.toLowerCase());
  if (out !== undefined && !out.includes('*') && twice < at)
    return { member: 'out', message: `"${out}" is the header of keys[${twice}] already` };
  // Any text may stand for the star.
  const made = inName?.replace('*', 'x');
  if (made === undefined || compileKeyPolicy(rules).keyFromWire(made) === made) return undefined;
  const again = rules.findIndex(other => matchesPattern(made.toLowerCase(), other.key.toLowerCase()));
  return { member: 'in', message: `keys[${again}] renames it again: a key is renamed once` };
}
