import type { paths } from './paths.ts';

/** What the OpenAPI document says of each operation, as types; never where it says nothing. */

export type Path = keyof paths;
export type Method = 'get' | 'post';

type Operation<P extends Path, M extends Method> = NonNullable<paths[P][M]>;

type Json<Message> = Message extends { readonly content: { readonly 'application/json': infer Body } }
  ? Body
  : never;

type Success<Answers> = Answers[keyof Answers & (200 | 201 | 202)];

/** The body of a 2xx answer. */
export type AnswerOf<P extends Path, M extends Method> =
  Operation<P, M> extends { readonly responses: infer Answers } ? Json<Success<Answers>> : never;

/** The body of a request. */
export type BodyOf<P extends Path, M extends Method> =
  Operation<P, M> extends { readonly requestBody?: infer Body } ? Json<NonNullable<Body>> : never;

/** What stands in braces in the path. */
export type ParamsOf<P extends Path, M extends Method> =
  Operation<P, M> extends { readonly parameters: { readonly path: infer Params } } ? Params : object;
