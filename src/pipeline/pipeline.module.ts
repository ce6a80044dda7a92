import { Module, type DynamicModule } from '@nestjs/common';
import { AcousticService } from '../audio/acoustic.service.js';
import { DecodeService } from '../audio/decode.service.js';
import { VadService } from '../audio/vad.service.js';
import type { Config } from '../common/config.js';
import { defaultThreads } from '../common/worker-pool.js';
import { TextService } from '../text/text.service.js';
import { Causes } from './causes.service.js';
import { PipelineService } from './pipeline.service.js';

/** Uploads that may wait to be decoded. */
const MAX_WAITING_FILES = 16;

/** The line and its experts, made from the configuration. */
@Module({})
export class PipelineModule {
  static register(config: Config): DynamicModule {
    return {
      module: PipelineModule,
      providers: [
        { provide: VadService, useFactory: () => new VadService({ threads: 1, maxQueue: config.MAX_SESSIONS }) },
        {
          provide: DecodeService,
          useFactory: () =>
            new DecodeService({ threads: 1, maxQueue: MAX_WAITING_FILES, maxSeconds: config.MAX_SESSION_S }),
        },
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
              ...(config.TEXT_MODEL_OTHER_LANGUAGES === 'off'
                ? {}
                : { otherLanguages: config.TEXT_MODEL_OTHER_LANGUAGES }),
              labels: config.TEXT_LABELS,
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
          inject: [AcousticService, TextService, VadService, DecodeService],
          useFactory: (acoustic: AcousticService, text: TextService, vad: VadService, files: DecodeService) =>
            new PipelineService(acoustic, text, vad, files, {
              denoise: config.AUDIO_DENOISE === 'rnnoise',
              promptWords: config.WHISPER_PROMPT_WORDS,
              ...(config.WHISPER_HEAD !== 'off' && {
                head: { mode: config.WHISPER_HEAD, model: config.WHISPER_HEAD_MODEL },
              }),
              modelsDir: config.MODELS_DIR,
              fusion: config.FUSION_MODEL,
              labelProfiles: config.LABEL_PROFILES,
              alertRules: config.ALERT_RULES,
              ...(config.CAUSES_URL && {
                causes: new Causes({
                  url: config.CAUSES_URL,
                  model: config.CAUSES_MODEL,
                  key: config.CAUSES_KEY,
                  timeoutMs: config.CAUSES_TIMEOUT_MS,
                }),
              }),
            }),
        },
      ],
      exports: [PipelineService],
    };
  }
}
