import { Inject, Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { finalize, type Observable } from 'rxjs';
import { callerOf } from './access.guard.js';
import { Places } from './places.service.js';

/** Holds a place for a request, from before its body is read until it is answered. */
@Injectable()
export class PlaceInterceptor implements NestInterceptor {
  constructor(@Inject(Places) private readonly places: Places) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const leave = this.places.take(callerOf(context).tokenId);
    return next.handle().pipe(finalize(leave));
  }
}
