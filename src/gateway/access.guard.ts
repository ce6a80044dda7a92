import {
  applyDecorators,
  createParamDecorator,
  Inject,
  Injectable,
  SetMetadata,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiBearerAuth, ApiResponse, ApiSecurity } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { addressOf } from '../common/address.js';
import { mayActAs, type Role } from '../common/api-keys.js';
import type { Config } from '../common/config.js';
import { WireError } from '../common/errors.js';
import { Admission } from './admission.service.js';
import type { Caller } from './auth.js';
import { CONFIG } from './config.token.js';

const ACCESS = 'undertone:access';
type AdmittedRequest = Request & { caller?: Caller };

/** This route, or every route of this class, is for callers of this role and of those above it; `keyOnly`: a token does not do. */
export const Access = (role: Role, { keyOnly = false } = {}): ClassDecorator & MethodDecorator =>
  applyDecorators(
    SetMetadata(ACCESS, role),
    ApiSecurity('key'),
    ...(keyOnly ? [] : [ApiBearerAuth('token')]),
    ApiResponse({ status: 401, description: 'no valid key or token' }),
    ApiResponse({ status: 403, description: `the key's role is below ${role}` }),
    ApiResponse({ status: 429, description: 'too many requests; Retry-After says when' }),
  );

/** This route is for everybody. */
export const Public = (): ClassDecorator & MethodDecorator => SetMetadata(ACCESS, 'public');

/** Who asks, on a route that declares `@Access`. */
export function callerOf(context: ExecutionContext): Caller {
  const { caller } = context.switchToHttp().getRequest<AdmittedRequest>();
  if (!caller) throw new Error('a route that needs its caller declares @Access');
  return caller;
}

/** The caller, in the arguments of a handler. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext) => callerOf(context));

/** Guards every route of REST. One that declares neither `@Access` nor `@Public` is closed to all: nothing opens by mistake. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(Admission) private readonly admission: Admission,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    // Sockets were let in by the handshake.
    if (context.getType() !== 'http') return true;
    const request = context.switchToHttp().getRequest<AdmittedRequest>();
    const address = addressOf(request, this.config.TRUST_PROXY);
    this.admission.knock(address);
    const needed = this.reflector.getAllAndOverride<Role | 'public' | undefined>(ACCESS, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (needed === 'public') return true;
    const bearer = /^Bearer\s+(.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const caller =
      bearer === undefined
        ? await this.admission.byKey(request.get('x-api-key'), address)
        : await this.admission.byBearer(bearer, address);
    if (needed === undefined || !mayActAs(caller.role, needed)) {
      throw new WireError('forbidden', `This needs the role ${needed ?? 'of nobody'}; this key has ${caller.role}.`);
    }
    request.caller = caller;
    context.switchToHttp().getResponse<Response>().setHeader('Cache-Control', 'no-store');
    return true;
  }
}
