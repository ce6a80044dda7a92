/** Meyda's extractors one by one, which its types leave out: pure functions, without the settings of its shared main object. */
declare module 'meyda/dist/node/extractors/rms.js' {
  export default function rms(input: { signal: Float32Array }): number;
}
declare module 'meyda/dist/node/extractors/zcr.js' {
  /** Sign changes in the window, a count. */
  export default function zcr(input: { signal: Float32Array }): number;
}
declare module 'meyda/dist/node/extractors/*.js' {
  export default function extract(input: object): number & number[];
}
