import { applyDecorators, type Type } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiProduces, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';
import { ProblemSchema } from './api.js';

type OpenApi =
  NonNullable<Parameters<typeof ApiResponse>[0]> extends infer O ? Extract<O, { schema: unknown }>['schema'] : never;

export interface Description {
  readonly summary: string;
  /** By name: what it is. */
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Left out: nothing is answered (204). */
  readonly answer?: z.ZodType;
  /** Of an answer that is a stream. */
  readonly produces?: readonly string[];
  /** Beside those of access: status and when. */
  readonly problems?: Readonly<Record<number, string>>;
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): OpenApi {
  return z.toJSONSchema(schema, { target: 'openapi-3.0', io, unrepresentable: 'any', reused: 'inline' }) as OpenApi;
}

const problem = schemaOf(ProblemSchema, 'output');

/** The OpenAPI of a route out of the very schemas that it reads and answers by. */
export function Documented(description: Description): MethodDecorator {
  const { summary, params = {}, query, body, answer, produces, problems = {} } = description;
  const queries = Object.entries(query?.shape ?? {}).map(([name, field]) => {
    const one = field as z.ZodType;
    return ApiQuery({
      name,
      required: false,
      schema: schemaOf(one, 'input') as never,
      ...(one.description ? { description: one.description } : {}),
    });
  });
  const failing = { 400: 'a parameter is wrong', ...problems, 503: 'the database cannot be reached now' };
  return applyDecorators(
    ApiOperation({ summary }),
    ...Object.entries(params).map(([name, told]) => ApiParam({ name, description: told, schema: { type: 'string' } })),
    ...queries,
    ...(body ? [ApiBody({ schema: schemaOf(body, 'input') as never })] : []),
    ...(produces ? [ApiProduces(...produces)] : []),
    answer
      ? ApiResponse({ status: 200, description: 'as asked', schema: schemaOf(answer, 'output') })
      : ApiResponse({ status: 204, description: 'done' }),
    ...Object.entries(failing).map(([status, told]) =>
      ApiResponse({
        status: Number(status),
        description: told,
        content: { 'application/problem+json': { schema: problem } },
      }),
    ),
  );
}

export type Controllers = Type[];
