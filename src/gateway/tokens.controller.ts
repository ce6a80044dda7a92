import { Controller, Headers, HttpCode, Post } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Auth, type IssuedToken } from './auth.js';

@ApiTags('access')
@Controller('v1/tokens')
export class TokensController {
  constructor(private readonly auth: Auth) {}

  @Post()
  @HttpCode(201)
  @ApiOperation({ summary: 'A short-lived token for the socket, against an API key' })
  @ApiHeader({ name: 'X-API-Key', required: true })
  create(@Headers('x-api-key') key: string | undefined): Promise<IssuedToken> {
    return this.auth.issue(this.auth.checkKey(key));
  }
}
