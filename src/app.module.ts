import { Module, type DynamicModule } from '@nestjs/common';
import type { Config } from './common/config.js';
import { GatewayModule } from './gateway/gateway.module.js';

@Module({})
export class AppModule {
  static register(config: Config): DynamicModule {
    return { module: AppModule, imports: [GatewayModule.register(config)] };
  }
}
