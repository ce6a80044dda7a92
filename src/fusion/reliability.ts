import type { AvailableEvidence, Evidence } from '../emotion/evidence.js';
import type { Gate } from '../emotion/fused.js';
import { UNMEASURED, type Curve, type FusionValues } from './config.js';

/** How far one modality's evidence of one utterance can be trusted. */
export interface Reliability {
  /** Product of the gates' factors, 0..1. */
  readonly quality: number;
  /** w_m of the pooling: the quality times the modality's largest weight. */
  readonly weight: number;
  /** The signals that lowered it, the strongest first. */
  readonly gates: readonly Gate[];
}

/** The curve's factor at a signal: linear between knots, constant outside, the worst one where the signal is not a number. */
export function factorAt(curve: Curve, signal: number): number {
  if (Number.isNaN(signal)) return Math.min(...curve.map(([, factor]) => factor));
  let [x0, y0] = curve[0] ?? [0, 1];
  if (signal <= x0) return y0;
  for (const [x, y] of curve) {
    if (signal < x) return y0 + ((y - y0) * (signal - x0)) / (x - x0);
    [x0, y0] = [x, y];
  }
  return y0;
}

/** Reads each stated signal off its curve and multiplies the factors. */
export function reliabilityOf(
  evidence: AvailableEvidence,
  config: Pick<FusionValues, 'curves' | 'maxWeight'>,
): Reliability {
  const { modality } = evidence;
  const signals = new Map<string, unknown>(Object.entries(evidence.quality));
  const curves = config.curves[modality] ?? UNMEASURED.curves;
  const gates = Object.entries<Curve>(curves).map(([signal, curve]): Gate => {
    const value = Number(signals.get(signal)); // a signal nobody stated is not a number: the worst factor
    const factor = factorAt(curve, value);
    return { modality, signal, value, factor };
  });
  const quality = gates.reduce((product, gate) => product * gate.factor, 1);
  return {
    quality,
    weight: quality * (config.maxWeight[modality] ?? UNMEASURED.maxWeight),
    gates: gates.filter((gate) => gate.factor < 1).sort((a, b) => a.factor - b.factor),
  };
}

/** How much evidence will weigh; 0 where there is none. */
export function weightOf(evidence: Evidence, config: Pick<FusionValues, 'curves' | 'maxWeight'>): number {
  return evidence.status === 'available' ? reliabilityOf(evidence, config).weight : 0;
}
