import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { ROLES } from '../common/api-keys.js';
import { Access, CurrentCaller } from './access.guard.js';
import { Auth, type Caller, type IssuedToken } from './auth.js';
import { parse } from './wire-error.js';

const TokenRequestSchema = z.strictObject({ role: z.enum(ROLES).optional(), once: z.boolean().optional() });

@ApiTags('access')
@Controller('v1/tokens')
export class TokensController {
  constructor(private readonly auth: Auth) {}

  @Post()
  @Access('client', { keyOnly: true })
  @HttpCode(201)
  @ApiOperation({
    summary: 'Given for a key: a short-lived token for sockets and REST, for whoever must not hold the key',
  })
  @ApiBody({
    required: false,
    schema: {
      type: 'object',
      properties: {
        role: { type: 'string', enum: [...ROLES], description: 'at most the role of the key, which it is by default' },
        once: { type: 'boolean', default: false, description: 'good for one connection, and for nothing else' },
      },
    },
  })
  create(@CurrentCaller() caller: Caller, @Body() body: unknown): Promise<IssuedToken> {
    const { role, once } = parse(TokenRequestSchema, body ?? {});
    return this.auth.issue(caller, { ...(role ? { role } : {}), ...(once ? { once } : {}) });
  }
}
