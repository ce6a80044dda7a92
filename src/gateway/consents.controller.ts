import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { ConsentReceipt } from '../privacy/consent-receipt.js';
import { MODALITIES } from '../emotion/evidence.js';
import { Access, CurrentCaller } from './access.guard.js';
import type { Caller } from './auth.js';
import { Consents, type Withdrawal } from './consents.service.js';
import { ConsentWithdrawSchema } from './protocol.js';
import { parse } from './wire-error.js';

@ApiTags('consent')
@Access('client')
@ApiResponse({ status: 404, description: 'this tenant has no such consent' })
@Controller('v1/consents')
export class ConsentsController {
  constructor(@Inject(Consents) private readonly consents: Consents) {}

  @Get(':id')
  @ApiOperation({ summary: 'The receipt of a consent (ISO/IEC TS 27560), with what became of it' })
  find(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<ConsentReceipt> {
    return this.consents.find(caller, id);
  }

  @Post(':id/withdraw')
  @HttpCode(200)
  @ApiOperation({ summary: 'Withdraws a consent, in all running sessions at once; may erase everything of the person' })
  @ApiBody({
    required: false,
    schema: {
      type: 'object',
      properties: {
        modality: { type: 'string', enum: [...MODALITIES], description: 'only this; left out: everything' },
        erase: { type: 'boolean', default: false, description: 'destroy what is stored of the person as well' },
      },
    },
  })
  withdraw(@CurrentCaller() caller: Caller, @Param('id') id: string, @Body() body: unknown): Promise<Withdrawal> {
    const { modality, erase } = parse(ConsentWithdrawSchema, body ?? {});
    return this.consents.withdraw(caller, id, modality, erase);
  }
}
