import { Module, type DynamicModule } from '@nestjs/common';
import type { Config } from './common/config.js';
import { GatewayModule } from './gateway/gateway.module.js';
import { ReviewModule } from './review/review.module.js';

@Module({})
export class AppModule {
  static register(config: Config): DynamicModule {
    const gateway = GatewayModule.register(config);
    // Without storage there is nothing to review.
    return {
      module: AppModule,
      imports: [gateway, ...(config.STORAGE === 'on' ? [ReviewModule.register(gateway)] : [])],
    };
  }
}
