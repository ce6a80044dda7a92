import { Module, type DynamicModule } from '@nestjs/common';
import { AcousticService } from '../audio/acoustic.service.js';
import { VadService } from '../audio/vad.service.js';
import type { Config } from '../common/config.js';
import { defaultThreads } from '../common/worker-pool.js';
import { TextService } from '../text/text.service.js';
import { PipelineService } from './pipeline.service.js';

/** The line and its experts, made from the configuration. */
@Module({})
export class PipelineModule {
  static register(config: Config): DynamicModule {
    return {
      module: PipelineModule,
      providers: [
        { provide: VadService, useFactory: () => new VadService({ threads: 1, maxQueue: config.MAX_SESSIONS }) },
        {
          provide: AcousticService,
          useFactory: () =>
            new AcousticService({
              modelsDir: config.MODELS_DIR,
              model: config.ACOUSTIC_MODEL,
              backend: config.ACOUSTIC_BACKEND,
              threads: config.ACOUSTIC_THREADS || defaultThreads(),
            }),
        },
        {
          provide: TextService,
          useFactory: () =>
            new TextService({
              modelsDir: config.MODELS_DIR,
              model: config.TEXT_MODEL,
              threads: config.TEXT_THREADS,
              hub: { cacheDir: config.CACHE_DIR, allowDownload: config.MODEL_DOWNLOAD, remoteHost: config.HUB_URL },
              ...(config.WHISPER_MODEL === 'off'
                ? {}
                : {
                    whisper: { id: config.WHISPER_MODEL, dtype: config.WHISPER_DTYPE, threads: config.WHISPER_THREADS },
                  }),
              transcribeTimeoutMs: config.WHISPER_TIMEOUT_MS,
            }),
        },
        {
          provide: PipelineService,
          inject: [AcousticService, TextService, VadService],
          useFactory: (acoustic: AcousticService, text: TextService, vad: VadService) =>
            new PipelineService(acoustic, text, vad, config.AUDIO_DENOISE === 'rnnoise'),
        },
      ],
      exports: [PipelineService],
    };
  }
}
