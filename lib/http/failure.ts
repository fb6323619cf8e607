import type { FastifyError } from 'fastify';
import { BatonError, type ErrorCode } from '../errors.ts';
import { BodyFault } from './change-body.ts';
import { jsonPointer } from './json-pointer.ts';
import type { ProblemMembers } from './problem.ts';

/** A failure as its problem shows it; undefined for a defect, of which nothing is told. */
export function toldFailure(
  error: FastifyError,
): { readonly code: ErrorCode; readonly detail?: string; readonly members?: ProblemMembers } | undefined {
  if (error instanceof BodyFault)
    return { code: error.code, detail: error.message, members: { path: error.path } };
  if (error instanceof BatonError) return { code: error.code };
  if (error.validation !== undefined) return { code: 'unprocessable', ...faultOf(error) };
  if (error.statusCode === 413) return { code: 'too-large' };
  if (error.statusCode === undefined || error.statusCode >= 500) return undefined;
  return { code: 'bad-request', detail: error.message };
}

/** What the schema says; a pointer only into a body. */
function faultOf({ validation = [], validationContext, message }: FastifyError) {
  const [fault] = validation;
  if (fault === undefined || validationContext !== 'body') return { detail: message };
  const { instancePath, params, message: detail = message } = fault;
  const { additionalProperty, missingProperty, tag } = params;
  if (typeof additionalProperty === 'string')
    return { detail: 'unknown member', members: { path: instancePath + jsonPointer(additionalProperty) } };
  if (typeof missingProperty === 'string')
    return { detail: 'missing', members: { path: instancePath + jsonPointer(missingProperty) } };
  // Of the member that says which of several schemas the body is for.
  if (typeof tag === 'string')
    return { detail: 'missing, or not known', members: { path: instancePath + jsonPointer(tag) } };
  return { detail, members: { path: instancePath } };
}
