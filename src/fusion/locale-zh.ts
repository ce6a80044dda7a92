import { isOwn, type Modality, type OwnModality, type UnavailableReason } from '../emotion/evidence.js';
import type { Phase } from '../emotion/course.js';
import type { AbstainReason } from '../emotion/fused.js';
import type { Emotion } from '../emotion/scores.js';
import type { Met } from './alerts.js';
import type { Bounds, Messages } from './messages.js';

const NUMBER = new Intl.NumberFormat('zh-CN', { maximumFractionDigits: 2 });
const TENTHS = new Intl.NumberFormat('zh-CN', { maximumFractionDigits: 1 });
const SIGMAS = new Intl.NumberFormat('zh-CN', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const WEIGHT = new Intl.NumberFormat('zh-CN', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const PERCENT = new Intl.NumberFormat('zh-CN', { style: 'percent' });
const EITHER = new Intl.ListFormat('zh', { type: 'disjunction' });

const EMOTION: Readonly<Record<Emotion, string>> = {
  neutral: '平静',
  happy: '高兴',
  angry: '愤怒',
  sad: '悲伤',
  fearful: '恐惧',
  disgust: '厌恶',
  surprised: '惊讶',
};

/** What a modality is called, and how it reads. */
const NAMED: Readonly<Record<Modality, { name: string; reads: string }>> = {
  voice: { name: '声音', reads: '听起来' },
  text: { name: '话语', reads: '读来' },
  face: { name: '面部', reads: '看起来' },
  physiology: { name: '生理信号', reads: '显示' },
  other: { name: '另一个模型', reads: '判读为' },
};
const nameOf = (modality: Modality): string => NAMED[modality].name;

/** 音高比平时更低：what is compared, and what more or less of it is called. */
const MEASURED: Readonly<Record<string, { subject: string; more: string; less: string }>> = {
  pitchHeight: { subject: '音高', more: '更高', less: '更低' },
  pitchMovement: { subject: '语调', more: '更起伏', less: '更平直' },
  loudness: { subject: '音量', more: '变化更大', less: '更均匀' },
  tempo: { subject: '语速', more: '更快', less: '更慢' },
  voiceQuality: { subject: '嗓音', more: '更柔和', less: '更紧绷' },
  timbre: { subject: '音色', more: '更明亮', less: '更暗沉' },
};
const PATTERN = '声音随时间的变化';
const QUOTED: Readonly<Record<string, string>> = { word: '词语', emoji: '表情符号' };
/** Below this many σ a value is called usual. */
const NOTABLE = 0.5;

const SIGNAL: Readonly<Record<string, (value: number) => string>> = {
  voicedMs: (ms) => `有声部分仅 ${TENTHS.format(ms / 1000)} 秒`,
  snrDb: (db) => `信噪比 ${TENTHS.format(db)} 分贝`,
  clipping: (share) => `${PERCENT.format(share)} 的采样被削波`,
  asrConfidence: (p) => `识别置信度 ${NUMBER.format(p)}`,
  contentWords: (n) => (n === 0 ? '没有实词' : `仅 ${NUMBER.format(n)} 个实词`),
  languageSupported: () => '文本模型不支持这种语言',
  reliability: (p) => `客户端声明的可靠度 ${NUMBER.format(p)}`,
};

const UNAVAILABLE: Readonly<Record<UnavailableReason, Readonly<Record<OwnModality, string>>>> = {
  notProvided: { voice: '没有收到声音', text: '没有收到文字' },
  notConsented: { voice: '未获同意分析声音', text: '未获同意分析话语' },
  noSpeech: { voice: '没有听到人声', text: '没有人声，也就没有话语' },
  tooShort: { voice: '声音太短，无法判读', text: '话语太少，无法判读' },
  modelUnavailable: { voice: '声音模型未安装', text: '话语模型未安装' },
  implausible: { voice: '声音判读结果不可信', text: '转写内容不可信，已舍弃' },
  empty: { voice: '音频为空', text: '没有识别出话语' },
  unsupportedLanguage: { voice: '声音模型不支持这种语言', text: '文本模型不支持这种语言' },
  timeout: { voice: '声音未能及时判读', text: '话语未能及时判读' },
  failed: { voice: '声音判读失败', text: '话语判读失败' },
};

const ABSTAINED: Readonly<Record<AbstainReason, string>> = {
  noEvidence: '没有依据',
  tooShort: '依据太少',
  lowQuality: '质量太低',
  ambiguous: '难以区分',
  revoked: '标签已被人工撤销',
};

const sentence = (clause: string): string => `${clause}。`;

/** Never "100%": no reading is certain. */
function percent(probability: number): string {
  return probability > 0.99 ? '超过99%' : PERCENT.format(probability);
}

/** "−1.8": with a true minus. */
function signed(value: number, format: Intl.NumberFormat): string {
  return `${value < 0 ? '−' : '+'}${format.format(Math.abs(value))}`;
}

const AXIS = { valence: '愉悦度', arousal: '激动度' } as const;
const PHASE: Readonly<Record<Phase, string>> = {
  steady: '情绪平稳',
  escalating: '负面情绪正在加剧',
  recovering: '负面情绪正在缓和',
};

const plain = (value: number): string => NUMBER.format(value);
const axisNumber = (value: number): string => `${value < 0 ? '−' : ''}${NUMBER.format(Math.abs(value))}`;

function bounds({ atLeast, atMost }: Bounds, format: (value: number) => string): string {
  if (atLeast !== undefined && atMost !== undefined) return `在 ${format(atLeast)} 至 ${format(atMost)} 之间`;
  return atLeast === undefined ? `不高于 ${format(atMost ?? 0)}` : `不低于 ${format(atLeast)}`;
}

/** The numbers that met a bound, one for each utterance. */
const given = (met: readonly Met[], value: (one: Met) => string): string =>
  met.length > 0 ? `（${met.map(value).join('，')}）` : '';

/** Chinese (simplified); `names` are what a profile's labels are called. */
export function chinese(names: Readonly<Record<string, string>> = {}): Messages {
  const label = (key: string): string => names[key] ?? (EMOTION as Record<string, string>)[key] ?? key;
  const anyOf = (keys: readonly string[]): string => EITHER.format(keys.map(label));
  return {
    locale: 'zh',
    label,
    percent,
    cue({ name, value, unit, quote, detail }) {
      const measured = MEASURED[name];
      if (measured && value !== undefined) {
        const { subject, more, less } = measured;
        const amount = `${signed(value, SIGMAS)} σ`;
        const usual = unit === 'speakerSigma' ? '此人平时' : '常人';
        if (Math.abs(value) < NOTABLE) return `${subject}与${usual}相近，${amount}`;
        return `${subject}比${usual}${value > 0 ? more : less}，${amount}`;
      }
      if (detail !== undefined) return detail;
      if (quote !== undefined) return `${QUOTED[name] ?? name}“${quote}”`;
      return name === 'pattern' ? PATTERN : name;
    },
    gate({ modality, signal, value, factor }) {
      const degree = factor < 0.01 ? '未计入' : factor < 0.5 ? '权重很低' : '权重降低';
      const detail = Number.isFinite(value)
        ? (SIGNAL[signal]?.(value) ?? `${signal} ${NUMBER.format(value)}`)
        : `${signal} 未知`;
      return `${nameOf(modality)}${degree}：${detail}`;
    },
    reads(modality, read, reasons, quote) {
      const { name, reads } = NAMED[modality];
      const because = reasons.length > 0 ? `（${reasons.join('；')}）` : '';
      return `${name}${quote ? `“${quote}”` : ''}${reads}${anyOf(read)}${because}`;
    },
    unavailable: (modality, reason) =>
      isOwn(modality) ? UNAVAILABLE[reason][modality] : `客户端发来的${nameOf(modality)}数据无法判读`,
    uncounted: (modality) => `${nameOf(modality)}未计入`,
    both(voice, text, relation) {
      if (relation === 'agree') return `${voice}，${text}`;
      return relation === 'differ' ? `${voice}；${text}` : `${voice}，而${text}；声音与话语不一致`;
    },
    list: (clauses) => clauses.join('；'),
    together: (decided, readings) =>
      readings > 1 ? `合在一起指向${label(decided)}` : `与模型对各种情绪的预期相比，这指向${label(decided)}`,
    decided: (decided, confidence) => `${label(decided)}（${percent(confidence)}）`,
    named: (named) => `${label(named)}（人工标注）`,
    abstained(reason, likeliest) {
      const close = likeliest.map(([one, p]) => `${label(one)} ${percent(p)}`).join('，');
      return `不作判断，${ABSTAINED[reason]}${close ? `（${close}）` : ''}`;
    },
    text: (headline, body, further) => [`${headline}：${body}。`, ...further.map(sentence)].join(''),

    short(headline, readings, relation) {
      const sides = readings.map(([modality, read]) => `${nameOf(modality)}${anyOf(read)}`).join('，');
      const disagree = readings.length > 2 ? '声音与话语不一致' : '两者不一致';
      const body = relation === 'incongruent' ? `${sides}；${disagree}` : sides;
      return body ? `${headline}：${body}` : headline;
    },
    evidence: (cues) =>
      `依据（对数几率）：${cues
        .map(({ detail, toward, weight, audioMs, textSpan }) => {
          const time = audioMs ? `，第 ${audioMs.map((ms) => TENTHS.format(ms / 1000)).join('–')} 秒` : '';
          const place = textSpan ? `，第 ${textSpan.map((at) => NUMBER.format(at)).join('–')} 个字符` : '';
          return `${detail}${time}${place}：对${label(toward)} ${signed(weight, WEIGHT)}`;
        })
        .join('；')}`,
    trust: (reliabilities) =>
      `可信度：${reliabilities.map(([modality, weight]) => `${nameOf(modality)} ${NUMBER.format(weight)}`).join('，')}`,
    without: (modality, outcome) =>
      `若没有${nameOf(modality)}：${outcome ? `${label(outcome.label)}（${percent(outcome.confidence)}）` : '没有依据'}`,
    tipping: ({ modality, reliability, label: other }, now) =>
      `若${nameOf(modality)}的可信度为 ${NUMBER.format(reliability)} 而非 ${NUMBER.format(now)}，则会判为${label(other)}`,
    set: (labels, coverage) => `覆盖率 ${percent(coverage)} 时：${labels.map(label).join('，')}`,
    rule({ when, utterances }, met) {
      const last = met.at(-1);
      const clauses = [
        ...(when.label === undefined ? [] : [`判断为${[when.label].flat().map(label).join('或')}`]),
        ...Object.entries(when.score ?? {}).map(
          ([one, limits]) =>
            `${label(one)}${bounds(limits, percent)}${given(met, ({ scores }) => percent(scores[one] ?? 0))}`,
        ),
        ...(when.incongruence === undefined ? [] : ['声音与话语不一致']),
        ...(['valence', 'arousal'] as const).flatMap((axis) => {
          const { fallingFor, risingFor, ...limits } = when[axis] ?? {};
          const run = last?.trends[axis][fallingFor === undefined ? 'rising' : 'falling'];
          const verb = fallingFor === undefined ? '上升' : '下降';
          const least = fallingFor ?? risingFor;
          const seconds = last && run ? (last.atMs - run.sinceMs) / 1_000 : least;
          const from = last && run ? `（${axisNumber(run.from)} → ${axisNumber(last.point[axis])}）` : '';
          const bounded = limits.atLeast !== undefined || limits.atMost !== undefined;
          return [
            ...(bounded
              ? [`${AXIS[axis]}${bounds(limits, axisNumber)}${given(met, ({ point }) => axisNumber(point[axis]))}`]
              : []),
            ...(seconds === undefined || least === undefined
              ? []
              : [`${AXIS[axis]}持续${verb} ${TENTHS.format(seconds)} 秒${from}`]),
          ];
        }),
        ...(when.phase === undefined ? [] : [PHASE[when.phase]]),
        ...(when.volatility
          ? [`情绪波动${bounds(when.volatility, plain)}${given(met, ({ point }) => NUMBER.format(point.volatility))}`]
          : []),
        ...(when.departure
          ? [
              `情绪偏离此人自身基线${bounds(when.departure, (value) => `${TENTHS.format(value)} σ`)}${given(met, ({ point }) => `${TENTHS.format(point.departure?.sigma ?? 0)} σ`)}`,
            ]
          : []),
      ];
      return `${utterances > 1 ? `连续 ${NUMBER.format(utterances)} 段话：` : ''}${clauses.join('，且')}`;
    },
    paragraph: (text, sentences) => [text, ...sentences.map(sentence)].join(''),
  };
}
